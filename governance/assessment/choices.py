from __future__ import annotations

from collections.abc import Sequence

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

    @property
    def tone(self) -> str:
        return SEVERITY_TONES[self.value]


SEVERITY_TONES = {"low": "none", "medium": "warn", "high": "bad", "critical": "bad"}


class FindingState(models.TextChoices):
    OPEN = "open"
    READY = "ready-for-retest", "ready for retest"
    CLOSED = "closed"


class FindingStanding(models.TextChoices):
    """A finding with its actions, in the words of its page and of the gate."""

    OPEN = "open"
    PLANNED = "action-planned", "action planned"
    OVERDUE = "action-overdue", "overdue"
    READY = "ready-for-retest", "ready for retest"
    CLOSED = "closed"

    @property
    def tone(self) -> str:
        return STANDING_TONES[self.value]


STANDING_TONES = {
    "open": "warn",
    "action-planned": "wait",
    "action-overdue": "bad",
    "ready-for-retest": "wait",
    "closed": "good",
}


def standing_of(
    state: str, due: str, actions: Sequence[tuple[str, str]], today: str
) -> FindingStanding:
    """From a finding's state and due day and those of its actions, as their records say them.

    Whoever has not done what was to be done is late by the finding's own day, however late an action is due.
    """
    if state == FindingState.CLOSED:
        return FindingStanding.CLOSED
    is_late = any(done != ActionState.DONE and until < today for done, until in actions)
    if is_late or (state == FindingState.OPEN and due < today):
        return FindingStanding.OVERDUE
    if state == FindingState.READY:
        return FindingStanding.READY
    return FindingStanding.PLANNED if actions else FindingStanding.OPEN


class ActionState(models.TextChoices):
    PLANNED = "planned"
    DONE = "done"


class GrantState(models.TextChoices):
    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"
    ENDED = "ended"

    @property
    def tone(self) -> str:
        return GRANT_TONES[self.value]


GRANT_TONES = {"requested": "wait", "granted": "warn", "refused": "bad", "ended": "none"}


class DocumentState(models.TextChoices):
    DRAFT = "draft", "waits for approval"
    IN_FORCE = "in-force", "in force"
    WITHDRAWN = "withdrawn"

    @property
    def tone(self) -> str:
        return DOCUMENT_TONES[self.value]


DOCUMENT_TONES = {"draft": "wait", "in-force": "good", "withdrawn": "none"}


class Applicability(models.TextChoices):
    APPLICABLE = "applicable"
    NOT_APPLICABLE = "not-applicable", "not applicable"
    INHERITED = "inherited"
    NOT_YET_DUE = "not-yet-due", "not yet due"


class Determination(models.TextChoices):
    SATISFIED = "satisfied"
    NOT_SATISFIED = "not-satisfied", "not satisfied"
    NOT_DETERMINED = "not-determined", "not determined"
