from __future__ import annotations

import hashlib

import pytest

from governance.work.models import Job
from governance.work.runner import run
from reports.chart_specs import posture_bars
from reports.charts import chart_url, request_chart
from reports.models import Chart, Report, ReportDefinition
from tests.cast import Cast
from tests.pages.browse import asks_to_sign_in, html_of, queries_of, signed_in
from tests.reports.making import make_report, pdf_of

SPEC = posture_bars({"GOVERN": {"satisfied": 3}})


def body(response: object) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def test_an_empty_page_says_what_a_report_is_for(cast: Cast) -> None:
    assert "No report yet" in html_of(signed_in(cast, "dana"), "/reports")
    assert asks_to_sign_in("/reports")


def test_an_auditor_asks_for_a_report_by_the_form(cast: Cast) -> None:
    form = {"unit": str(cast.system.pk), "period_days": "90", "recipients": []}
    answer = signed_in(cast, "abel").post("/reports/ask", form)
    report = Report.objects.get()
    assert answer["Location"] == f"/reports/{report.pk}"
    assert report.period_days == 90


def test_a_developer_is_not_offered_what_is_refused(cast: Cast) -> None:
    client = signed_in(cast, "dev")
    assert "/reports/ask" not in html_of(client, "/reports")
    assert client.get("/reports/ask").status_code == 403


def test_the_page_shows_progress_until_the_report_is_there(cast: Cast) -> None:
    form = {"unit": str(cast.system.pk), "period_days": "", "recipients": []}
    client = signed_in(cast, "dana")
    client.post("/reports/ask", form)
    report = Report.objects.get()
    html = html_of(client, f"/reports/{report.pk}")
    assert f'hx-get="/reports/{report.pk}/progress"' in html
    assert client.get(f"/reports/{report.pk}/progress").status_code == 200
    Job.objects.filter(pk=report.job_id).update(state="done")
    assert client.get(f"/reports/{report.pk}/progress").status_code == 286


@pytest.fixture
def report(cast: Cast) -> Report:
    return make_report(cast)


def test_the_page_frames_its_own_pdf_and_nothing_else(cast: Cast, report: Report) -> None:
    answer = signed_in(cast, "dana").get(f"/reports/{report.pk}")
    html = answer.content.decode()
    assert f'src="/reports/{report.pk}/pdf"' in html
    assert "frame-src 'self'" in answer["Content-Security-Policy"]
    assert str(report.pdf_id) in html


def test_the_pdf_may_be_framed_by_our_own_pages_only(cast: Cast, report: Report) -> None:
    answer = signed_in(cast, "dana").get(f"/reports/{report.pk}/pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert body(answer) == pdf_of(report)


def test_a_download_is_an_attachment_with_a_name(cast: Cast, report: Report) -> None:
    answer = signed_in(cast, "dana").get(f"/reports/{report.pk}/download")
    assert answer["Content-Disposition"].startswith('attachment; filename="control-report-job-support')
    assert hashlib.sha256(body(answer)).hexdigest() == report.pdf_id


def test_the_content_can_be_taken_for_checking(cast: Cast, report: Report) -> None:
    answer = signed_in(cast, "abel").get(f"/reports/{report.pk}/content")
    assert hashlib.sha256(body(answer)).hexdigest() == report.content_id


@pytest.mark.parametrize("part", ["", "/pdf", "/download", "/content", "/progress"])
def test_another_organisation_finds_nothing(cast: Cast, report: Report, part: str) -> None:
    assert signed_in(cast, "nina").get(f"/reports/{report.pk}{part}").status_code == 404


def test_the_system_page_lists_its_reports(cast: Cast, report: Report) -> None:
    html = html_of(signed_in(cast, "owen"), f"/systems/{cast.system.pk}/reports")
    assert f"/reports/{report.pk}" in html


def test_the_list_needs_the_same_queries_for_one_and_for_three(cast: Cast, report: Report) -> None:
    client = signed_in(cast, "dana")
    one = queries_of(client, "/reports")
    for _ in range(2):
        client.post("/reports/ask", {"unit": str(cast.system.pk), "period_days": ""})
    assert queries_of(client, "/reports") == one


def test_reports_leave_as_csv(cast: Cast, report: Report) -> None:
    assert str(report.pdf_id) in body(signed_in(cast, "dana").get("/export/reports.csv")).decode()


def test_a_schedule_is_made_and_ended_by_forms(cast: Cast) -> None:
    client = signed_in(cast, "dana")
    form = {
        "unit": str(cast.organisation.pk),
        "name": "Board report",
        "period_days": "30",
        "rhythm": "0 6 1 * *",
        "recipients": [str(cast.person("erin").pk)],
    }
    assert client.post("/reports/schedule", form).status_code == 302
    assert "Board report" in html_of(client, "/reports")
    definition = ReportDefinition.objects.get()
    client.post(f"/reports/schedules/{definition.pk}/end")
    assert "Board report" not in html_of(client, "/reports")


def test_a_schedule_without_recipients_is_shown_again_with_the_reason(cast: Cast) -> None:
    form = {"unit": str(cast.organisation.pk), "name": "Board report", "rhythm": "0 6 1 * *"}
    answer = signed_in(cast, "dana").post("/reports/schedule", form)
    assert "Choose who gets it" in answer.content.decode()


def test_a_chart_has_an_address_once_it_is_drawn(cast: Cast) -> None:
    assert chart_url(SPEC, cast.system.unit) is None
    assert chart_url(SPEC, cast.system.unit) is None
    job = Job.objects.get(kind="reports.chart")
    assert run(job.pk) == "done"
    assert chart_url(SPEC, cast.system.unit) == f"/charts/{Chart.objects.get().pk}.svg"


def test_a_picture_may_do_nothing_but_be_seen(cast: Cast) -> None:
    chart = request_chart(SPEC, cast.system.unit)
    client = signed_in(cast, "owen")
    assert "hx-get" in html_of(client, f"/charts/{chart.pk}/place")
    run(Job.objects.get(kind="reports.chart").pk)
    answer = client.get(f"/charts/{chart.pk}.svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert 'alt="Requirements by function' in html_of(client, f"/charts/{chart.pk}/place")
    assert signed_in(cast, "nina").get(f"/charts/{chart.pk}.svg").status_code == 404
