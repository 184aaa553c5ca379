from __future__ import annotations

from django.db import models


class Treatment(models.TextChoices):
    MITIGATE = "mitigate"
    TRANSFER = "transfer"
    AVOID = "avoid"
    ACCEPT = "accept"


class RiskState(models.TextChoices):
    OPEN = "open", "not treated yet"
    TREATED = "treated", "treatment chosen"
    ASKED = "acceptance-asked", "acceptance asked"
    ACCEPTED = "accepted", "residual risk accepted"
    WITHDRAWN = "withdrawn"

    @property
    def tone(self) -> str:
        return STATE_TONES[self.value]


STATE_TONES = {
    "open": "warn",
    "treated": "wait",
    "acceptance-asked": "wait",
    "accepted": "good",
    "withdrawn": "none",
}


class Direction(models.TextChoices):
    ABOVE = "above", "high values are bad"
    BELOW = "below", "low values are bad"


class Signal(models.TextChoices):
    """What an indicator says; a series without a usable value says nothing, never green."""

    NO_DATA = "no-data", "no data"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"

    @property
    def tone(self) -> str:
        return SIGNAL_TONES[self.value]

    @property
    def weight(self) -> int:
        return ("green", "no-data", "amber", "red").index(self.value)


SIGNAL_TONES = {"no-data": "none", "green": "good", "amber": "warn", "red": "bad"}
