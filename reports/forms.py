from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q

from governance.identity.models import Person, Unit
from governance.identity.principal import Principal

PERIODS = [
    ("", "As of now (point in time)"),
    ("30", "30 days"),
    ("90", "90 days"),
    ("365", "1 year"),
]
RHYTHMS = [
    ("0 6 1 * *", "Monthly, on the 1st at 06:00 UTC"),
    ("0 6 1 1,4,7,10 *", "Quarterly, on the 1st at 06:00 UTC"),
    ("0 6 * * 1", "Weekly, on Monday at 06:00 UTC"),
    ("0 6 * * *", "Daily at 06:00 UTC"),
    ("", "By the cron line below"),
]


class AskForm(forms.Form):
    """What a report is about, how far back it looks, and who gets it."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label="About", empty_label=None)
    period_days = forms.TypedChoiceField(
        label="Looks back",
        choices=PERIODS,
        required=False,
        coerce=int,
        empty_value=None,
        help_text="Results are as of one instant; decisions, alerts and batches are those of the period.",
    )
    recipients = forms.ModelMultipleChoiceField(
        Person.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="They are told in the app and by e-mail, with a link. Each must hold a role here.",
    )

    def __init__(self, *args: Any, principal: Principal, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.visible_to(principal).order_by("path")
        allowed = [unit.pk for unit in units if principal.may(action, unit.path)]
        self.pick("unit").queryset = units.filter(pk__in=allowed)
        self.pick("recipients").queryset = people_near(principal)

    def pick(self, name: str) -> forms.ModelChoiceField[Any]:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        return field


class ScheduleForm(AskForm):
    field_order = ["unit", "name", "period_days", "rhythm", "cron", "recipients"]
    name = forms.CharField(max_length=120, initial="Control report")
    rhythm = forms.ChoiceField(
        label="Comes", choices=RHYTHMS, required=False, initial=RHYTHMS[0][0]
    )
    cron = forms.CharField(
        label="Cron line",
        required=False,
        max_length=100,
        help_text="Five fields in UTC: minute hour day month weekday. At most once an hour.",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["cron"] = data.get("rhythm") or data.get("cron", "").strip()
        if not data["cron"]:
            self.add_error("cron", "Choose a rhythm or write a cron line.")
        if not data.get("recipients"):
            self.add_error("recipients", "Choose who gets it.")
        return data


def people_near(principal: Principal) -> Any:
    """People of the principal's organisations."""
    condition = Q(pk__in=())
    for path in principal.paths:
        condition |= Q(unit__path__startswith=f"/{path.strip('/').split('/')[0]}/")
    return Person.objects.filter(condition, is_active=True).order_by("name")
