from __future__ import annotations

from django.db import models


class ReportState(models.TextChoices):
    WAITING = "waiting", "waiting"
    RENDERING = "rendering", "being made"
    READY = "ready", "ready"
    FAILED = "failed", "failed"

    @property
    def tone(self) -> str:
        return STATE_TONES[self.value]

    @property
    def is_open(self) -> bool:
        return self in {ReportState.WAITING, ReportState.RENDERING}


STATE_TONES = {"waiting": "wait", "rendering": "wait", "ready": "good", "failed": "bad"}
