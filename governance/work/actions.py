from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.audit.actions import record
from governance.identity.errors import Conflict, InvalidInput
from governance.identity.models import Person, Unit
from governance.identity.principal import Principal
from governance.work.kinds import KINDS
from governance.work.models import Comment, Job, JobState, Notification, Schedule

log = logging.getLogger(__name__)
COMMENT_LIMIT = 5000
# So long before it is due a review is announced.
REVIEW_NOTICE = timedelta(days=7)


def ring(job_id: object, queue: str) -> None:
    """Tell the broker. A broker that is down costs nothing: the sweep rings again."""
    from governance.work.tasks import run_job  # noqa: PLC0415 (tasks import the runner)

    try:
        run_job.apply_async((str(job_id),), queue=queue)
    except Exception as error:  # noqa: BLE001 (any broker trouble is the sweep's to mend)
        log.warning("The broker did not take job %s: %s", job_id, error)


def enqueue(
    kind: str,
    arguments: Mapping[str, Any],
    *,
    by: Principal | None = None,
    unit: Unit | None = None,
    key: str | None = None,
    run_after: datetime | None = None,
) -> Job:
    """Write a Job row in the caller's transaction and ring after commit. The same `key` gives the same job."""
    described = KINDS[kind]
    values = {
        "kind": kind,
        "queue": described.queue,
        "arguments": dict(arguments),
        "unit": unit,
        "account_id": by.account_id if by else None,
        "max_attempts": described.max_attempts,
        "run_after": run_after or timezone.now(),
    }
    job = create_once(key, values)
    transaction.on_commit(partial(ring, job.pk, job.queue), robust=True)
    return job


def create_once(key: str | None, values: dict[str, Any]) -> Job:
    if key is None:
        return Job.objects.create(**values)
    try:
        with transaction.atomic():
            return Job.objects.create(key=key, **values)
    except IntegrityError:
        return Job.objects.get(key=key)


def redrive(job: Job, *, by: Principal) -> Job:
    """Run a dead or failed job again."""
    if job.unit:
        by.require("job.redrive", job.unit.path)
    with transaction.atomic():
        changed = Job.objects.filter(pk=job.pk, state__in=[JobState.DEAD, JobState.FAILED]).update(
            state=JobState.READY, attempt=0, error="", run_after=timezone.now()
        )
        if changed != 1:
            raise Conflict("job_not_dead", "Only a job that failed or was given up can run again.")
        record(
            "work.job_redriven",
            by=by,
            object_type="job",
            object_id=job.pk,
            unit_path=job.unit.path if job.unit else "/",
        )
        transaction.on_commit(partial(ring, job.pk, job.queue), robust=True)
    return Job.objects.get(pk=job.pk)


def ensure_schedules() -> None:
    """A schedule for each kind of work that the platform does by itself."""
    for kind in KINDS.values():
        if kind.every_seconds:
            Schedule.objects.get_or_create(
                kind=kind.name,
                defaults={
                    "name": kind.title,
                    "every_seconds": kind.every_seconds,
                    "next_at": timezone.now(),
                },
            )


def notify(person: Person, kind: str, title: str, url: str, text: str = "") -> Notification:
    """Tell a person, in the app and by e-mail, once the transaction is done."""
    notice = Notification.objects.create(
        person=person, kind=kind, title=title[:200], url=url, text=text
    )
    enqueue("work.mail_notification", {"notification": str(notice.pk)}, key=f"mail:{notice.pk}")
    return notice


def remind(person: Person, what: str, due_on: date, url: str) -> bool:
    """Tell a person once that a review is due on a day; whether they had not been told."""
    title = f"Review due {due_on.day} {due_on:%b %Y}: {what}"[:200]
    told = Notification.objects.filter(person=person, kind="review_due", title=title, url=url)
    if told.exists():
        return False
    notify(person, "review_due", title, url)
    return True


def write_comment(
    unit: Unit, object_type: str, object_id: object, text: str, *, by: Principal
) -> Comment:
    by.require("comment.write", unit.path)
    text = text.strip()
    if not text or len(text) > COMMENT_LIMIT:
        raise InvalidInput(
            "comment_length", f"Write a comment of 1 to {COMMENT_LIMIT} characters.", "/text"
        )
    with transaction.atomic():
        comment = Comment.objects.create(
            unit=unit,
            object_type=object_type,
            object_id=str(object_id),
            person_id=by.person_id,
            text=text,
        )
        record(
            "work.comment_written",
            by=by,
            object_type=object_type,
            object_id=object_id,
            unit_path=unit.path,
            facts={"comment": str(comment.pk)},
            texts={"text": text},
        )
    return comment


def mark_read(notice: Notification) -> None:
    Notification.objects.filter(pk=notice.pk, read_at=None).update(read_at=timezone.now())


def lease(seconds: int) -> datetime:
    return timezone.now() + timedelta(seconds=seconds)
