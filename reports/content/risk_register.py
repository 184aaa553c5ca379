"""The risk register as its signed records say it, with indicators read from the same statements."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from reports.content.book import Book, Register, Said
from risk import scales
from risk.indicators import Spec, read

JSON = dict[str, Any]
KINDS = ("measurement", "drift")


def risks(book: Book, register: Register) -> list[JSON]:
    """Risks that stand, the gravest that remain first."""
    found = [one for one in book.records("risk") if one.state != "withdrawn"]
    series = [one.predicate for one in book.all if one.type in KINDS]
    rows = [risk(one, series, register) for one in found]
    return sorted(rows, key=lambda one: -scales.LEVELS.index(one["residual"] or one["level"]))


def risk(one: Said, series: list[JSON], register: Register) -> JSON:
    fields = one.fields
    return {
        "number": f"R-{fields['number']}",
        "title": fields["title"],
        "event": fields["event"],
        "consequence": fields["consequence"],
        "likelihood": fields["likelihood"],
        "impact": fields["impact"],
        "level": fields["level"],
        "treatment": fields["treatment"] or "",
        "plan": fields["plan"] or "",
        "due": fields["due"],
        "residual": fields["residual"] or "",
        "residualLikelihood": fields["residualLikelihood"],
        "residualImpact": fields["residualImpact"],
        "owner": register.name(fields["owner"]),
        "state": one.state.replace("-", " "),
        "requirements": list(fields["requirements"]),
        "reviewOn": review_day(one),
        "indicators": [indicator(held, series, register) for held in fields["indicators"]],
        "evidence": register.cite(one),
    }


def review_day(one: Said) -> str:
    """The record speaks until the midnight after the day of its next review."""
    until = one.predicate["validUntil"]
    return (date.fromisoformat(until[:10]) - timedelta(days=1)).isoformat() if until else ""


def indicator(held: JSON, series: list[JSON], register: Register) -> JSON:
    spec = Spec(
        held["check"],
        held["slice"],
        held["direction"],
        Decimal(held["amber"]),
        Decimal(held["red"]),
    )
    reading = read(spec, series)
    return {
        "label": held["label"],
        "signal": reading.signal.replace("-", " "),
        "value": None if reading.value is None else f"{reading.value:f}",
        "amber": held["amber"],
        "red": held["red"],
        "reason": reading.reason,
        "evidence": register.cite_ids([reading.evidence] if reading.evidence else []),
    }


def matrix(rows: list[JSON], kind: str) -> list[JSON]:
    """Counts by likelihood (rows, the likeliest first) and impact; `kind` is inherent or residual."""
    first, second = (
        ("likelihood", "impact") if kind == "inherent" else ("residualLikelihood", "residualImpact")
    )
    tally = Counter((one[first], one[second]) for one in rows)
    return [
        {
            "label": f"{likelihood} {scales.LIKELIHOODS[likelihood]}",
            "cells": [
                {
                    "count": tally[likelihood, impact],
                    "rank": scales.rank(likelihood, impact),
                    "level": scales.LEVELS[scales.rank(likelihood, impact)],
                }
                for impact in scales.IMPACTS
            ],
        }
        for likelihood in reversed(scales.LIKELIHOODS)
    ]
