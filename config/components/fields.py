"""Form fields: label above, hint below it, the error beside the field and in the summary."""

from __future__ import annotations

from dataclasses import dataclass

from django.forms import BaseForm, BoundField
from django.forms.widgets import CheckboxInput, CheckboxSelectMultiple, RadioSelect, Textarea
from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Problem:
    """One line of the error summary; target is the element the link goes to."""

    words: str
    target: str


@dataclass(frozen=True)
class Shown:
    """A field as it is drawn. layout is line, choice (one box) or group (several)."""

    bound: BoundField
    control: SafeString
    layout: str
    optional: bool
    hint_id: str
    error_id: str


def layout(bound: BoundField) -> str:
    """How label and control stand to each other."""
    widget = bound.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "group"
    return "choice" if isinstance(widget, CheckboxInput) else "line"


def shown(bound: BoundField) -> Shown:
    """The parts of one field, its control tied to hint and error."""
    kind, base = layout(bound), bound.auto_id or bound.html_name
    hint_id = f"{base}_helptext" if bound.help_text else ""
    error_id = f"{base}_error" if bound.errors else ""
    attrs: dict[str, str | bool] = {}
    described = " ".join(part for part in (hint_id, error_id) if part)
    if described and kind != "group":
        attrs["aria-describedby"] = described
    if isinstance(bound.field.widget, Textarea):
        # Django's own default of 10 rows invites essays.
        rows = str(bound.field.widget.attrs.get("rows", "10"))
        attrs["rows"] = "4" if rows == "10" else rows
    return Shown(
        bound, bound.as_widget(attrs=attrs), kind, not bound.field.required, hint_id, error_id
    )


def problems(form: BaseForm) -> list[Problem]:
    """All errors of a form, those of the whole form first, each with the field to go to."""
    found = [Problem(str(error), "") for error in form.non_field_errors()]
    for bound in form:
        target = bound.id_for_label or bound.auto_id
        if layout(bound) == "group":
            target = f"{bound.auto_id}_0"
        found += [Problem(f"{bound.label}: {error}", target) for error in bound.errors]
    return found
