from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from governance.assessment.criteria import current_entries, outcomes
from governance.evidence.models import Evidence
from governance.identity.day_field import DayField
from governance.identity.models import Person, Unit
from governance.identity.principal import Principal
from governance.registry.models import AISystem
from risk.choices import Direction, RiskState, Signal, Treatment
from risk.models import Risk
from risk.scales import IMPACTS, LEVELS, LIKELIHOODS, numbered
from risk.watching import KINDS

LONG = {"rows": 3}
REVIEW_AFTER = timedelta(days=90)


def people_of(unit: Unit) -> QuerySet[Person]:
    root = unit.path_ids[0]
    return Person.objects.filter(unit__path__startswith=f"/{root}/", is_active=True)


def rating(label: str, words: dict[int, str], help_text: str = "") -> forms.TypedChoiceField:
    choices = [("", "Choose"), *numbered(words)]
    return forms.TypedChoiceField(label=label, choices=choices, coerce=int, help_text=help_text)


def chosen(form: forms.Form, name: str) -> forms.ModelChoiceField[Any]:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    return field


class RiskForm(forms.Form):
    title = forms.CharField(label="Risk in one line", max_length=200)
    cause = forms.CharField(widget=forms.Textarea(attrs=LONG), max_length=4000)
    event = forms.CharField(
        widget=forms.Textarea(attrs=LONG), max_length=4000, help_text="What may happen."
    )
    consequence = forms.CharField(
        widget=forms.Textarea(attrs=LONG), max_length=4000, help_text="To whom, and how badly."
    )
    likelihood = rating("Likelihood before treatment", LIKELIHOODS)
    impact = rating("Impact before treatment", IMPACTS)
    owner = forms.ModelChoiceField(Person.objects.none(), help_text="Who answers for this risk.")
    requirements = forms.MultipleChoiceField(
        label="Requirements it bears on",
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    review_on = DayField(
        label="Next review", help_text="At the latest every quarter for a high-risk system."
    )

    def __init__(self, *args: Any, system: AISystem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen(self, "owner").queryset = people_of(system.unit)
        self.fields["owner"].initial = system.owner_id
        self.fields["review_on"].initial = timezone.now().date() + REVIEW_AFTER
        nodes = outcomes()
        field = self.fields["requirements"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(one, f"{one} {nodes[one]['title']}") for one in current_entries()]

    def values(self) -> dict[str, Any]:
        """Arguments of write_risk and edit_risk."""
        data = self.cleaned_data
        texts = {name: data[name] for name in ("cause", "event", "consequence")}
        rest = ("likelihood", "impact", "owner", "requirements", "review_on")
        return {"title": data["title"], "texts": texts, **{name: data[name] for name in rest}}


class NewRiskForm(RiskForm):
    """As RiskForm, for a page that first asks which system it is about."""

    field_order = ["system", "title"]
    system = forms.ModelChoiceField(AISystem.objects.none(), label="AI system")

    def __init__(self, *args: Any, system: AISystem, principal: Principal, **kwargs: Any) -> None:
        super().__init__(*args, system=system, **kwargs)
        seen = AISystem.objects.visible_to(principal).select_related("unit")
        chosen(self, "system").queryset = seen
        self.fields["system"].initial = system.pk
        self.order_fields(self.field_order)


def initial_of(risk: Risk) -> dict[str, Any]:
    names = ("title", "cause", "event", "consequence", "likelihood", "impact", "requirements")
    return {
        **{name: getattr(risk, name) for name in names},
        "owner": risk.owner_id,
        "review_on": risk.review_on,
    }


class TreatForm(forms.Form):
    treatment = forms.ChoiceField(
        choices=[("", "Choose"), *Treatment.choices],
        help_text="Mitigate: lessen it. Transfer: another party bears it. Avoid: stop what causes it. "
        "Accept: bear it as it is.",
    )
    plan = forms.CharField(
        widget=forms.Textarea(attrs=LONG),
        max_length=4000,
        help_text="What is done, by whom, and how one sees that it works. To accept: why that is right.",
    )
    due_on = DayField(label="Carried out by", help_text="Not needed to accept.", required=False)
    residual_likelihood = rating("Likelihood that remains", LIKELIHOODS)
    residual_impact = rating("Impact that remains", IMPACTS)


class AcceptForm(forms.Form):
    reason = forms.CharField(
        label="Why what remains may be accepted",
        widget=forms.Textarea(attrs=LONG),
        max_length=4000,
        help_text="The accountable executive reads this and decides.",
    )


class ReviewForm(forms.Form):
    review_on = DayField(label="Next review")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["review_on"].initial = timezone.now().date() + REVIEW_AFTER


class IndicatorForm(forms.Form):
    label = forms.CharField(max_length=120, help_text="As a reader sees it: PSI of age.")
    check = forms.CharField(
        label="Series",
        max_length=80,
        help_text="The check as its statements name it.",
        widget=forms.TextInput(attrs={"list": "series", "autocomplete": "off"}),
    )
    slice = forms.CharField(
        max_length=120,
        initial="all",
        help_text="all, a group such as SEX, or for drift a column; drift with all is its worst column.",
    )
    direction = forms.ChoiceField(choices=Direction.choices)
    amber = forms.DecimalField(label="Amber from", max_digits=18, decimal_places=8)
    red = forms.DecimalField(label="Red from", max_digits=18, decimal_places=8)


def known_series(system: AISystem) -> list[str]:
    """Checks that statements about this system have named so far."""
    rows = Evidence.objects.filter(unit=system.unit, type__in=KINDS).order_by("kind")
    return list(rows.values_list("kind", flat=True).distinct())


class FilterForm(forms.Form):
    q = forms.CharField(label="Risk or system", required=False, max_length=100)
    level = forms.ChoiceField(
        label="Level", required=False, choices=[("", "Any"), *((one, one) for one in LEVELS)]
    )
    state = forms.ChoiceField(required=False, choices=[("", "Any"), *RiskState.choices])
    signal = forms.ChoiceField(
        label="Indicator", required=False, choices=[("", "Any"), *Signal.choices]
    )
