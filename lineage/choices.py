from __future__ import annotations

from django.db import models


class EventKind(models.TextChoices):
    """What an OpenLineage event is about."""

    RUN = "run"
    JOB = "job"
    DATASET = "dataset"


class RunState(models.TextChoices):
    RUNNING = "running", "not ended"
    COMPLETED = "completed", "completed"
    FAILED = "failed", "failed"
    ABORTED = "aborted", "aborted"

    @property
    def tone(self) -> str:
        return RUN_TONES[self.value]


RUN_TONES = {"running": "wait", "completed": "good", "failed": "bad", "aborted": "warn"}
STATE_OF_EVENT = {
    "COMPLETE": RunState.COMPLETED,
    "FAIL": RunState.FAILED,
    "ABORT": RunState.ABORTED,
}


class UseRole(models.TextChoices):
    INPUT = "input"
    OUTPUT = "output"


class ContradictionKind(models.TextChoices):
    TWO_ENDS = "two-ends", "ended in several ways"
    TWO_JOBS = "two-jobs", "one run id, several jobs"
    VERSION_MADE_TWICE = "version-made-twice", "one version, several makers"
