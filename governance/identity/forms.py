from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from governance.identity.choices import Role
from governance.identity.day_field import DayField
from governance.identity.models import TOKEN_MAX_AGE, Account, Unit
from governance.identity.passwords import proofs_of
from governance.identity.policy import ACTIONS, TOKEN_VERBS

NEW_SECRET = forms.PasswordInput(attrs={"autocomplete": "new-password"})
LENGTH_HINT = "At least 12 characters, not a common one."
USUAL_VERBS = [verb for verb in TOKEN_VERBS if verb not in {"read", "approval.request"}]


class OfUnit(forms.Form):
    """A form about a unit; offers only units where the person may do what the form does."""

    unit = forms.ModelChoiceField(Unit.objects.none(), empty_label=None)

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = self.fields["unit"]
        assert isinstance(choices, forms.ModelChoiceField)
        choices.queryset = units


class PersonForm(OfUnit):
    field_order = ["name", "email", "unit", "password"]
    name = forms.CharField(label="Name", max_length=200)
    email = forms.EmailField(label="E-mail", help_text="They sign in with it.")
    password = forms.CharField(
        label="First password",
        help_text=f"{LENGTH_HINT} Hand it over by another way than e-mail; they change it.",
        widget=NEW_SECRET,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].label = "Belongs to"


class GrantForm(OfUnit):
    field_order = ["role", "unit", "ends_on"]
    role = forms.ChoiceField(
        label="Role", choices=[choice for choice in Role.choices if choice[0] != Role.CI]
    )
    ends_on = DayField(
        label="Last day", help_text="Leave empty for a role without an end.", required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].label = "At"
        self.fields["unit"].help_text = "The role holds here and for everything below."


class AccountForm(forms.Form):
    login = forms.CharField(label="Sign-in name", max_length=150)
    password = forms.CharField(label="First password", help_text=LENGTH_HINT, widget=NEW_SECRET)


class UnitForm(OfUnit):
    field_order = ["unit", "name"]
    name = forms.CharField(label="Name of the unit", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].label = "Below"


class TokenForm(OfUnit):
    field_order = ["name", "unit", "verbs", "days"]
    name = forms.CharField(
        label="Name", max_length=100, help_text="The pipeline it is for, such as 'places, main'."
    )
    verbs = forms.MultipleChoiceField(
        label="What it may do",
        help_text="It may always read. It can never approve.",
        choices=[(verb, ACTIONS[verb].sentence) for verb in TOKEN_VERBS if verb != "read"],
        initial=USUAL_VERBS,
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.IntegerField(
        label="Lives for so many days",
        help_text=f"At most {TOKEN_MAX_AGE.days}.",
        min_value=1,
        max_value=TOKEN_MAX_AGE.days,
        initial=30,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].label = "For"
        self.fields["unit"].help_text = "One AI system is enough for most pipelines."


class PasswordForm(forms.Form):
    present = forms.CharField(
        label="Present password",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(label="New password", help_text=LENGTH_HINT, widget=NEW_SECRET)
    again = forms.CharField(label="New password, again", widget=NEW_SECRET)

    def __init__(self, *args: Any, own: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        proofs = proofs_of(own)
        if own not in proofs:
            names = " or ".join(proof.login for proof in proofs)
            self.fields["present"].label = f"Password of your other account, {names}"
            self.fields[
                "present"
            ].help_text = "Who made this account knows its first password; this one only you know."

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", "The two new passwords differ. Type the same one twice.")
        return data
