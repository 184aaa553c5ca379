"""Geometry of the small drawings. Horizontal places are per cent, so text never shrinks with the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from config.components.badges import tone_name
from config.components.numbers import number, plain_words
from config.components.values import read, text

AT_LEAST = {">=": "at least", "ge": "at least", "gte": "at least", "at-least": "at least"}
ABOVE = {">": "more than", "gt": "more than"}
AT_MOST = {"<=": "at most", "le": "at most", "lte": "at most", "at-most": "at most"}
BELOW = {"<": "less than", "lt": "less than"}
EXACTLY = {"==": "exactly"}
COMPARATORS = AT_LEAST | ABOVE | AT_MOST | BELOW | EXACTLY


@dataclass(frozen=True)
class Mark:
    """A labelled place on a line: x in per cent, how its text hangs there."""

    x: str
    anchor: str
    words: str


@dataclass(frozen=True)
class Scale:
    """An interval against a threshold. x, left, width are per cent of the line."""

    value: Mark
    lower: str
    upper: str
    threshold: Mark | None
    zone_left: str
    zone_width: str
    ends: list[Mark]
    tone: str
    sentence: str


def percent(value: Decimal, low: Decimal, high: Decimal) -> Decimal:
    """Place of a value between low and high, 0 to 100; what lies outside is put at the end."""
    place = (value - low) / (high - low) * 100
    return max(Decimal(0), min(Decimal(100), place))


def mark(value: Decimal, low: Decimal, high: Decimal) -> Mark:
    """A mark whose text stays inside the drawing at either end."""
    place = percent(value, low, high)
    anchor = "start" if place < 6 else "end" if place > 94 else "middle"
    return Mark(f"{place:.2f}%", anchor, plain_words(value))


def span(values: Sequence[Decimal], low: object, high: object) -> tuple[Decimal, Decimal]:
    """The range of the line: as given, else 0 to 1 where all fit, else the values with room around."""
    smallest, largest = min(values), max(values)
    if smallest >= 0 and largest <= 1:
        start, end = Decimal(0), Decimal(1)
    else:
        room = (largest - smallest or abs(largest) or Decimal(1)) * Decimal("0.15")
        start = Decimal(0) if smallest >= 0 else smallest - room
        end = largest + room
    chosen = (number(low), number(high))
    start, end = (
        (start if chosen[0] is None else chosen[0]),
        (end if chosen[1] is None else chosen[1]),
    )
    return (start, end) if end > start else (start, start + 1)


def holds(value: Decimal, threshold: Decimal, comparator: str) -> bool:
    """Whether the value meets the threshold. Raises ValueError for an unknown comparator."""
    if comparator not in COMPARATORS:
        raise ValueError(
            f"There is no comparator {comparator!r}; choose one of {', '.join(COMPARATORS)}."
        )
    if comparator in AT_LEAST:
        return value >= threshold
    if comparator in ABOVE:
        return value > threshold
    if comparator in EXACTLY:
        return value == threshold
    return value <= threshold if comparator in AT_MOST else value < threshold


def scale(
    value: object,
    lower: object = None,
    upper: object = None,
    threshold: object = None,
    comparator: str = "",
    low: object = None,
    high: object = None,
    use: str = "point",
) -> Scale | None:
    """Geometry of an interval on a line, or None where the value is no number.

    `use` says which bound is held against the threshold: point, lower or upper.
    """
    at = number(value)
    if at is None:
        return None
    first, last = number(lower), number(upper)
    first, last = (at if first is None else first), (at if last is None else last)
    limit = number(threshold) if comparator else None
    start, end = span([v for v in (at, first, last, limit) if v is not None], low, high)
    limit_mark = None if limit is None else mark(limit, start, end)
    zone = _zone(limit, comparator, start, end)
    judged = {"lower": first, "upper": last}.get(use, at)
    tone = "none" if limit is None else "good" if holds(judged, limit, comparator) else "bad"
    return Scale(
        value=mark(at, start, end),
        lower=f"{percent(first, start, end):.2f}%",
        upper=f"{percent(last, start, end):.2f}%",
        threshold=limit_mark,
        zone_left=f"{zone[0]:.2f}%",
        zone_width=f"{zone[1] - zone[0]:.2f}%",
        ends=_ends(limit, start, end),
        tone=tone,
        sentence=_sentence(at, lower, upper, limit, comparator),
    )


def _zone(
    limit: Decimal | None, comparator: str, low: Decimal, high: Decimal
) -> tuple[Decimal, Decimal]:
    if limit is None or comparator in EXACTLY:
        return Decimal(0), Decimal(0)
    place = percent(limit, low, high)
    return (place, Decimal(100)) if comparator in AT_LEAST | ABOVE else (Decimal(0), place)


def _ends(limit: Decimal | None, low: Decimal, high: Decimal) -> list[Mark]:
    """The labels of both ends, less the one that the threshold's label would cover."""
    place = Decimal(50) if limit is None else percent(limit, low, high)
    first, last = mark(low, low, high), mark(high, low, high)
    return [m for m, near in ((first, place < 14), (last, place > 86)) if not near]


def _sentence(
    at: Decimal, lower: object, upper: object, limit: Decimal | None, comparator: str
) -> str:
    words = plain_words(at)
    if number(lower) is not None and number(upper) is not None:
        words += f", interval {plain_words(lower)} to {plain_words(upper)}"
    if limit is not None:
        words += f"; required {COMPARATORS[comparator]} {plain_words(limit)}"
    return words


@dataclass(frozen=True)
class Segment:
    """One part of a stacked bar: left and width in per cent."""

    tone: str
    words: str
    count: int
    left: str
    width: str


def segments(items: Sequence[object]) -> list[Segment]:
    """Parts of a stacked bar in the order given; parts of zero are kept, with no width."""
    counts = [int(number(read(item, "count")) or 0) for item in items]
    total = sum(counts) or 1
    left, parts = Decimal(0), []
    for item, count in zip(items, counts, strict=True):
        width = Decimal(count) / total * 100
        tone = tone_name(text(item, "tone"))
        parts.append(Segment(tone, text(item, "words"), count, f"{left:.3f}%", f"{width:.3f}%"))
        left += width
    return parts


@dataclass(frozen=True)
class Sparkline:
    """Runs of joined points ("x,y x,y") in a box of 120 by 28, the last point, the threshold's y."""

    runs: list[str]
    last: tuple[str, str] | None
    threshold: str


def sparkline(values: Sequence[object], threshold: object = None) -> Sparkline:
    """Geometry of a small line. A value that is no number is a gap, never a zero."""
    points = [number(value) for value in values]
    limit = number(threshold)
    known = [p for p in [*points, limit] if p is not None]
    if not known:
        return Sparkline([], None, "")
    low, high = min(known), max(known)
    reach = high - low or Decimal(1)
    step = Decimal(112) / max(len(points) - 1, 1)

    def y_of(value: Decimal) -> str:
        return f"{24 - (value - low) / reach * 20:.1f}"

    runs: list[list[str]] = [[]]
    last: tuple[str, str] | None = None
    for index, point in enumerate(points):
        if point is None:
            runs.append([])
            continue
        last = (f"{4 + index * step:.1f}", y_of(point))
        runs[-1].append(",".join(last))
    joined = [" ".join(run) for run in runs if run]
    return Sparkline(joined, last, "" if limit is None else y_of(limit))
