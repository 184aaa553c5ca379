"""Heat maps are tables: each cell holds its number, the shade only repeats it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from config.components.numbers import number
from config.components.values import read, sequence, text

# Customary bounds of the population stability index; the monitor's own thresholds decide alerts.
PSI_BOUNDS = (Decimal("0.1"), Decimal("0.2"), Decimal("0.25"))
LEVEL_WORDS = ("", "raised", "high", "very high")


@dataclass(frozen=True)
class Cell:
    """One cell: what stands in it, its shade (0 to 3, or "x" for no data), its words."""

    words: str
    level: str
    title: str
    url: str


@dataclass(frozen=True)
class Row:
    """One row of a heat map."""

    label: str
    cells: list[Cell]


def psi_level(value: Decimal) -> int:
    """0 to 3 by the customary bounds."""
    return sum(value >= bound for bound in PSI_BOUNDS)


def cell(source: object, places: int) -> Cell:
    """A cell from a mapping with value and, optionally, level, url, title."""
    value = number(read(source, "value"))
    title, url = text(source, "title"), text(source, "url")
    if value is None:
        return Cell("–", "x", title or "no data", url)
    given = number(read(source, "level"))
    level = psi_level(value) if given is None else max(0, min(3, int(given)))
    return Cell(f"{value:.{places}f}", str(level), title or LEVEL_WORDS[level], url)


def grid(rows: Sequence[object], places: int) -> list[Row]:
    """Rows of cells with their shades."""
    return [
        Row(text(row, "label"), [cell(c, places) for c in sequence(read(row, "cells"))])
        for row in rows
    ]
