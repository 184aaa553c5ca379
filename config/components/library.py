"""The tag library that every component module adds to, and how a block component is drawn."""

from __future__ import annotations

from django.http import HttpRequest, QueryDict
from django.template import Context, Library
from django.utils.safestring import SafeString

register = Library()


def draw(context: Context, template: str, **values: object) -> SafeString:
    """A template of this app with these values only, and the page's CSRF token and request."""
    engine = context.template.engine  # type: ignore[union-attr]
    shared = {name: context[name] for name in ("csrf_token", "request") if name in context}
    inner = context.new(shared | values)
    return engine.get_template(template).render(inner)


def query(context: Context) -> QueryDict:
    """The query of the page's request; an empty one where the context has no request."""
    request = context.get("request")
    return request.GET if isinstance(request, HttpRequest) else QueryDict()
