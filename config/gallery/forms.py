"""Sample forms of the gallery."""

from __future__ import annotations

from django import forms

from governance.identity.day_field import DayField


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(
        label="Name of the AI system", help_text="As people in the organisation call it."
    )
    purpose = forms.CharField(label="Purpose", widget=forms.Textarea)
    tier = forms.ChoiceField(
        label="Proposed tier",
        widget=forms.RadioSelect,
        choices=[("high", "High risk"), ("limited", "Limited risk"), ("minimal", "Minimal risk")],
        help_text="The compliance officer confirms or changes it.",
    )
    unit = forms.ChoiceField(
        label="Unit", choices=[("es", "Employment service"), ("hq", "Head office")]
    )
    review_on = DayField(label="Next review", required=False)
    document = forms.FileField(label="Document", required=False, help_text="PDF, at most 20 MB.")
    oversight = forms.BooleanField(label="A person can override each decision", required=False)


class SampleSignIn(forms.Form):
    """The two fields of the sign-in page."""

    username = forms.CharField(
        label="Sign-in name", widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label="Password", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class SampleFilter(forms.Form):
    """A filter as a list page has it."""

    q = forms.CharField(label="Name", required=False)
    tier = forms.ChoiceField(
        label="Tier",
        required=False,
        choices=[("", "Any"), ("high", "High risk"), ("low", "Minimal")],
    )


class SampleDecision(forms.Form):
    """A decision with its mandatory reason."""

    outcome = forms.ChoiceField(
        label="Decision",
        widget=forms.RadioSelect,
        choices=[
            ("approved", "Approve"),
            ("approved-with-conditions", "Approve with conditions"),
            ("returned", "Return to the author"),
            ("rejected", "Reject"),
        ],
    )
    reason = forms.CharField(
        label="Reason",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What you looked at and why this follows.",
    )
