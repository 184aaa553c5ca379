"""The one field for a day in a form."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from governance.identity.calendar import DAY_SENTENCE, FIRST_DAY, LAST_DAY, is_known_day


class DayField(forms.DateField):
    """A day from a picker, within the years that the platform reckons with."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"widget": picker(), **kwargs})

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None and not is_known_day(day):
            raise ValidationError(DAY_SENTENCE, code="day")
        return day


def picker() -> forms.DateInput:
    limits = {"type": "date", "min": str(FIRST_DAY), "max": str(LAST_DAY)}
    return forms.DateInput(attrs=limits, format="%Y-%m-%d")
