from __future__ import annotations

from typing import Any

from django import forms

from governance.registry.models import AISystem, DatasetVersion, Deployment
from monitoring.models import Monitor
from monitoring.terms import DEFAULT_RULE

TEXT = forms.Textarea(attrs={"rows": 3})
DAY, HOUR = 86_400, 3_600
UNITS = ((DAY, "days"), (HOUR, "hours"), (60, "minutes"), (1, "seconds"))


class MonitorForm(forms.Form):
    """What a monitor compares with, how often, and by when somebody looks at an alert."""

    deployment = forms.ModelChoiceField(
        Deployment.objects.none(), label="What is watched", empty_label=None
    )
    name = forms.CharField(label="Name", max_length=200, initial="Drift of batches")
    reference = forms.ModelChoiceField(
        DatasetVersion.objects.none(),
        label="Compared with",
        help_text="Rows the model was tested on. Their file must be here.",
    )
    every = forms.IntegerField(label="One slot every", min_value=1, initial=30)
    unit = forms.TypedChoiceField(label="Unit", choices=UNITS, coerce=int, initial=DAY)
    grace = forms.IntegerField(
        label="Grace in minutes",
        min_value=1,
        required=False,
        help_text="A run that begins later than this after its slot is missed. A tenth of the "
        "interval where left out.",
    )
    triage = forms.DecimalField(
        label="Triage within hours",
        min_value=0,
        initial=72,
        help_text="An alert that nobody has looked at by then fails MANAGE 4.1.",
    )
    alpha = forms.CharField(label="False discovery rate", initial=DEFAULT_RULE["alpha"])
    psi_floor = forms.CharField(
        label="PSI that matters",
        initial=DEFAULT_RULE["psiFloor"],
        help_text="A column has drifted when its q-value is below the rate and one of both "
        "differences matters.",
    )
    effect_floor = forms.CharField(label="Effect that matters", initial=DEFAULT_RULE["effectFloor"])
    minimum_rows = forms.CharField(label="Least rows", initial=DEFAULT_RULE["minimumRows"])

    def __init__(self, *args: Any, system: AISystem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = DatasetVersion.objects.filter(unit=system.unit, artefact__isnull=False)
        choose(self, "reference", rows.exclude(role__in=["labels", "production"]))
        choose(self, "deployment", Deployment.objects.live().filter(system=system))

    def terms(self) -> dict[str, Any]:
        data = self.cleaned_data
        found = {
            "intervalSeconds": data["every"] * data["unit"],
            "triageSeconds": int(data["triage"] * HOUR),
            "rule": {
                "alpha": data["alpha"],
                "psiFloor": data["psi_floor"],
                "effectFloor": data["effect_floor"],
                "minimumRows": data["minimum_rows"],
            },
        }
        return found | ({"graceSeconds": data["grace"] * 60} if data["grace"] else {})


class RevisionForm(MonitorForm):
    """The same of a monitor that stands: what it watches is fixed."""

    def __init__(self, *args: Any, monitor: Monitor, **kwargs: Any) -> None:
        kwargs["initial"] = initial_of(monitor)
        super().__init__(*args, system=monitor.system, **kwargs)
        del self.fields["deployment"]


def initial_of(monitor: Monitor) -> dict[str, Any]:
    unit = next(size for size, _ in UNITS if monitor.interval_seconds % size == 0)
    rule = monitor.rule
    return {
        "name": monitor.name,
        "reference": monitor.reference_id,
        "every": monitor.interval_seconds // unit,
        "unit": unit,
        "grace": max(1, monitor.grace_seconds // 60),
        "triage": f"{monitor.triage_seconds / HOUR:g}",
        "alpha": rule["alpha"],
        "psi_floor": rule["psiFloor"],
        "effect_floor": rule["effectFloor"],
        "minimum_rows": rule["minimumRows"],
    }


def choose(form: forms.Form, name: str, rows: Any) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows
    if name == "deployment":
        field.initial = rows.first()


class TriageForm(forms.Form):
    note = forms.CharField(
        label="What you found",
        help_text="The cause as far as it is known, and what is done about it.",
        widget=TEXT,
    )


class CloseForm(forms.Form):
    reason = forms.CharField(
        label="Why nothing is left to be done",
        help_text="The same drift again opens another alert.",
        widget=TEXT,
    )
