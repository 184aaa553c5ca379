"""The register as pages show it: rows, filters, heat maps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse

from governance.identity.principal import Principal
from risk import scales
from risk.choices import RiskState
from risk.forms import FilterForm
from risk.models import Risk, RiskQuerySet

SHOWN = 500
SORTS = {
    "title": ("title",),
    "system": ("system__unit__name", "number"),
    "owner": ("owner__name",),
    "due": ("due_on",),
    "review": ("review_on",),
    "state": ("state",),
}


def risks_of(query: QueryDict, principal: Principal) -> list[Risk]:
    """The risks a query asks for, gravest first unless the query sorts them."""
    rows = Risk.objects.visible_to(principal).with_people()
    form = FilterForm(query)
    values = form.cleaned_data if form.is_valid() else {}
    if words := values.get("q", "").strip():
        named = Q(title__icontains=words) | Q(event__icontains=words)
        rows = rows.filter(named | Q(system__unit__name__icontains=words))
    state = values.get("state")
    rows = rows.filter(state=state) if state else rows.standing()
    rows = in_cell(rows, query)
    sort = query.get("sort", "")
    ordered = SORTS.get(sort.lstrip("-"))
    found = list((rows.order_by(*ordered) if ordered else rows)[:SHOWN])
    if ordered is None:
        found.sort(key=gravity, reverse=True)
    elif sort.startswith("-"):
        found.reverse()
    return [risk for risk in found if fits(risk, values)]


def in_cell(rows: RiskQuerySet, query: QueryDict) -> RiskQuerySet:
    """One cell of a heat map: `cell=inherent-4-5` or `cell=residual-2-3`."""
    kind, _, place = query.get("cell", "").partition("-")
    likelihood, _, impact = place.partition("-")
    if kind not in {"inherent", "residual"} or not (likelihood.isdigit() and impact.isdigit()):
        return rows
    prefix = "residual_" if kind == "residual" else ""
    wanted = {f"{prefix}likelihood": int(likelihood), f"{prefix}impact": int(impact)}
    return rows.filter(**wanted) if max(wanted.values()) <= 5 else rows.none()


def fits(risk: Risk, values: dict[str, Any]) -> bool:
    if values.get("level") and values["level"] != (risk.residual or risk.level):
        return False
    return not values.get("signal") or risk.signal == values["signal"]


def gravity(risk: Risk) -> tuple[int, int, int]:
    """What remains counts first, then the indicators, then the risk before treatment."""
    rest = scales.LEVELS.index(risk.residual or risk.level)
    signal = risk.signal.weight if risk.signal else 0
    return rest, signal, scales.rank(risk.likelihood, risk.impact)


def row_of(risk: Risk) -> dict[str, Any]:
    return {
        "risk": risk,
        "state": RiskState(risk.state),
        "tone": scales.TONES[risk.level],
        "residual_tone": scales.TONES[risk.residual] if risk.residual else "none",
        "signal": risk.signal,
    }


def heat(risks: Iterable[Risk], kind: str, url: str = "") -> list[dict[str, Any]]:
    """Rows of a heat map, the likeliest first: how many risks stand in each cell."""
    tally = Counter(places(risks, kind))
    return [
        {
            "label": f"{likelihood} {scales.LIKELIHOODS[likelihood]}",
            "cells": [
                heat_cell(likelihood, impact, tally[likelihood, impact], kind, url)
                for impact in scales.IMPACTS
            ],
        }
        for likelihood in reversed(scales.LIKELIHOODS)
    ]


def places(risks: Iterable[Risk], kind: str) -> Iterator[tuple[int, int]]:
    for risk in risks:
        if kind == "inherent":
            yield risk.likelihood, risk.impact
        elif risk.residual_likelihood and risk.residual_impact:
            yield risk.residual_likelihood, risk.residual_impact


def heat_cell(likelihood: int, impact: int, count: int, kind: str, url: str) -> dict[str, Any]:
    return {
        "value": count,
        "level": scales.rank(likelihood, impact),
        "title": f"{scales.level(likelihood, impact)} risk: {count}",
        "url": f"{url}?cell={kind}-{likelihood}-{impact}" if url and count else "",
    }


def impact_columns() -> list[str]:
    return [f"{number} {word}" for number, word in scales.IMPACTS.items()]


def maps(risks: list[Risk]) -> dict[str, Any]:
    """Context of both heat maps."""
    url = reverse("risks")
    return {
        "impacts": impact_columns(),
        "inherent": heat(risks, "inherent", url),
        "residual": heat(risks, "residual", url),
        "unrated": sum(risk.residual is None for risk in risks),
    }
