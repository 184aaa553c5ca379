from __future__ import annotations

from typing import Any

from django import forms

from governance.identity.day_field import DayField
from governance.identity.models import Person, Unit
from governance.identity.principal import Principal
from governance.registry.choices import ActRole, Tier
from governance.registry.models import PROFILE_FIELDS, AISystem

LONG = {"rows": 3}
REQUIRED = ("purpose", "intendedUse", "affectedPeople")


class ProfileForm(forms.Form):
    """What is said of a system; the three fields without which nobody can judge it are mandatory."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in PROFILE_FIELDS.items():
            self.fields[name] = forms.CharField(
                label=label,
                required=name in REQUIRED,
                max_length=4000,
                widget=forms.Textarea(attrs=LONG),
            )

    def profile(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in PROFILE_FIELDS}


class EditForm(ProfileForm):
    review_due_on = DayField(
        label="Next review", required=False, help_text="The owner is told a week before."
    )


class RegisterForm(ProfileForm):
    field_order = ["unit", "name", "role", "tier", "tier_reason", *PROFILE_FIELDS]
    unit = forms.ModelChoiceField(Unit.objects.none(), label="Organisation or unit")
    name = forms.CharField(label="Name of the AI system", max_length=200)
    role = forms.ChoiceField(
        label="Your role", choices=ActRole.choices, help_text="EU AI Act, Article 3."
    )
    tier = forms.ChoiceField(
        label="Proposed tier",
        choices=[("", "Choose a tier"), *Tier.choices],
        help_text="A proposal: a compliance officer confirms or changes it.",
    )
    tier_reason = forms.CharField(
        label="Why this tier",
        help_text="Name the point of Annex III, and whether Article 6(3) was considered.",
        widget=forms.Textarea(attrs=LONG),
    )

    def __init__(self, *args: Any, principal: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.visible_to(principal).exclude(kind="system")
        choices = self.fields["unit"]
        assert isinstance(choices, forms.ModelChoiceField)
        choices.queryset = units
        choices.initial = units.first()
        self.order_fields(self.field_order)


class TierForm(forms.Form):
    tier = forms.ChoiceField(label="Tier", choices=Tier.choices)
    reason = forms.CharField(
        label="Reasons",
        help_text="Annex III and Article 6(3) of the EU AI Act as you considered them.",
        widget=forms.Textarea(attrs=LONG),
    )


class PeopleForm(forms.Form):
    validator = forms.ModelChoiceField(Person.objects.none(), required=False)
    executive = forms.ModelChoiceField(
        Person.objects.none(), required=False, label="Accountable executive"
    )

    def __init__(self, *args: Any, system: AISystem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        root = system.unit.path_ids[0]
        people = Person.objects.filter(unit__path__startswith=f"/{root}/", is_active=True)
        for name in ("validator", "executive"):
            choices = self.fields[name]
            assert isinstance(choices, forms.ModelChoiceField)
            choices.queryset = people


class ImportForm(forms.Form):
    unit = forms.ModelChoiceField(Unit.objects.none(), label="Into organisation or unit")
    file = forms.FileField(
        label="CSV file",
        help_text="Columns: name, purpose, role, tier, owner_email, unit, intended_use, affected_people, "
        "and tier_reason if you like. UTF-8, at most 1,000 rows.",
    )

    def __init__(self, *args: Any, principal: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = self.fields["unit"]
        assert isinstance(choices, forms.ModelChoiceField)
        choices.queryset = Unit.objects.visible_to(principal).exclude(kind="system")
