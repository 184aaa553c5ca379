"""How a report writes times, numbers and evidence."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from reports.content import words
from reports.pages import chart_name

register = template.Library()

NO_VALUE = "no value"


register.filter("day", words.day)
register.filter("minute", words.minute)


@register.filter
def decimal(text: str | None, places: int = 3) -> str:
    """A decimal text rounded for print; what is none is said to be none."""
    try:
        return f"{Decimal(str(text)):,.{places}f}"
    except InvalidOperation:
        return NO_VALUE


@register.filter
def thousands(value: int | None) -> str:
    return NO_VALUE if value is None else f"{value:,}"


@register.filter
def entry(held: Mapping[str, Any], name: str) -> Any:
    return held.get(name)


register.filter("chart_name", chart_name)


@register.filter
def evidence(ids: list[str]) -> SafeString:
    """Short ids, each linked to its row in the register at the end."""
    if not ids:
        return format_html('<span class="quiet">{}</span>', "–")
    return format_html_join(" ", "{}", ((link(one),) for one in ids))


def link(short: str) -> SafeString:
    if not short.startswith("EV-"):
        return format_html('<span class="quiet">{}</span>', short)
    return format_html('<a class="ev" href="#{}">{}</a>', short, short)


@register.filter
def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


@register.filter
def hours(seconds: int | None) -> str:
    """An interval in its largest whole unit."""
    if not seconds:
        return "no interval"
    for length, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds % length == 0:
            return f"every {plural(seconds // length, name)}"
    return f"every {plural(seconds, 'second')}"
