from __future__ import annotations

from django.db import models


class PlanState(models.TextChoices):
    DRAFT = "draft", "draft"
    APPROVED = "approved", "approved"
    WITHDRAWN = "withdrawn", "withdrawn"

    @property
    def tone(self) -> str:
        return PLAN_TONES[self.value]


PLAN_TONES = {"draft": "wait", "approved": "good", "withdrawn": "none"}


class EvaluationState(models.TextChoices):
    """`invalid`: the run gave no valid figure, and says why. `failed`: it could not be made here."""

    QUEUED = "queued", "waiting"
    RUNNING = "running", "running"
    COMPLETED = "completed", "completed"
    INVALID = "invalid", "invalid"
    FAILED = "failed", "failed"

    @property
    def tone(self) -> str:
        return EVALUATION_TONES[self.value]


EVALUATION_TONES = {
    "queued": "wait",
    "running": "wait",
    "completed": "good",
    "invalid": "bad",
    "failed": "bad",
}
ENDED = (EvaluationState.COMPLETED, EvaluationState.INVALID, EvaluationState.FAILED)


class Device(models.TextChoices):
    """What must run the model. There is no silent fall-back from one to the other."""

    CPU = "cpu", "CPU"
    CUDA = "cuda", "CUDA"
