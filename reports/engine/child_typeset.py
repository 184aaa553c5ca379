"""The confined program that turns one HTML document into a tagged PDF."""

from __future__ import annotations

import hashlib
import logging
import os
from pathlib import Path
from typing import Any

from inference.engine.confinement import (
    Channel,
    forbid_network_and_programs,
    limit_process,
    take_request,
)
from inference.engine.limits import ProcessLimits

DOCUMENT, PDF = "document.html", "report.pdf"


class Complaints(logging.Handler):
    """Keeps what WeasyPrint warns of, in order."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage()[:300])


def main() -> None:
    request = take_request()
    limits = ProcessLimits.from_json(request["limits"])
    limit_process(limits)
    channel = Channel()
    # Dates in the document come from the document, never from the clock.
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    import weasyprint  # noqa: PLC0415 - under the limits only

    forbid_network_and_programs()
    channel.send({"kind": "progress", "text": "Setting the pages"})
    channel.send(typeset(weasyprint, request))
    # All is said: no library's own ending is waited for.
    os._exit(0)


def typeset(weasyprint: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Write the PDF; {"kind": "done", "pages", "refused", "complaints"}. Same request, same bytes."""
    from reports.engine.fetching import AssetFetcher  # noqa: PLC0415 - imports WeasyPrint

    complaints = Complaints()
    logging.getLogger("weasyprint").addHandler(complaints)
    html = Path(DOCUMENT).read_bytes()
    fetcher = AssetFetcher(request["assets"])
    document = weasyprint.HTML(string=html.decode(), url_fetcher=fetcher).render(
        pdf_variant="pdf/ua-1"
    )
    document.write_pdf(
        PDF,
        pdf_variant="pdf/ua-1",
        pdf_identifier=hashlib.sha256(html).digest()[:16],
    )
    return {
        "kind": "done",
        "pages": len(document.pages),
        "refused": fetcher.refused[:20],
        "complaints": complaints.said[:20],
    }


if __name__ == "__main__":
    main()
