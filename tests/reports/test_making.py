"""From asking to delivery: the log it waits for, what a dead worker leaves, who is told."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.utils import timezone

from governance.audit.models import Leaf
from governance.evidence.models import Evidence
from governance.identity.errors import Forbidden, InvalidInput
from governance.identity.models import RoleGrant
from governance.registry.models import Artefact
from governance.work.models import Job, Notification, Schedule
from governance.work.runner import run
from governance.work.scheduler import run_due_schedules
from inference.engine.limits import ProcessLimits
from reports import rendering
from reports.actions import end_schedule, request_report, schedule_report
from reports.engine.running import typeset
from reports.models import Report, ReportDefinition
from tests.cast import Cast
from tests.environment.by_hand import by_hand
from tests.environment.worker import Worker
from tests.reports.making import finish_report, make_report, text_of

MONTHLY = "0 6 1 * *"


def job_of(report: Report) -> Job:
    assert report.job is not None
    return Job.objects.get(pk=report.job.pk)


def test_it_waits_for_a_signed_checkpoint_that_holds_the_question(cast: Cast) -> None:
    report = request_report(cast.system.unit, by=cast.by("dana"))
    assert run(job_of(report).pk) == "put-back"
    cast.sequence()
    Job.objects.filter(pk=job_of(report).pk).update(run_after=timezone.now())
    assert run(job_of(report).pk) == "put-back"


def test_a_system_without_anything_says_no_data(cast: Cast) -> None:
    text = " ".join(text_of(make_report(cast)).split())
    assert (
        "No monitoring run of a deployment is in the log: no data. This is not a finding of no drift."
        in text
    )
    assert "No evaluation of a release is in the log: no data." in text
    assert "No risk is on the register: no data." in text
    assert "No opinion is on record: no data." in text


def test_a_report_on_the_organisation_counts_its_own_requirements_once(cast: Cast) -> None:
    report = make_report(cast, cast.organisation)
    assert report.summary["requirements"] == 72
    assert "AI systems in scope: 1" in text_of(report)


def test_a_report_made_twice_is_stated_once(cast: Cast) -> None:
    report = make_report(cast)
    Job.objects.filter(pk=job_of(report).pk).update(state="ready", run_after=timezone.now())
    assert run(job_of(report).pk) == "done"
    assert Evidence.objects.filter(type="report").count() == 1


def test_a_worker_killed_on_the_way_leaves_no_part_and_another_finishes(
    cast: Cast, start_worker: Callable[..., Worker]
) -> None:
    report = request_report(cast.system.unit, by=cast.by("dana"))
    cast.sequence()
    cast.sequencer.sign()
    worker = start_worker("reports")
    wait_for(lambda: job_of(report).progress.get("done", 0) >= 1)
    worker.kill()
    held = Report.objects.get(pk=report.pk)
    assert (held.state, held.pdf_id, held.evidence_id) == ("rendering", None, None)
    assert not Evidence.objects.filter(type="report").exists()
    Job.objects.filter(pk=job_of(report).pk).update(lease_until=timezone.now())
    assert run(job_of(report).pk) == "done"
    assert Evidence.objects.filter(type="report").count() == 1


def wait_for(is_so: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "It did not come so far."
        time.sleep(0.02)


def test_pages_that_take_too_long_fail_the_report_with_its_reason(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = ProcessLimits(wall_seconds=0.2)
    monkeypatch.setattr(rendering, "typeset", partial(typeset, limits=short))
    report = request_report(cast.system.unit, by=cast.by("dana"))
    before = set(Artefact.objects.values_list("pk", flat=True))
    cast.sequence()
    cast.sequencer.sign()
    assert run(job_of(report).pk) == "failed"
    held = Report.objects.get(pk=report.pk)
    assert held.state == "failed" and "took longer" in held.reason
    added = set(Artefact.objects.values_list("pk", flat=True)) - before
    assert not [a for a in added if stored(a).read_bytes().startswith(b"%PDF")]
    assert Notification.objects.filter(kind="report_failed").count() == 1


def stored(sha256: str) -> Path:
    return Path(settings.ARTEFACTS_DIR) / sha256[:2] / sha256


def test_its_readers_are_told_in_the_app_by_mail_and_in_the_log(cast: Cast) -> None:
    report = make_report(cast, recipients=[cast.person("erin"), cast.person("abel")])
    told = Notification.objects.filter(kind="report_ready")
    assert {one.person.name for one in told} == {"dana (test)", "erin (test)", "abel (test)"}
    for job in Job.objects.filter(
        kind="work.mail_notification", arguments__notification__in=[str(n.pk) for n in told]
    ):
        run(job.pk)
    assert {m.to[0] for m in mail.outbox} == {
        "dana@service.test",
        "erin@service.test",
        "abel@service.test",
    }
    assert f"/reports/{report.pk}" in mail.outbox[0].body
    cast.sequence()
    leaf = Leaf.objects.get(action="reports.report_delivered")
    assert str(report.pdf_id).encode() in bytes(leaf.body)


def test_who_lost_the_role_since_is_not_told(cast: Cast) -> None:
    report = request_report(cast.system.unit, recipients=[cast.person("abel")], by=cast.by("dana"))
    with by_hand():
        RoleGrant.objects.filter(person=cast.person("abel")).update(ends_at=timezone.now())
    finish_report(cast, report)
    told = Notification.objects.filter(kind="report_ready")
    assert {one.person.name for one in told} == {"dana (test)"}


def test_a_recipient_holds_a_role_at_the_subject(cast: Cast) -> None:
    with pytest.raises(InvalidInput, match="holds no role"):
        request_report(cast.system.unit, recipients=[cast.person("nina")], by=cast.by("dana"))


def test_a_developer_does_not_ask_for_reports(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        request_report(cast.system.unit, by=cast.by("dev"))


def schedule(cast: Cast, cron: str = MONTHLY) -> ReportDefinition:
    return schedule_report(
        cast.organisation,
        "Board report",
        cron=cron,
        recipients=[cast.person("erin")],
        period_days=30,
        by=cast.by("dana"),
    )


@pytest.mark.parametrize("cron", ["* * * * *", "*/15 * * * *", "0,30 6 * * *"])
def test_a_schedule_that_comes_more_than_once_an_hour_is_refused(cast: Cast, cron: str) -> None:
    with pytest.raises(InvalidInput, match="once an hour"):
        schedule(cast, cron)


def test_a_cron_line_that_cannot_be_read_is_refused(cast: Cast) -> None:
    with pytest.raises(InvalidInput):
        schedule(cast, "60 24 32 13 8")


def test_a_due_slot_makes_one_report_for_the_recipients(cast: Cast) -> None:
    definition = schedule(cast)
    Schedule.objects.filter(pk=definition.schedule_id).update(next_at=timezone.now())
    run_due_schedules()
    due = Job.objects.get(kind="reports.due")
    assert run(due.pk) == "done"
    Job.objects.filter(pk=due.pk).update(state="ready")
    run(due.pk)
    report = finish_report(cast, Report.objects.get(definition=definition))
    assert report.period[1] - report.period[0] == timedelta(days=30)
    told = Notification.objects.filter(kind="report_ready")
    assert {one.person.name for one in told} == {"erin (test)"}


def test_the_statement_pins_the_definition_that_was_signed(cast: Cast) -> None:
    definition = schedule(cast)
    Schedule.objects.filter(pk=definition.schedule_id).update(next_at=timezone.now())
    run_due_schedules()
    run(Job.objects.get(kind="reports.due").pk)
    report = finish_report(cast, Report.objects.get(definition=definition))
    stated = Evidence.objects.get(id=report.evidence_id)
    assert stated.predicate["definition"] == {"id": str(definition.pk), "digest": definition.digest}
    assert Evidence.objects.of_record(definition.pk).get().fields == definition.as_fields()


def test_an_ended_schedule_makes_nothing_more(cast: Cast) -> None:
    definition = end_schedule(schedule(cast), by=cast.by("dana"))
    Schedule.objects.filter(pk=definition.schedule_id).update(next_at=timezone.now())
    run_due_schedules()
    assert not Job.objects.filter(kind="reports.due").exists()
