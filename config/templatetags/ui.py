"""The components of the design system; docs/reference/design-system.md lists each with its shape."""

from __future__ import annotations

from textwrap import dedent
from typing import Any, cast

from django.forms import BaseForm
from django.http import HttpRequest, QueryDict
from django.template import Context, Library
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from config.components import (
    badges,
    drawings,
    form_tags,
    grids,
    icons,
    identifiers,
    numbers,
    queries,
    times,
)
from config.components.jobs import progress
from config.components.reasons import reason
from config.components.theme import theme_of
from config.components.values import text

register = Library()
register.simple_tag(badges.badge)
register.simple_tag(badges.result_badge)
register.simple_tag(icons.icon)
register.simple_tag(times.when)
register.simple_tag(identifiers.digest)
register.simple_tag(identifiers.evidence)
register.filter("count", numbers.count_words)
register.filter("fixed", numbers.fixed_words)
register.filter("percent", numbers.percent_words)
register.filter("short_digest", identifiers.short_digest)
register.filter("tone", badges.tone_name)


def draw(context: Context, template: str, **values: object) -> SafeString:
    """A template of this app with these values only, and the page's CSRF token and request."""
    engine = context.template.engine  # type: ignore[union-attr]
    shared = {name: context[name] for name in ("csrf_token", "request") if name in context}
    inner = context.new(shared | values)
    return mark_safe(engine.get_template(template).render(inner))


def query(context: Context) -> QueryDict:
    """The query of the page's request; an empty one where the context has no request."""
    request = context.get("request")
    return request.GET if isinstance(request, HttpRequest) else QueryDict()


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


@register.inclusion_tag("ui/person.html")
def person(who: object, role: str = "") -> dict[str, str]:
    """Initials, name and, if given, role. Takes a text or what has a name."""
    name = who if isinstance(who, str) else text(who, "name")
    words = [word for word in name.split() if word[0].isalnum()]
    initials = "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
    return {"name": name, "initials": initials, "role": role}


@register.simple_block_tag(takes_context=True)
def card(
    context: Context, content: str, title: str, url: str = "", link: str = "All", id: str = "", level: int = 2
) -> SafeString:
    name = id or f"card-{slugify(title)}"
    return draw(
        context, "ui/card.html", content=content, title=title, url=url, link=link, id=name, level=level
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
    return mark_safe(dedent(content).strip("\n").rstrip())


@register.simple_block_tag(takes_context=True)
def lineage(context: Context, content: str, label: str) -> SafeString:
    return draw(context, "ui/lineage.html", content=content, label=label)


@register.simple_block_tag(takes_context=True)
def chart(context: Context, content: str, src: str, alt: str, caption: str = "") -> SafeString:
    return draw(context, "ui/chart.html", content=content, src=src, alt=alt, caption=caption)


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
    shown = {"title": title, "url": url, "tone": tone, "words": words, "note": note}
    return shown | {"due": due if isinstance(due, str) else times.when(due, "date")}


@register.inclusion_tag("ui/timeline.html")
def timeline(entries: list[Any], times: str = "short") -> dict[str, object]:
    return {"entries": entries, "times": times}


@register.inclusion_tag("ui/job.html")
def job(job: object, poll_url: str = "", every: int = 2) -> dict[str, object]:
    """One row of work; while it is active it asks poll_url again every so many seconds."""
    return {"job": progress(job), "poll_url": poll_url, "every": every}


@register.inclusion_tag("ui/statebar.html")
def statebar(items: list[Any], label: str, legend: bool = False) -> dict[str, object]:
    return {"segments": drawings.segments(items), "label": label, "legend": legend}


@register.inclusion_tag("ui/scale.html")
def scale(
    value: object,
    lower: object = None,
    upper: object = None,
    threshold: object = None,
    comparator: str = "",
    low: object = None,
    high: object = None,
    use: str = "point",
    label: str = "",
) -> dict[str, object]:
    drawn = drawings.scale(value, lower, upper, threshold, comparator, low, high, use)
    return {"scale": drawn, "label": label}


@register.inclusion_tag("ui/sparkline.html")
def sparkline(values: list[Any], label: str, threshold: object = None) -> dict[str, object]:
    return {"line": drawings.sparkline(values, threshold), "label": label}


@register.inclusion_tag("ui/heatmap.html")
def heatmap(
    columns: list[str], rows: list[Any], caption: str, places: int = 2, corner: str = ""
) -> dict[str, object]:
    return {"columns": columns, "rows": grids.grid(rows, places), "caption": caption, "corner": corner}


@register.inclusion_tag("ui/matrix.html")
def matrix(
    columns: list[str], rows: list[Any], caption: str, row_label: str, column_label: str
) -> dict[str, object]:
    shown = {"row_label": row_label, "column_label": column_label, "caption": caption}
    return shown | {"columns": columns, "rows": grids.grid(rows, 0)}


@register.inclusion_tag("ui/why.html")
def why(node: object) -> dict[str, object]:
    return {"node": reason(node)}


@register.simple_block_tag(takes_context=True)
def datatable(
    context: Context,
    content: str,
    caption: str,
    csv_url: str = "",
    total: int | None = None,
    compact: bool = False,
    wide: bool = False,
) -> SafeString:
    """A table in its frame: caption with the count of rows, CSV of the same query."""
    asked = query(context).urlencode()
    address = f"{csv_url}{'&' if '?' in csv_url else '?'}{asked}" if csv_url and asked else csv_url
    shown = {"caption": caption, "csv_url": address, "total": total, "compact": compact, "wide": wide}
    return draw(context, "ui/table.html", content=content, **shown)


@register.inclusion_tag("ui/th.html", takes_context=True)
def th(context: Context, words: str, sort: str = "", num: bool = False) -> dict[str, object]:
    link = queries.sort_link(query(context), sort) if sort else None
    return {"words": words, "sort": link, "num": num}


@register.inclusion_tag("ui/pager.html", takes_context=True)
def pager(
    context: Context, next: str | None = None, previous: str | None = None, words: str = ""
) -> dict[str, object]:
    asked = query(context)
    forward = queries.changed(asked, cursor=next, page=None) if next else ""
    back = queries.changed(asked, cursor=previous, page=None) if previous else ""
    return {"next": forward, "previous": back, "words": words}


@register.simple_tag(takes_context=True)
def query_with(context: Context, **values: Any) -> str:
    """The page's query with these values set; None leaves one out."""
    wanted = {name: None if value is None else str(value) for name, value in values.items()}
    return queries.changed(query(context), **wanted)


@register.simple_tag
def row_select(value: object, label: str, name: str = "id") -> SafeString:
    """The box that chooses one row of a table for a bulk act."""
    return format_html(
        '<input type="checkbox" name="{}" value="{}" aria-label="Choose {}">', name, value, label
    )


register.inclusion_tag("ui/field.html")(form_tags.field)
register.inclusion_tag("ui/fields.html")(form_tags.fields)
register.inclusion_tag("ui/error_summary.html")(form_tags.error_summary)


@register.inclusion_tag("ui/filters.html", takes_context=True)
def filters(context: Context, form: BaseForm) -> dict[str, object]:
    return form_tags.filter_values(form, query(context))


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
    return draw(context, "ui/form.html", content=content, **shown, **form_tags.form_values(form))


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
    return draw(context, "ui/decision.html", content=content, **shown, **form_tags.form_values(form))


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


@register.filter
def message_tone(tags: str) -> str:
    """The tone of a message from its tags: success, info, warning, error."""
    levels = {"success": "good", "warning": "warn", "error": "bad"}
    return next((tone for level, tone in levels.items() if level in (tags or "").split()), "wait")
