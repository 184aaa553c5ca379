"""The ticker: rings lost bells, takes up expired leases, makes due slots into jobs. Any number may run."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from celery.schedules import ParseException, crontab
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from governance.identity.errors import InvalidInput
from governance.work.actions import enqueue, ring
from governance.work.kinds import KINDS
from governance.work.models import Job, JobState, Schedule, ScheduleSlot

RING_AGAIN_AFTER = timedelta(seconds=10)
CRON_FIELDS = 5


def sweep() -> int:
    """Ring for every due job that nobody holds and that was not rung lately; returns how many."""
    now = timezone.now()
    waiting = Q(state=JobState.READY, run_after__lte=now)
    abandoned = Q(state=JobState.RUNNING, lease_until__lte=now)
    quiet = Q(rung_at__isnull=True, created_at__lte=now - timedelta(seconds=1)) | Q(
        rung_at__lte=now - RING_AGAIN_AFTER
    )
    jobs = list(Job.objects.filter(waiting | abandoned).filter(quiet).order_by("run_after")[:500])
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(rung_at=now)
    for job in jobs:
        ring(job.pk, job.queue)
    return len(jobs)


def next_after(schedule: Schedule, at: datetime) -> datetime:
    """The first due moment after `at` (UTC)."""
    if schedule.every_seconds:
        return at + timedelta(seconds=schedule.every_seconds)
    cron: Any = parse_cron(schedule.cron)
    cron.nowfun = lambda: at
    wait: timedelta = cron.remaining_estimate(at)
    return at + wait


def parse_cron(line: str) -> crontab:
    """A crontab of five fields in UTC; raises InvalidInput naming what is wrong."""
    fields = line.split()
    if len(fields) != CRON_FIELDS:
        raise InvalidInput(
            "cron_fields", "Write five fields: minute hour day month weekday, e.g. 0 6 1 * *."
        )
    try:
        minute, hour, day, month, weekday = fields
        return crontab(
            minute=minute, hour=hour, day_of_month=day, month_of_year=month, day_of_week=weekday
        )
    except (ParseException, ValueError) as error:
        raise InvalidInput("cron_unreadable", f"This schedule cannot be read: {error}.") from error


def run_due_schedules() -> int:
    """Make a job of every due slot; a schedule that slept through several slots runs once."""
    due = Schedule.objects.filter(is_enabled=True, next_at__lte=timezone.now())
    return sum(run_slot(schedule) for schedule in due[:200])


def run_slot(schedule: Schedule) -> int:
    slot, now = schedule.next_at, timezone.now()
    if schedule.kind not in KINDS:
        return 0
    following = next_after(schedule, slot)
    if following <= now:
        following = next_after(schedule, now)
    try:
        with transaction.atomic():
            job = enqueue(
                schedule.kind,
                {**schedule.arguments, "slot": slot.isoformat()},
                unit=schedule.unit,
                key=f"slot:{schedule.pk}:{slot.isoformat()}",
            )
            Job.objects.filter(pk=job.pk).update(account_id=schedule.account_id)
            ScheduleSlot.objects.create(schedule=schedule, slot_at=slot, job=job)
            Schedule.objects.filter(pk=schedule.pk, next_at=slot).update(next_at=following)
    except IntegrityError:
        return 0
    return 1
