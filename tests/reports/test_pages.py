from __future__ import annotations

from governance.work.models import Job
from governance.work.runner import run
from reports.chart_specs import posture_bars
from reports.charts import chart_url, request_chart
from reports.models import Chart, Report, ReportDefinition
from tests.cast import Cast
from tests.pages.browse import asks_to_sign_in, html_of, queries_of, signed_in

SPEC = posture_bars({"GOVERN": {"satisfied": 3}})


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
    assert client.get(f"/reports/{report.pk}/progress")["HX-Refresh"] == "true"


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


def test_the_list_needs_the_same_queries_for_one_and_for_three(cast: Cast) -> None:
    client = signed_in(cast, "dana")
    form = {"unit": str(cast.system.pk), "period_days": ""}
    client.post("/reports/ask", form)
    one = queries_of(client, "/reports")
    for _ in range(2):
        client.post("/reports/ask", form)
    assert queries_of(client, "/reports") == one
