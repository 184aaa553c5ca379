from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from governance.identity.errors import Conflict
from governance.work import kinds, runner
from governance.work.actions import enqueue, redrive
from governance.work.kinds import TryLater, WorkFailed
from governance.work.models import Job, JobState, Schedule
from governance.work.runner import LeaseLost, Run
from governance.work.scheduler import next_after, parse_cron, run_due_schedules, sweep
from tests.cast import Cast

DONE: list[str] = []


@pytest.fixture(autouse=True)
def test_kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    DONE.clear()
    monkeypatch.setattr(kinds, "KINDS", kinds.KINDS)
    before = dict(kinds.KINDS)
    kinds.register("test.note")(note)
    kinds.register("test.fails")(fails)
    kinds.register("test.breaks", max_attempts=2)(breaks)
    kinds.register("test.waits")(waits)
    yield
    kinds.KINDS.clear()
    kinds.KINDS.update(before)


def note(run: Run) -> dict[str, Any]:
    DONE.append(run.arguments["word"])
    run.progress("half", 1, 2)
    return {"noted": run.arguments["word"]}


def fails(run: Run) -> None:
    raise WorkFailed("The file has no rows. Upload another.")


def breaks(run: Run) -> None:
    raise RuntimeError("bug")


def waits(run: Run) -> None:
    raise TryLater("not there yet")


def make(kind: str, **values: Any) -> Job:
    job = enqueue(kind, {"word": "a"})
    Job.objects.filter(pk=job.pk).update(**values)
    return job


@pytest.mark.django_db
def test_a_job_runs_once_and_keeps_its_result() -> None:
    job = make("test.note")
    assert runner.run(job.pk) == "done"
    assert runner.run(job.pk) == "not-claimed"
    assert DONE == ["a"]
    assert Job.objects.get(pk=job.pk).result == {"noted": "a"}


@pytest.mark.django_db
def test_the_same_key_gives_the_same_job() -> None:
    first = enqueue("test.note", {"word": "a"}, key="once")
    assert enqueue("test.note", {"word": "b"}, key="once").pk == first.pk


@pytest.mark.django_db
def test_an_expected_failure_says_what_to_do_and_is_not_tried_again() -> None:
    job = make("test.fails")
    assert runner.run(job.pk) == "failed"
    assert Job.objects.get(pk=job.pk).error == "The file has no rows. Upload another."


@pytest.mark.django_db
def test_a_job_that_breaks_is_tried_again_and_then_given_up() -> None:
    job = make("test.breaks")
    assert runner.run(job.pk) == "put-back"
    Job.objects.filter(pk=job.pk).update(run_after=timezone.now())
    assert runner.run(job.pk) == "dead"


@pytest.mark.django_db
def test_waiting_costs_no_attempt() -> None:
    job = make("test.waits")
    runner.run(job.pk)
    assert Job.objects.get(pk=job.pk).attempt == 0


@pytest.mark.django_db
def test_a_job_under_a_living_lease_is_not_taken_by_another() -> None:
    job = make("test.note")
    assert runner.claim(job.pk) is not None
    assert runner.claim(job.pk) is None


@pytest.mark.django_db
def test_the_fence_stops_a_worker_whose_lease_ran_out() -> None:
    job = make("test.note")
    slow = runner.claim(job.pk)
    assert slow is not None
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert runner.run(job.pk) == "done"
    with pytest.raises(LeaseLost):
        slow.progress("late")
    assert runner.finish(slow, JobState.FAILED) == "lease-lost"


@pytest.mark.django_db
def test_a_worker_that_dies_at_every_attempt_ends_in_the_dead_list() -> None:
    job = make("test.note", attempt=3, max_attempts=3)
    assert runner.run(job.pk) == "dead"


@pytest.mark.django_db
def test_the_sweep_rings_for_abandoned_work() -> None:
    past = timezone.now() - timedelta(minutes=1)
    make("test.note", created_at=past)
    make("test.note", state=JobState.RUNNING, lease_until=past, created_at=past)
    assert sweep() == 2
    assert sweep() == 0


def test_only_what_failed_or_was_given_up_can_run_again(cast: Cast) -> None:
    job = enqueue("test.note", {"word": "a"}, unit=cast.organisation)
    with pytest.raises(Conflict):
        redrive(job, by=cast.by("adam"))
    Job.objects.filter(pk=job.pk).update(state=JobState.DEAD)
    assert redrive(job, by=cast.by("adam")).state == JobState.READY


@pytest.mark.django_db
def test_a_schedule_that_slept_through_slots_runs_once() -> None:
    long_ago = timezone.now() - timedelta(hours=5)
    Schedule.objects.create(
        kind="test.note", arguments={"word": "s"}, name="s", every_seconds=60, next_at=long_ago
    )
    assert run_due_schedules() == 1
    assert run_due_schedules() == 0


@pytest.mark.django_db
def test_two_tickers_make_one_job_of_a_slot() -> None:
    due = timezone.now() - timedelta(seconds=1)
    schedule = Schedule.objects.create(
        kind="test.note", arguments={"word": "s"}, name="s", every_seconds=60, next_at=due
    )
    run_due_schedules()
    Schedule.objects.filter(pk=schedule.pk).update(next_at=due)
    assert run_due_schedules() == 0
    assert Job.objects.filter(kind="test.note").count() == 1


@pytest.mark.parametrize("line", ["* * * *", "60 24 32 13 8", "a b c d e", "*/0 * * * *"])
def test_a_schedule_that_cannot_be_read_is_refused(line: str) -> None:
    with pytest.raises(Exception, match=r"five fields|cannot be read"):
        parse_cron(line)


def test_a_cron_line_gives_its_next_moment_in_utc() -> None:
    schedule = Schedule(cron="0 6 1 * *", kind="x", name="x", next_at=timezone.now())
    at = datetime(2026, 11, 24, 3, tzinfo=UTC)
    assert next_after(schedule, at).isoformat() == "2026-12-01T06:00:00+00:00"
