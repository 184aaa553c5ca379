"""Forms: fields, the error summary, decisions that are signed, acts that need a second step."""

from __future__ import annotations

from django.forms import BaseForm, BoundField
from django.template import Context
from django.utils.safestring import SafeString
from django.utils.text import slugify

from config.components.fields import problems, shown
from config.components.library import draw, register


@register.inclusion_tag("ui/field.html")
def field(bound: BoundField) -> dict[str, object]:
    """Context of one field."""
    return {"shown": shown(bound)}


@register.inclusion_tag("ui/fields.html")
def fields(form: BaseForm) -> dict[str, object]:
    """Context of all fields of a form, hidden ones first."""
    return {
        "hidden": form.hidden_fields(),
        "fields": [shown(bound) for bound in form.visible_fields()],
    }


@register.inclusion_tag("ui/error_summary.html")
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
    shown = {"multipart": form.is_multipart(), "revision": getattr(form, "revision", "")}
    return fields(form) | error_summary(form) | shown


@register.simple_block_tag(takes_context=True)
def postform(
    context: Context,
    content: str,
    form: BaseForm | None = None,
    submit: str = "Save",
    action: str = "",
    cancel: str = "",
    tone: str = "",
) -> SafeString:
    """A POST form: summary, fields, what stands in the block, buttons."""
    shown = {"submit": submit, "action": action, "cancel": cancel, "danger": tone == "bad"}
    return draw(context, "ui/form.html", content=content, **shown, **form_values(form))


@register.simple_block_tag(takes_context=True)
def decision(
    context: Context,
    content: str,
    form: BaseForm,
    submit: str = "Sign the decision",
    digest: str = "",
    action: str = "",
) -> SafeString:
    """A form for an act that is signed: it names the digest that the act binds."""
    shown = {"submit": submit, "digest": digest, "action": action}
    return draw(context, "ui/decision.html", content=content, **shown, **form_values(form))


@register.simple_block_tag(takes_context=True)
def confirm(
    context: Context,
    content: str,
    action: str,
    words: str,
    tone: str = "",
    name: str = "reason",
    label: str = "Reason",
    submit: str = "",
) -> SafeString:
    """An act behind a second step that asks for a reason; opens without a script."""
    shown = {"action": action, "words": words, "name": name, "label": label}
    return draw(
        context,
        "ui/confirm.html",
        content=content,
        danger=tone == "bad",
        submit=submit or words,
        id=f"{name}-{slugify(words)}-{slugify(action)}",
        **shown,
    )
