"""Vega-Lite specs of the charts that pages and reports share. Pure: values in, spec out.

Numbers come as decimal texts from signed statements; None is a gap and never a zero. `description` becomes
the alternative text, `usermeta.caption` the line below the picture.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

JSON = dict[str, Any]

FAMILY = "Source Sans Pro"
INK, MUTED, LINE, ACCENT, BAD, GOOD = (
    "#1e2329", "#59616d", "#e1ded5", "#1f4a94", "#a3211b", "#17663a",
)  # fmt: skip
TONES = {
    "satisfied": "#2f7d53",
    "not satisfied": "#a3211b",
    "not determined": "#a9aeb6",
    "not yet due": "#b9cdea",
    "not applicable": "#e4e1d8",
}
# The page's own shades of a PSI, so that table and picture agree.
HEAT = ["#f2f1ec", "#f4e3c6", "#e8bd7d", "#b23b33"]
PSI_STEPS = [0.1, 0.2, 0.25]
WIDTH = 620
MOST_POINTS = 200

CONFIG: JSON = {
    "background": "#ffffff",
    "font": FAMILY,
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": LINE,
        "domainColor": "#a9a69c",
        "tickColor": "#a9a69c",
        "labelLimit": 220,
    },
    "legend": {"labelColor": INK, "labelFontSize": 12, "title": None},
    "text": {"color": INK, "fontSize": 12},
}


def spec(description: str, caption: str, **parts: Any) -> JSON:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "description": description,
        "usermeta": {"caption": caption},
        "config": CONFIG,
        "padding": 4,
        **parts,
    }


def digest(made: Mapping[str, Any]) -> str:
    """SHA-256 of a spec's text with sorted keys (specs hold floats, so this is not RFC 8785)."""
    text = json.dumps(made, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def number(text: object) -> float | None:
    return None if text is None else float(str(text))


def posture_bars(counts: Mapping[str, Mapping[str, int]]) -> JSON:
    """Requirements by function and state: `{"GOVERN": {"satisfied": 3, ...}}`."""
    states = list(TONES)
    values = [
        {"function": name, "state": state, "count": found.get(state, 0), "order": place}
        for name, found in counts.items()
        for place, state in enumerate(states)
    ]
    said = "; ".join(
        f"{name}: " + ", ".join(f"{found.get(s, 0)} {s}" for s in states if found.get(s, 0))
        for name, found in counts.items()
    )
    return spec(
        f"Requirements by function and state. {said}.",
        "Requirements by function and state",
        width=WIDTH,
        height={"step": 26},
        data={"values": values},
        mark={"type": "bar", "height": 17, "stroke": "#ffffff", "strokeWidth": 1},
        encoding={
            "y": {"field": "function", "type": "nominal", "sort": list(counts), "title": None},
            "x": {
                "field": "count",
                "type": "quantitative",
                "title": None,
                "axis": {"grid": False, "tickMinStep": 1, "tickCount": 6, "format": "d"},
            },
            "color": {
                "field": "state",
                "type": "nominal",
                "scale": {"domain": states, "range": list(TONES.values())},
                "legend": {"orient": "bottom", "direction": "horizontal", "symbolType": "square"},
            },
            "order": {"field": "order", "type": "quantitative"},
        },
    )


def series_lines(
    title: str, unit: str, points: Sequence[Mapping[str, Any]], threshold: str | None = None
) -> JSON:
    """A figure by batch: points `{label, value, lower, upper}` in time order; the interval as a band."""
    shown = points[-MOST_POINTS:]
    values = [
        {
            "label": str(one["label"]),
            "value": number(one["value"]),
            "lower": number(one.get("lower")),
            "upper": number(one.get("upper")),
        }
        for one in shown
    ]
    order = [one["label"] for one in values]
    x = {
        "field": "label",
        "type": "ordinal",
        "sort": order,
        "title": None,
        "axis": {"labelAngle": -35 if len(order) > 4 else 0, "labelOverlap": True},
    }
    axis = {"type": "quantitative", "title": unit or None, "scale": {"zero": False}}
    layers: list[JSON] = [
        {
            "mark": {"type": "rule", "color": ACCENT, "strokeWidth": 5, "opacity": 0.25},
            "encoding": {"x": x, "y": {"field": "lower", **axis}, "y2": {"field": "upper"}},
        },
        {
            "mark": {"type": "line", "color": ACCENT, "strokeWidth": 1.8, "point": {"size": 34}},
            "encoding": {"x": x, "y": {"field": "value", **axis}},
        },
    ]
    if threshold is not None:
        layers.append(limit_rule("y", threshold))
    return spec(
        series_words(title, values, threshold),
        title,
        width=WIDTH,
        height=170,
        data={"values": values},
        layer=layers,
    )


def series_words(title: str, values: Sequence[JSON], threshold: str | None) -> str:
    said = [f"{one['label']} {one['value']:.3f}" for one in values if one["value"] is not None]
    gaps = len(values) - len(said)
    words = f"{title} by batch: {', '.join(said) or 'no value'}."
    if gaps:
        words += f" {gaps} without a value."
    return words + (f" The threshold is {threshold}." if threshold is not None else "")


def limit_rule(axis: str, threshold: str) -> JSON:
    return {
        "data": {"values": [{"limit": number(threshold)}]},
        "mark": {"type": "rule", "color": BAD, "strokeDash": [4, 3], "strokeWidth": 1.4},
        "encoding": {axis: {"field": "limit", "type": "quantitative"}},
    }


def interval_rows(title: str, rows: Sequence[Mapping[str, Any]]) -> JSON:
    """Figures with their intervals, one a row: `{label, value, lower, upper, threshold}`, on one scale."""
    values = [
        {
            "label": str(one["label"]),
            **{name: number(one.get(name)) for name in ("value", "lower", "upper", "threshold")},
        }
        for one in rows
    ]
    y = {
        "field": "label",
        "type": "nominal",
        "sort": [one["label"] for one in values],
        "title": None,
        "axis": {"domain": False, "ticks": False},
    }
    x = {
        "type": "quantitative",
        "title": None,
        "scale": {"zero": False, "nice": True},
        "axis": {"tickCount": 6},
    }
    said = "; ".join(interval_words(one) for one in values)
    return spec(
        f"{title}. {said}.",
        title,
        width=WIDTH - 120,
        height={"step": 26},
        data={"values": values},
        layer=[
            {
                "mark": {"type": "rule", "color": ACCENT, "strokeWidth": 4, "opacity": 0.3},
                "encoding": {"y": y, "x": {"field": "lower", **x}, "x2": {"field": "upper"}},
            },
            {
                "mark": {"type": "tick", "color": BAD, "thickness": 2, "size": 18},
                "encoding": {"y": y, "x": {"field": "threshold", **x}},
            },
            {
                "mark": {"type": "circle", "color": ACCENT, "size": 60, "opacity": 1},
                "encoding": {"y": y, "x": {"field": "value", **x}},
            },
        ],
    )


def interval_words(one: JSON) -> str:
    words = f"{one['label']} {one['value']:.3f}" if one["value"] is not None else one["label"]
    if one["lower"] is not None and one["upper"] is not None:
        words += f" ({one['lower']:.3f} to {one['upper']:.3f})"
    return words + (f", threshold {one['threshold']:g}" if one["threshold"] is not None else "")


def drift_heat(
    title: str, columns: Sequence[str], batches: Sequence[str], cells: Sequence[Mapping[str, Any]]
) -> JSON:
    """PSI by column and batch; cells `{column, batch, psi}`, psi None where the run compared nothing."""
    values = [
        {"column": one["column"], "batch": one["batch"], "psi": number(one["psi"])} for one in cells
    ]
    x = {
        "field": "batch",
        "type": "ordinal",
        "sort": list(batches),
        "title": None,
        "axis": {"labelAngle": -35, "domain": False, "ticks": False},
    }
    y = {
        "field": "column",
        "type": "ordinal",
        "sort": list(columns),
        "title": None,
        "axis": {"domain": False, "ticks": False},
    }
    shade = {
        "condition": {"test": "datum.psi === null", "value": "#ffffff"},
        "field": "psi",
        "type": "quantitative",
        "scale": {"type": "threshold", "domain": PSI_STEPS, "range": HEAT},
        "legend": None,
    }
    label = {
        "condition": {"test": "datum.psi >= 0.25", "value": "#ffffff"},
        "value": INK,
    }
    high = sum(1 for one in values if one["psi"] is not None and one["psi"] >= PSI_STEPS[-1])
    return spec(
        f"{title}: {len(columns)} columns, {len(batches)} batches, {high} cells at a PSI of 0.25 "
        "or more. The table beside it holds every figure.",
        title,
        width={"step": max(34, min(70, WIDTH // max(len(batches), 1)))},
        height={"step": 22},
        data={"values": values},
        layer=[
            {
                "mark": {"type": "rect", "stroke": "#ffffff", "strokeWidth": 2},
                "encoding": {"x": x, "y": y, "color": shade},
            },
            {
                "transform": [{"filter": "datum.psi !== null"}],
                "mark": {"type": "text", "fontSize": 11},
                "encoding": {
                    "x": x,
                    "y": y,
                    "text": {"field": "psi", "format": ".2f"},
                    "color": label,
                },
            },
        ],
    )
