"""Parts of a page: cards, notices, lists of facts, tasks, timelines, jobs."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

from django.template import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from config.components import badges, icons, times
from config.components.jobs import progress
from config.components.library import draw, register


@register.simple_block_tag(takes_context=True)
def card(
    context: Context,
    content: str,
    title: str,
    url: str = "",
    link: str = "All",
    id: str = "",  # noqa: A002 (a template's word)
    level: int = 2,
) -> SafeString:
    name = id or f"card-{slugify(title)}"
    return draw(
        context,
        "ui/card.html",
        content=content,
        title=title,
        url=url,
        link=link,
        id=name,
        level=level,
    )


@register.simple_block_tag(takes_context=True)
def notice(context: Context, content: str, tone: str, lead: str = "") -> SafeString:
    name = badges.tone_name(tone)
    icon = icons.icon(badges.ICONS[name])
    return draw(context, "ui/notice.html", content=content, tone=name, lead=lead, icon=icon)


@register.simple_block_tag(takes_context=True)
def emptystate(
    context: Context,
    content: str,
    title: str,
    what: str = "",
    why: str = "",
    url: str = "",
    action: str = "",
) -> SafeString:
    """What this list is, why it matters, one action and, in the body, the pipeline's snippet."""
    shown = {"title": title, "what": what, "why": why, "url": url, "action": action}
    return draw(context, "ui/empty.html", content=code(content), **shown)


@register.simple_block_tag(takes_context=True)
def snippet(context: Context, content: str, label: str = "Code") -> SafeString:
    return draw(context, "ui/snippet.html", content=code(content), label=label)


def code(content: str) -> SafeString:
    """A rendered block as code: its common indentation and outer blank lines are left out."""
    # Already escaped when the block was rendered.
    return mark_safe(dedent(content).strip("\n").rstrip())  # noqa: S308


@register.inclusion_tag("ui/facts.html")
def facts(rows: list[Any]) -> dict[str, object]:
    return {"rows": [pair(row) for row in rows]}


@register.inclusion_tag("ui/breadcrumbs.html")
def breadcrumbs(items: list[Any]) -> dict[str, object]:
    return {"items": [pair(item, second="url") for item in items]}


def pair(item: Any, second: str = "value") -> dict[str, Any]:
    """A mapping with label and a second name, from a pair or from such a mapping."""
    return item if isinstance(item, dict) else {"label": item[0], second: item[1]}


@register.inclusion_tag("ui/tabs.html")
def tabs(items: list[Any], label: str) -> dict[str, object]:
    return {"items": items, "label": label}


@register.inclusion_tag("ui/counts.html")
def counts(items: list[Any]) -> dict[str, object]:
    return {"items": items}


@register.inclusion_tag("ui/figures.html")
def figures(items: list[Any]) -> dict[str, object]:
    return {"items": items}


@register.inclusion_tag("ui/task.html")
def task(
    title: str, url: str, tone: str = "wait", words: str = "", note: str = "", due: object = ""
) -> dict[str, object]:
    shown: dict[str, object] = {
        "title": title,
        "url": url,
        "tone": tone,
        "words": words,
        "note": note,
    }
    return shown | {"due": due if isinstance(due, str) else times.when(due, "date")}


@register.inclusion_tag("ui/timeline.html")
def timeline(entries: list[Any], times: str = "short") -> dict[str, object]:
    return {"entries": entries, "times": times}


@register.inclusion_tag("ui/job.html")
def job(job: object, poll_url: str = "", every: int = 2) -> dict[str, object]:
    """One row of work; while it is active it asks poll_url again every so many seconds."""
    return {"job": progress(job), "poll_url": poll_url, "every": every}
