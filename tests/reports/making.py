"""Making reports in tests: the log is sequenced and signed, then the job is run as a worker runs it."""

from __future__ import annotations

import io
from typing import Any

from pypdf import PdfReader

from governance.registry import store
from governance.work.runner import run
from reports.actions import request_report
from reports.models import Report
from tests.cast import Cast


def make_report(cast: Cast, unit: Any = None, by: str = "dana", **asked: Any) -> Report:
    """Ask for a report, and let it be made over everything said so far."""
    report = request_report(unit or cast.system.unit, by=cast.by(by), **asked)
    return finish_report(cast, report)


def finish_report(cast: Cast, report: Report) -> Report:
    cast.sequence()
    cast.sequencer.sign()
    assert report.job is not None
    assert run(report.job.pk) == "done", Report.objects.get(pk=report.pk).reason
    return Report.objects.get(pk=report.pk)


def pdf_of(report: Report) -> bytes:
    assert report.pdf is not None
    return store.path_of(report.pdf.sha256).read_bytes()


def reader_of(report: Report) -> PdfReader:
    return PdfReader(io.BytesIO(pdf_of(report)))


def text_of(report: Report) -> str:
    return "\n".join(page.extract_text() for page in reader_of(report).pages)
