"""The pages and files of a report that is ready."""

from __future__ import annotations

import hashlib

import pytest

from tests.pages.browse import html_of, signed_in
from tests.reports.printing import Printed


def body(response: object) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def test_the_page_frames_its_own_pdf_and_nothing_else(printed: Printed) -> None:
    answer = signed_in(printed.cast, "dana").get(f"/reports/{printed.report.pk}")
    html = answer.content.decode()
    assert f'src="/reports/{printed.report.pk}/pdf#' in html
    assert "frame-src 'self'" in answer["Content-Security-Policy"]
    assert str(printed.report.pdf_id) in html


def test_other_pages_frame_nothing(printed: Printed) -> None:
    answer = signed_in(printed.cast, "dana").get("/reports")
    assert "frame-src" not in answer["Content-Security-Policy"]


def test_the_pdf_may_be_framed_by_our_own_pages_only(printed: Printed) -> None:
    answer = signed_in(printed.cast, "dana").get(f"/reports/{printed.report.pk}/pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert body(answer) == printed.pdf


def test_a_download_is_an_attachment_with_a_name(printed: Printed) -> None:
    answer = signed_in(printed.cast, "dana").get(f"/reports/{printed.report.pk}/download")
    assert answer["Content-Disposition"].startswith(
        'attachment; filename="control-report-job-support'
    )
    assert hashlib.sha256(body(answer)).hexdigest() == printed.report.pdf_id


def test_the_content_can_be_taken_for_checking(printed: Printed) -> None:
    answer = signed_in(printed.cast, "abel").get(f"/reports/{printed.report.pk}/content")
    assert hashlib.sha256(body(answer)).hexdigest() == printed.report.content_id


@pytest.mark.parametrize("part", ["", "/pdf", "/download", "/content", "/progress"])
def test_another_organisation_finds_nothing(printed: Printed, part: str) -> None:
    client = signed_in(printed.cast, "nina")
    assert client.get(f"/reports/{printed.report.pk}{part}").status_code == 404


def test_the_system_page_lists_its_reports(printed: Printed) -> None:
    html = html_of(signed_in(printed.cast, "owen"), f"/systems/{printed.cast.system.pk}/reports")
    assert f"/reports/{printed.report.pk}" in html


def test_reports_leave_as_csv(printed: Printed) -> None:
    answer = signed_in(printed.cast, "dana").get("/export/reports.csv")
    assert str(printed.report.pdf_id) in body(answer).decode()
