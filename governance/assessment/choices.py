from __future__ import annotations

from django.db import models


class Outcome(models.TextChoices):
    APPROVED = "approved"
    CONDITIONS = "approved-with-conditions", "approved with conditions"
    RETURNED = "returned"
    REJECTED = "rejected"
    REVOKED = "revoked"

    @property
    def tone(self) -> str:
        return OUTCOME_TONES[self.value]

    @property
    def is_approval(self) -> bool:
        return self in {Outcome.APPROVED, Outcome.CONDITIONS}


OUTCOME_TONES = {
    "approved": "good",
    "approved-with-conditions": "good",
    "returned": "warn",
    "rejected": "bad",
    "revoked": "bad",
}


class RequestState(models.TextChoices):
    OPEN = "open", "waiting"
    DECIDED = "decided"
    STALE = "stale", "replaced by a newer version"


class Severity(models.TextChoices):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class FindingState(models.TextChoices):
    OPEN = "open"
    READY = "ready-for-retest", "ready for retest"
    CLOSED = "closed"


class ActionState(models.TextChoices):
    PLANNED = "planned"
    DONE = "done"


class GrantState(models.TextChoices):
    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"
    ENDED = "ended"


class DocumentState(models.TextChoices):
    DRAFT = "draft", "waits for approval"
    IN_FORCE = "in-force", "in force"
    WITHDRAWN = "withdrawn"


class Applicability(models.TextChoices):
    APPLICABLE = "applicable"
    NOT_APPLICABLE = "not-applicable", "not applicable"
    INHERITED = "inherited"
    NOT_YET_DUE = "not-yet-due", "not yet due"


class Determination(models.TextChoices):
    SATISFIED = "satisfied"
    NOT_SATISFIED = "not-satisfied", "not satisfied"
    NOT_DETERMINED = "not-determined", "not determined"
