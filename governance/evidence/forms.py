from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from governance.evidence.choices import RevocationReason
from governance.identity.day_field import DayField
from governance.identity.models import Token


class TokenChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, token: Any) -> str:
        return f"{token.name} ({token.unit})"


class KeyForm(forms.Form):
    token = TokenChoice(
        Token.objects.none(),
        label="Signs for the token",
        empty_label=None,
        help_text="Live tokens that may submit evidence. Its sponsor answers for what the key signs.",
    )
    public = forms.CharField(
        label="Public key",
        max_length=1000,
        help_text="As `muniment evidence keygen` prints it. The private half stays with the pipeline.",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )
    expires = DayField(
        label="Expires on",
        required=False,
        help_text="What it signs from that day on does not count. Leave empty for a key without an end.",
    )

    def __init__(self, *args: Any, tokens: QuerySet[Token], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = self.fields["token"]
        assert isinstance(choices, forms.ModelChoiceField)
        choices.queryset = tokens


class RevocationForm(forms.Form):
    why = forms.ChoiceField(label="Why", choices=RevocationReason.choices)
    from_size = forms.IntegerField(
        label="From log size",
        min_value=0,
        required=False,
        help_text="Leave empty for now. A smaller size also takes the passes of what it signed since then away.",
    )
