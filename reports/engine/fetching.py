"""The only way from a document to a file: names that the parent gave, under the scheme `asset:`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from weasyprint.urls import URLFetcher, URLFetcherResponse

TYPES = {".otf": "font/otf", ".svg": "image/svg+xml"}


class AssetFetcher(URLFetcher):  # type: ignore[misc]
    """Serves `asset:<name>` from the files given; refuses everything else, and remembers what it refused."""

    def __init__(self, files: Mapping[str, str]) -> None:
        super().__init__(allowed_protocols=("asset",), allow_redirects=False)
        self.files = dict(files)
        self.refused: list[str] = []

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        scheme, _, name = url.partition(":")
        path = self.files.get(name) if scheme == "asset" else None
        if path is None:
            self.refused.append(url[:200])
            raise ValueError(f"A report reaches nothing outside itself, so not {url[:80]!r}.")
        kind = TYPES[Path(path).suffix]
        return URLFetcherResponse(url, Path(path).read_bytes(), {"Content-Type": kind})
