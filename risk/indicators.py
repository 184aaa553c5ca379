"""What an indicator says: a pure function of its spec and of signed statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

JSON = Mapping[str, Any]


@dataclass(frozen=True)
class Spec:
    """Which series is read, and where amber and red begin. `direction`: above or below is bad."""

    check: str
    slice: str
    direction: str
    amber: Decimal
    red: Decimal


@dataclass(frozen=True)
class Reading:
    """`signal`: no-data, green, amber or red; without data `reason` says why there is none."""

    signal: str
    value: Decimal | None = None
    evidence: str | None = None
    observed_to: str | None = None
    reason: str = ""


NOTHING = Reading("no-data", reason="no statement of this series is in the log")


def read(spec: Spec, predicates: Iterable[JSON]) -> Reading:
    """Read a series from predicates in the log's order.

    What production shows outweighs a test. The figure is that of the latest observed end. When the newest
    statement has no figure, green becomes "no data", while amber and red stand until a figure says otherwise.
    """
    found = in_production([one for one in predicates if is_of_series(spec, one)])
    if not found:
        return NOTHING
    figures = [(one, value) for one in found if (value := figure(spec, one)[0]) is not None]
    reason = figure(spec, found[-1])[1]
    if not figures:
        return Reading("no-data", None, found[-1]["id"], found[-1]["observed"]["to"], reason)
    newest, value = max(enumerate(figures), key=lambda one: (ends(one[1][0]), one[0]))[1]
    signal = signal_of(spec, value)
    if reason and signal == "green":
        return Reading("no-data", None, found[-1]["id"], found[-1]["observed"]["to"], reason)
    later = f"a later run gave none: {reason}" if reason else ""
    return Reading(signal, value, newest["id"], newest["observed"]["to"], later)


def in_production(found: list[JSON]) -> list[JSON]:
    live = [one for one in found if one["scope"]["type"] == "deployment"]
    return live or found


def ends(predicate: JSON) -> str:
    # Texts of one form (UTC, Z) sort as times once whole seconds are cut to the same length.
    return str(predicate["observed"]["to"]).rstrip("Z")


def is_of_series(spec: Spec, predicate: JSON) -> bool:
    """As criteria do: the slice "all" also takes each batch of production; drift is asked by column."""
    series = predicate.get("series") or {}
    if series.get("check") != spec.check:
        return False
    if "columns" in predicate:
        return True
    held = str(series.get("slice", ""))
    return held == spec.slice or (spec.slice == "all" and held.startswith("batch:"))


def figure(spec: Spec, predicate: JSON) -> tuple[Decimal | None, str]:
    """The number judged, or why there is none."""
    if "columns" in predicate:
        return drift_figure(spec, predicate)
    run, value = predicate["run"], predicate["value"]
    if run["status"] != "completed" or value is None:
        return None, f"the run is {run['status']}: {run['reason'] or 'it gave no value'}"
    return decimal(value["value"])


def drift_figure(spec: Spec, predicate: JSON) -> tuple[Decimal | None, str]:
    """PSI of the column named by the slice; for "all" the greatest of all columns."""
    if predicate["status"] != "completed":
        return None, f"the run is {predicate['status']}: {predicate['reason'] or 'no reason given'}"
    columns = [one for one in predicate["columns"] if spec.slice in {"all", one["column"]}]
    held = [
        one["psi"] for one in columns if one["status"] == "completed" and one["psi"] is not None
    ]
    if not held:
        return None, "the run compared no such column"
    return max(Decimal(one) for one in held), ""


def decimal(text: object) -> tuple[Decimal | None, str]:
    try:
        found = Decimal(str(text))
    except InvalidOperation:
        return None, "its value is no number"
    return (found, "") if found.is_finite() else (None, "its value is no number")


def signal_of(spec: Spec, value: Decimal) -> str:
    sign = 1 if spec.direction == "above" else -1
    if sign * value >= sign * spec.red:
        return "red"
    return "amber" if sign * value >= sign * spec.amber else "green"
