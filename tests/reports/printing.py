"""A report with everything in it, and what tests ask of it. A hostile owner wrote the system's purpose."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
from pypdf import PdfReader

from governance.evidence import dsse
from governance.evidence.keys import installation_signer
from governance.evidence.models import Evidence
from governance.registry.actions import edit_system
from governance.registry.models import AISystem
from reports import pages
from reports.charts import read
from reports.engine.running import Typeset, typeset
from reports.models import Chart, Report
from tests.cast import Cast, make_cast, register_places
from tests.reports.making import make_report, pdf_of
from tests.reports.story import tell

HOSTILE = (
    "<img src=file:///etc/passwd><img src='http://127.0.0.1:9/x.png'> "
    "</style><style>@import url(file:///etc/hostname); body { display: none }</style> "
    "{{ settings.SECRET_KEY }} {% load static %} @page { size: 1mm }"
)


@dataclass
class Printed:
    """The finished report: its row, its PDF, its content, its statement, and the pictures it shows."""

    cast: Cast
    report: Report
    pdf: bytes
    content: dict[str, Any]
    statement: Evidence
    pictures: dict[str, bytes]

    @cached_property
    def reader(self) -> PdfReader:
        return PdfReader(io.BytesIO(self.pdf))

    @cached_property
    def texts(self) -> list[str]:
        """The text of each page, words apart by one space."""
        return [" ".join(page.extract_text().split()) for page in self.reader.pages]

    @cached_property
    def text(self) -> str:
        return " ".join(self.texts)

    @cached_property
    def again(self) -> Typeset:
        """The same content set once more, in a process of its own."""
        return typeset(pages.document(self.content), pages.assets(), self.pictures)

    def payload(self) -> Any:
        """The statement as its signature, checked here, vouches for it."""
        signer = installation_signer()
        envelope = dsse.read_envelope(bytes(self.statement.envelope))
        return json.loads(dsse.verify(envelope, {signer.keyid: signer.public}))


def print_story(connect: Callable[[str], psycopg.Connection[Any]], keys: Path) -> Printed:
    cast = make_cast(connect, keys)
    cast.system = register_places(cast)
    edit_system(cast.system, profile={"purpose": HOSTILE}, by=cast.by("owen"))
    cast.system = AISystem.objects.with_people().get(pk=cast.system.pk)
    tell(cast)
    report = make_report(cast)
    assert report.content is not None
    return Printed(
        cast=cast,
        report=report,
        pdf=pdf_of(report),
        content=json.loads(read(report.content)),
        statement=Evidence.objects.get(id=report.evidence_id),
        pictures={
            pages.chart_name(one.spec): read(one.artefact)
            for one in Chart.objects.select_related("artefact")
            if one.artefact
        },
    )
