"""Serving what is stored: a PDF shown or downloaded, a picture; each under headers as strict as it bears."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase

from governance.identity.errors import NotFound
from governance.registry import store
from governance.registry.models import Artefact

# By digest: what is under an address never changes, but only who may see it gets it.
CACHE = "private, max-age=31536000, immutable"
PDF_POLICY = "default-src 'none'; frame-ancestors 'self'"
# A picture brings its own letters and colours, and may do nothing else.
SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; sandbox"


def stored(artefact: Artefact | None) -> Artefact:
    if artefact is None or not store.path_of(artefact.sha256).is_file():
        raise NotFound("file_missing", "There is no file here (yet).")
    return artefact


def send(
    request: HttpRequest, artefact: Artefact | None, kind: str, name: str, *, attach: bool
) -> HttpResponseBase:
    found = stored(artefact)
    etag = f'"{found.sha256}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified()
    file = store.path_of(found.sha256).open("rb")
    response = FileResponse(file, as_attachment=attach, filename=name, content_type=kind)
    response["ETag"] = etag
    response["Cache-Control"] = CACHE
    response["X-Content-Type-Options"] = "nosniff"
    return response


def send_pdf(request: HttpRequest, artefact: Artefact | None, name: str) -> HttpResponseBase:
    """The PDF for a frame of our own pages, and no other's."""
    response = send(request, artefact, "application/pdf", name, attach=False)
    response["Content-Security-Policy"] = PDF_POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def send_picture(artefact: Artefact | None) -> HttpResponse:
    found = stored(artefact)
    data = store.path_of(found.sha256).read_bytes()
    response = HttpResponse(data, content_type="image/svg+xml")
    response["Content-Security-Policy"] = SVG_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = CACHE
    return response
