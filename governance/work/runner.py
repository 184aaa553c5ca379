"""The life of a job: claim by a conditional UPDATE, run under a lease, finish only if still the holder."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import close_old_connections, connection
from django.db.models import F
from django.utils import timezone

from governance.audit.closing import LogClosed
from governance.identity.principal import Principal, principal_of
from governance.work.actions import lease
from governance.work.kinds import KINDS, Kind, TryLater, WorkFailed
from governance.work.models import Job, JobState

log = logging.getLogger(__name__)


class LeaseLost(Exception):
    """Another worker took this job over; what this one did must not be written."""


@dataclass(frozen=True)
class Run:
    """What a handler gets: its job's arguments and the means to tell how far it is."""

    job: Job
    fence: int

    @property
    def arguments(self) -> dict[str, Any]:
        return dict(self.job.arguments)

    @property
    def principal(self) -> Principal:
        """Who asked for this work."""
        account = self.job.account
        if account is None:
            raise WorkFailed("Nobody asked for this work; it cannot act for anybody.")
        return principal_of(account)

    def progress(self, text: str, done: int = 0, total: int = 0) -> None:
        """Show live progress; raises LeaseLost when another worker holds the job."""
        self._update(progress={"text": text, "done": done, "total": total})

    def assert_held(self) -> None:
        """Call inside the transaction of an effect: locks the row, so that no other can finish it."""
        held = (
            Job.objects.select_for_update()
            .filter(pk=self.job.pk, fence=self.fence, state=JobState.RUNNING)
            .exists()
        )
        if not held:
            raise LeaseLost(str(self.job.pk))

    def _update(self, **values: Any) -> None:
        held = Job.objects.filter(pk=self.job.pk, fence=self.fence, state=JobState.RUNNING)
        if held.update(lease_until=lease(KINDS[self.job.kind].lease_seconds), **values) != 1:
            raise LeaseLost(str(self.job.pk))


def claim(job_id: UUID | str) -> Run | None:
    """Take a ready job, or one whose lease ran out; None when somebody else has it or it is not due."""
    job = Job.objects.filter(pk=job_id).first()
    if job is None or job.kind not in KINDS:
        return None
    now = timezone.now()
    open_to_all = Job.objects.filter(pk=job.pk, fence=job.fence, run_after__lte=now).exclude(
        state__in=[JobState.DONE, JobState.FAILED, JobState.DEAD]
    )
    claimed = open_to_all.exclude(state=JobState.RUNNING, lease_until__gt=now).update(
        state=JobState.RUNNING,
        fence=F("fence") + 1,
        attempt=F("attempt") + 1,
        started_at=now,
        lease_until=lease(KINDS[job.kind].lease_seconds),
    )
    if claimed != 1:
        return None
    job.refresh_from_db()
    return Run(job, job.fence)


def run(job_id: UUID | str) -> str:
    """Do the job if it is to be done; returns its state afterwards, or 'not-claimed'."""
    claimed = claim(job_id)
    if claimed is None:
        return "not-claimed"
    kind = KINDS[claimed.job.kind]
    if claimed.job.attempt > claimed.job.max_attempts:
        return finish(claimed, JobState.DEAD, error="Given up: the worker died at every attempt.")
    try:
        with heartbeat(claimed, kind):
            result = kind.handler(claimed)
    except TryLater as wait:
        return put_back(claimed, str(wait), wait.seconds, counts=False)
    except LogClosed as closed:
        # What the platform does by itself comes again with its next slot; all else waits.
        if kind.every_seconds:
            return finish(claimed, JobState.FAILED, error=closed.sentence)
        return put_back(claimed, closed.sentence, 30.0, counts=False)
    except WorkFailed as failure:
        return finish(claimed, JobState.FAILED, error=str(failure))
    except LeaseLost:
        return "lease-lost"
    except Exception:
        log.exception("Job %s (%s) broke", claimed.job.pk, kind.name)
        return retry_or_bury(claimed, traceback.format_exc(limit=8))
    return finish(claimed, JobState.DONE, result=result)


def finish(
    claimed: Run, state: str, *, result: Mapping[str, Any] | None = None, error: str = ""
) -> str:
    held = Job.objects.filter(pk=claimed.job.pk, fence=claimed.fence, state=JobState.RUNNING)
    changed = held.update(
        state=state,
        result=dict(result or {}),
        error=error,
        finished_at=timezone.now(),
        lease_until=None,
    )
    return str(state) if changed == 1 else "lease-lost"


def retry_or_bury(claimed: Run, error: str) -> str:
    if claimed.job.attempt >= claimed.job.max_attempts:
        return finish(claimed, JobState.DEAD, error=error)
    return put_back(claimed, error, 2.0**claimed.job.attempt, counts=True)


def put_back(claimed: Run, error: str, seconds: float, *, counts: bool) -> str:
    held = Job.objects.filter(pk=claimed.job.pk, fence=claimed.fence, state=JobState.RUNNING)
    held.update(
        state=JobState.READY,
        attempt=F("attempt") - (0 if counts else 1),
        error=error,
        lease_until=None,
        rung_at=None,
        run_after=timezone.now() + timedelta(seconds=seconds),
    )
    return "put-back"


@contextmanager
def heartbeat(claimed: Run, kind: Kind) -> Iterator[None]:
    """Extend the lease from a thread of its own while the handler computes."""
    stop = threading.Event()

    def beat() -> None:
        try:
            while not stop.wait(kind.lease_seconds / 4):
                close_old_connections()
                Job.objects.filter(
                    pk=claimed.job.pk, fence=claimed.fence, state=JobState.RUNNING
                ).update(lease_until=lease(kind.lease_seconds))
        finally:
            connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
