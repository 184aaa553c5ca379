from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from governance.audit.querysets import within
from governance.identity.day_field import DayField
from governance.identity.models import Unit
from governance.identity.principal import Principal
from packages.actions import DEFAULT
from packages.listing import organisations_of


def default_day() -> date:
    return (timezone.now() - DEFAULT).date()


class AskForm(forms.Form):
    """What the package is about, and from when on what happened is listed."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label="About", empty_label=None)
    since = DayField(
        label="Period from",
        initial=default_day,
        help_text="Results are as of now; decisions, alerts and changes are those since this day (UTC).",
    )

    def __init__(self, *args: Any, principal: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Unit.objects.filter(within(organisations_of(principal), "path")).order_by(
            "path"
        )

    def clean_since(self) -> datetime:
        day: date = self.cleaned_data["since"]
        begin = datetime.combine(day, time.min, UTC)
        if begin >= timezone.now() - timedelta(minutes=1):
            raise forms.ValidationError("Choose a day before today.")
        return begin
