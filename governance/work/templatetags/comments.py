from __future__ import annotations

from django import template
from django.template import Context

from governance.identity.models import Unit
from governance.identity.principal import Principal
from governance.work.models import Comment

register = template.Library()

SHOWN = 100


@register.inclusion_tag("work/comments.html", takes_context=True)
def comments(context: Context, kind: str, object_id: object, unit: Unit) -> dict[str, object]:
    """The comments on a thing, oldest first, and a form where the person may write."""
    principal: Principal = context["principal"]
    rows = Comment.objects.visible_to(principal).filter(object_type=kind, object_id=str(object_id))
    return {
        "comments": rows.select_related("person")[:SHOWN],
        "kind": kind,
        "object_id": str(object_id),
        "may_comment": principal.may("comment.write", unit.path),
        "csrf_token": context.get("csrf_token"),
        "request": context.get("request"),
    }
