"""Tags that draw whole forms. Registered by config.templatetags.ui."""

from __future__ import annotations

from django.forms import BaseForm, BoundField
from django.http import QueryDict

from config.components.fields import problems, shown
from config.components.queries import chips


def field(bound: BoundField) -> dict[str, object]:
    """Context of one field."""
    return {"shown": shown(bound)}


def fields(form: BaseForm) -> dict[str, object]:
    """Context of all fields of a form, hidden ones first."""
    return {
        "hidden": form.hidden_fields(),
        "fields": [shown(bound) for bound in form.visible_fields()],
    }


def error_summary(form: BaseForm) -> dict[str, object]:
    """Context of the list of errors at the top of a form."""
    return {"problems": problems(form) if form.is_bound else []}


def form_values(form: BaseForm | None) -> dict[str, object]:
    """Everything a form's template needs; None where there is only a button.

    Raises TypeError for anything else, such as a name that the context does not hold.
    """
    if form is None:
        return {"problems": [], "hidden": [], "fields": [], "multipart": False}
    if not isinstance(form, BaseForm):
        raise TypeError(f"A form is needed here, not {form!r}; is the variable in the context?")
    return fields(form) | error_summary(form) | {"multipart": form.is_multipart()}


def filter_values(form: BaseForm, query: QueryDict) -> dict[str, object]:
    """Fields of a filter form and the chips of the filters in use; the order is kept."""
    return {
        "fields": [shown(bound) for bound in form.visible_fields()],
        "chips": chips(query, form),
        "sort": query.get("sort", ""),
    }
