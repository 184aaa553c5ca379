"""Tables: sorting, filters, pages, the choice of rows."""

from __future__ import annotations

from typing import Any

from django.forms import BaseForm
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.components import queries
from config.components.fields import shown
from config.components.library import draw, query, register


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
    shown = {
        "caption": caption,
        "csv_url": address,
        "total": total,
        "compact": compact,
        "wide": wide,
    }
    return draw(context, "ui/table.html", content=content, **shown)


@register.inclusion_tag("ui/th.html", takes_context=True)
def th(context: Context, words: str, sort: str = "", num: bool = False) -> dict[str, object]:
    link = queries.sort_link(query(context), sort) if sort else None
    return {"words": words, "sort": link, "num": num}


@register.inclusion_tag("ui/pager.html", takes_context=True)
def pager(
    context: Context,
    next: str | None = None,  # noqa: A002 (a template's word)
    previous: str | None = None,
    words: str = "",
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


@register.inclusion_tag("ui/filters.html", takes_context=True)
def filters(context: Context, form: BaseForm) -> dict[str, object]:
    """A GET form and one chip for each filter in use; the order of the rows is kept."""
    asked = query(context)
    return {
        "fields": [shown(bound) for bound in form.visible_fields()],
        "chips": queries.chips(asked, form),
        "sort": asked.get("sort", ""),
    }
