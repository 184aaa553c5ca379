"""Tags and filters that write one thing: a badge, a time, a number, a name."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest
from django.template import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.components import badges, icons, identifiers, numbers, reasons, times
from config.components.library import register
from config.components.theme import theme_of
from config.components.values import text
from governance.assessment.rules.words import plain

register.simple_tag(badges.badge)
register.simple_tag(badges.result_badge)
register.simple_tag(icons.icon)
register.simple_tag(times.when)
register.simple_tag(identifiers.digest)
register.simple_tag(identifiers.evidence)
register.filter("count", numbers.count_words)
register.filter("fixed", numbers.fixed_words)
register.filter("percent", numbers.percent_words)
register.filter("plain", plain)
register.filter("assurance", reasons.basis_words)
register.filter("short_digest", identifiers.short_digest)
register.filter("tone", badges.tone_name)


@register.simple_tag(takes_context=True)
def repeat_block(context: Context, name: str) -> str:
    """A block of the page once more: the title is both in the head and the h1."""
    blocks = context.render_context[BLOCK_CONTEXT_KEY]
    return cast(str, blocks.get_block(name).render(context))


@register.simple_tag(takes_context=True)
def chosen_theme(context: Context) -> str:
    """light, dark, or empty where the device decides or the page has no request."""
    request = context.get("request")
    return theme_of(request) if isinstance(request, HttpRequest) else ""


@register.simple_tag(takes_context=True)
def logindex(context: Context, index: int) -> SafeString:
    """The number of an entry of the log, linked to it where the reader may read the log."""
    principal = getattr(context.get("request"), "principal", None)
    words = numbers.count_words(index)
    if principal is None or not principal.may_somewhere("log.read"):
        return format_html("{}", words)
    return format_html('<a href="{}">{}</a>', reverse("log-entry", args=[index]), words)


@register.inclusion_tag("ui/person.html")
def person(who: object, role: str = "") -> dict[str, str]:
    """Initials, name and, if given, role. Takes a text or what has a name."""
    name = who if isinstance(who, str) else text(who, "name")
    words = [word for word in name.split() if word[0].isalnum()]
    initials = "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
    return {"name": name, "initials": initials, "role": role}


@register.filter
def message_tone(tags: str) -> str:
    """The tone of a message from its tags: success, info, warning, error."""
    levels = {"success": "good", "warning": "warn", "error": "bad"}
    return next((tone for level, tone in levels.items() if level in (tags or "").split()), "wait")
