from __future__ import annotations

from typing import Any

from django import forms

from governance.assessment.choices import Outcome, Severity
from governance.identity.choices import Role
from governance.identity.day_field import DayField
from governance.identity.models import Person, Unit
from governance.identity.principal import Principal

TEXT = forms.Textarea(attrs={"rows": 3})


def people_of(unit: Unit) -> Any:
    return Person.objects.filter(unit__path__startswith=f"/{unit.path_ids[0]}/", is_active=True)


def set_people(form: forms.Form, name: str, unit: Unit) -> None:
    choices = form.fields[name]
    assert isinstance(choices, forms.ModelChoiceField)
    choices.queryset = people_of(unit)


class DecisionForm(forms.Form):
    outcome = forms.ChoiceField(
        label="Decision",
        choices=[c for c in Outcome.choices if c[0] != Outcome.REVOKED],
        widget=forms.RadioSelect,
    )
    conditions = forms.CharField(
        label="Conditions",
        help_text="One a line; only when you approve with conditions.",
        required=False,
        widget=TEXT,
    )
    reason = forms.CharField(
        label="Reasons", help_text="Kept with the signed decision.", widget=TEXT
    )

    def listed(self) -> list[str]:
        text: str = self.cleaned_data["conditions"]
        return [line.strip() for line in text.splitlines() if line.strip()]


class AssignForm(forms.Form):
    person = forms.ModelChoiceField(Person.objects.none(), label="Owner")
    due_on = DayField(label="Due", required=False)

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_people(self, "person", unit)


class DocumentForm(forms.Form):
    topic = forms.ChoiceField(label="Topic", help_text="Which requirement it answers.")
    title = forms.CharField(label="Title", max_length=200)
    file = forms.FileField(label="File")
    valid_from = DayField(label="In force from")
    valid_until = DayField(label="In force until")

    def __init__(self, *args: Any, topics: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["topic"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = topics


class ReasonForm(forms.Form):
    reason = forms.CharField(label="Reasons", widget=TEXT)


class StatementForm(forms.Form):
    role = forms.ChoiceField(label="Your role")
    met = forms.ChoiceField(
        label="You state that the requirement is",
        choices=[("no", "NOT met"), ("yes", "met")],
        widget=forms.RadioSelect,
        initial="no",
    )
    text = forms.CharField(label="Statement", widget=TEXT)

    def __init__(self, *args: Any, roles: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = roles


class ConclusionForm(forms.Form):
    role = forms.ChoiceField(label="Your role")
    verdict = forms.ChoiceField(
        label="You conclude that the requirement is",
        choices=[
            ("satisfied", "satisfied"),
            ("not-satisfied", "not satisfied"),
            ("not-determined", "not to be determined from what is here"),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label="Reasons", widget=TEXT)

    def __init__(self, *args: Any, roles: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = roles


class FindingForm(forms.Form):
    title = forms.CharField(label="Title", max_length=200)
    requirement = forms.ChoiceField(label="Requirement", required=False)
    severity = forms.ChoiceField(label="Severity", choices=Severity.choices)
    criterion = forms.CharField(label="What was asked", widget=TEXT)
    condition = forms.CharField(label="What was found", widget=TEXT)
    cause = forms.CharField(label="Why", required=False, widget=TEXT)
    effect = forms.CharField(label="What follows from it", required=False, widget=TEXT)
    owner = forms.ModelChoiceField(Person.objects.none(), label="Owner")
    due_on = DayField(label="Due")

    def __init__(self, *args: Any, unit: Unit, requirements: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_people(self, "owner", unit)
        field = self.fields["requirement"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "none"), *((r, r) for r in requirements)]


class ActionForm(forms.Form):
    title = forms.CharField(label="What will be done", max_length=300)
    owner = forms.ModelChoiceField(Person.objects.none(), label="By whom")
    due_on = DayField(label="Until")

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_people(self, "owner", unit)


class ExceptionForm(forms.Form):
    requirements = forms.MultipleChoiceField(
        label="Requirements", widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(label="Why the release must go on", widget=TEXT)
    compensating_control = forms.CharField(label="Compensating control", widget=TEXT)
    expires_on = DayField(label="Until", help_text="At most 180 days from today.")

    def __init__(self, *args: Any, failing: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["requirements"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(name, name) for name in failing]


class OpinionForm(forms.Form):
    verdict = forms.ChoiceField(
        label="Opinion",
        choices=[
            ("fit", "fit for its use"),
            ("fit-with-findings", "fit, with findings"),
            ("not-fit", "not fit"),
        ],
        widget=forms.RadioSelect,
    )
    tests = forms.CharField(label="What you tested", help_text="One a line.", widget=TEXT)
    text = forms.CharField(label="Your opinion", widget=TEXT)

    def listed(self) -> list[str]:
        text: str = self.cleaned_data["tests"]
        return [line.strip() for line in text.splitlines() if line.strip()]


def roles_held(principal: Principal, path: str, allowed: set[str]) -> list[tuple[str, str]]:
    held = principal.roles_at(path) & allowed
    return [(value, label) for value, label in Role.choices if value in held]
