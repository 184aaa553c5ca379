from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from governance.assessment.actions.documents import attach_document
from governance.assessment.forms import DocumentForm
from governance.assessment.models import ApprovalRequest, Document
from governance.assessment.tables import DocumentFilter, filtered_documents, validity_of
from governance.assessment.topics import Topic, topics, topics_for
from governance.assessment.views.requirements import slug
from governance.evidence.models import Evidence
from governance.identity.directory import units_for
from governance.identity.errors import InvalidInput, NotFound
from governance.identity.models import Unit
from governance.identity.pages import done, numbered_page
from governance.identity.principal import Principal
from governance.identity.sessions import SignedInRequest
from governance.registry import actions as registry
from governance.registry import store
from governance.registry.finders import find, find_unit

ATTACH = "document.attach"
# Nothing in the file may run, whatever a browser makes of it.
SANDBOX = "sandbox; default-src 'none'"


def shown(document: Document, known: dict[str, Topic]) -> dict[str, Any]:
    tone, words = validity_of(document)
    topic = known.get(document.topic)
    return {
        "document": document,
        "tone": tone,
        "words": words,
        "topic": topic,
        "answers": [(one, slug(one)) for one in topic.requirements] if topic else [],
    }


def documents(request: SignedInRequest) -> HttpResponse:
    """Policies and procedures on file, with what each answers and until when it holds."""
    rows = filtered_documents(request.principal, request.GET)
    page, known = numbered_page(rows, request.GET.get("cursor", "")), topics()
    context = {
        "page": page,
        "rows": [shown(document, known) for document in page.rows],
        "filter": DocumentFilter(request.GET),
        "may_attach": request.principal.may_somewhere(ATTACH),
    }
    return render(request, "assessment/documents.html", context)


def find_document(pk: UUID, principal: Principal) -> Document:
    return find(Document.objects.select_related("unit", "author", "artefact"), pk, principal)


def document(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Validity, digest, who approved it, what it answers."""
    found = find_document(pk, request.principal)
    asked = ApprovalRequest.objects.visible_to(request.principal).filter(
        subject_kind="document", subject_id=found.pk
    )
    context = {
        **shown(found, topics()),
        "asked": asked.prefetch_related("answers__person"),
        "revisions": Evidence.objects.of_record(found.pk).with_index(),
        "breadcrumbs": [("Documents", reverse("documents")), (found.title, "")],
    }
    return render(request, "assessment/document.html", context)


def document_file(request: SignedInRequest, pk: UUID) -> FileResponse:
    """The file's bytes, always as a download."""
    found = find_document(pk, request.principal)
    path = store.path_of(found.artefact_id)
    if not path.exists():
        raise NotFound("file_missing", "The file is not in the store of this installation.")
    response = FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=found.filename,
        content_type="application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    return response


def document_attach(request: SignedInRequest) -> HttpResponse:
    """First where (`?unit=`), then the file with its topic and validity."""
    places = units_for(request.principal, ATTACH).select_related("parent").order_by("path")
    unit = chosen_unit(request)
    if unit is None:
        return render(request, "assessment/document_where.html", {"places": places})
    request.principal.require(ATTACH, unit.path)
    offered = [(topic.slug, topic.words) for topic in topics_for(unit)]
    form = DocumentForm(
        request.POST or None,
        request.FILES or None,
        topics=offered,
        initial={"topic": request.GET.get("topic", "")},
    )
    if request.method == "POST" and form.is_valid():
        made: list[Document] = []
        if done(form, lambda: made.append(attach(unit, form, request.principal))):
            messages.success(request, "Attached. It is in force once somebody else approves it.")
            return redirect("document", made[0].pk)
    return render(request, "assessment/document_attach.html", {"form": form, "unit": unit})


def chosen_unit(request: SignedInRequest) -> Unit | None:
    wanted = request.GET.get("unit", "")
    try:
        return find_unit(UUID(wanted), request.principal) if wanted else None
    except ValueError:
        raise NotFound("not_found", "No unit that you can see has this id.") from None


def attach(unit: Unit, form: DocumentForm, by: Principal) -> Document:
    """File and document in one transaction: a refused document leaves no upload behind."""
    data = form.cleaned_data
    if data["valid_until"] < data["valid_from"]:
        raise InvalidInput("validity", "The document ends before it begins.", "/valid_until")
    with transaction.atomic():
        upload = registry.receive_upload(
            unit, "document", data["file"].name, data["file"].chunks(), by=by
        )
        return attach_document(
            unit,
            data["topic"],
            data["title"],
            upload=upload,
            valid_from=data["valid_from"],
            valid_until=data["valid_until"],
            by=by,
        )
