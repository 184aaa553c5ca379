"""States of what is watched: batches, monitors, runs and alerts, each with its tone."""

from __future__ import annotations

from django.db import models


class BatchState(models.TextChoices):
    """`invalid`: a run could not compare it, and says why."""

    WAITING = "waiting", "waiting"
    TAKEN = "taken", "being compared"
    COMPARED = "compared", "compared"
    INVALID = "invalid", "invalid"

    @property
    def tone(self) -> str:
        return _BATCH_TONES[self.value]


_BATCH_TONES = {"waiting": "wait", "taken": "wait", "compared": "good", "invalid": "bad"}


class LabelsState(models.TextChoices):
    NONE = "none", "not delivered"
    CHECKING = "checking", "being checked"
    MEASURED = "measured", "measured"
    REFUSED = "refused", "refused"

    @property
    def tone(self) -> str:
        return _LABELS_TONES[self.value]


_LABELS_TONES = {"none": "none", "checking": "wait", "measured": "good", "refused": "bad"}


class MonitorState(models.TextChoices):
    ACTIVE = "active", "active"
    PAUSED = "paused", "paused"
    ENDED = "ended", "ended"

    @property
    def tone(self) -> str:
        return {"active": "good", "paused": "warn", "ended": "none"}[self.value]


class RunStatus(models.TextChoices):
    """The four ends are the words the rules read; `running` is never stated."""

    RUNNING = "running", "running"
    COMPLETED = "completed", "completed"
    NO_DATA = "no-data", "no data"
    INVALID = "invalid", "invalid"
    MISSED = "missed", "missed"

    @property
    def tone(self) -> str:
        return _RUN_TONES[self.value]


_RUN_TONES = {
    "running": "wait",
    "completed": "good",
    "no-data": "warn",
    "invalid": "bad",
    "missed": "bad",
}


class AlertState(models.TextChoices):
    OPEN = "open", "open"
    TRIAGED = "triaged", "triaged"
    CLOSED = "closed", "closed"

    @property
    def tone(self) -> str:
        return {"open": "bad", "triaged": "warn", "closed": "good"}[self.value]


class AlertKind(models.TextChoices):
    DRIFT = "drift", "drift"
    BREACH = "breach", "breach confirmed by labels"
