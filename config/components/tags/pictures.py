"""Drawings; each has its numbers in text as well."""

from __future__ import annotations

from typing import Any

from django.template import Context
from django.utils.safestring import SafeString

from config.components import drawings, grids
from config.components.library import draw, register
from config.components.reasons import reason


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
    return {
        "columns": columns,
        "rows": grids.grid(rows, places),
        "caption": caption,
        "corner": corner,
    }


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
def lineage(context: Context, content: str, label: str) -> SafeString:
    return draw(context, "ui/lineage.html", content=content, label=label)


@register.simple_block_tag(takes_context=True)
def chart(context: Context, content: str, src: str, alt: str, caption: str = "") -> SafeString:
    return draw(context, "ui/chart.html", content=content, src=src, alt=alt, caption=caption)
