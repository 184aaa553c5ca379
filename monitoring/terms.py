"""The terms of a monitor, read strictly: columns, rule, interval, grace, time to triage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from governance.identity.errors import InvalidInput

JSON = dict[str, Any]

DAY = 86_400
SHORTEST_INTERVAL = 2
# The baseline for high risk accepts no longer interval than a month.
LONGEST_INTERVAL = 31 * DAY
LONGEST_TRIAGE = 30 * DAY
LEAST_GRACE = 60
MOST_COLUMNS = 500
DEFAULT_RULE = {"alpha": "0.05", "psiFloor": "0.1", "effectFloor": "0.1", "minimumRows": "30"}
# A rule beyond these could not see what matters: 0.25 is where a PSI is called a major shift.
BOUNDS = {
    "alpha": (Decimal("0.0001"), Decimal("0.5")),
    "psiFloor": (Decimal(0), Decimal("0.25")),
    "effectFloor": (Decimal(0), Decimal("0.5")),
    "minimumRows": (Decimal(2), Decimal(10000)),
}
DEFAULT_TRIAGE_SECONDS = 3 * DAY
KINDS = ("numeric", "categorical")
FIELDS = ("columns", "rule", "intervalSeconds", "graceSeconds", "triageSeconds")


@dataclass(frozen=True)
class Terms:
    """`columns`: `{"name", "kind"}`; `rule`: decimals as text; times in seconds."""

    columns: list[JSON]
    rule: JSON
    interval_seconds: int
    grace_seconds: int
    triage_seconds: int


def read_terms(asked: Mapping[str, Any], signature: Sequence[JSON], held: Sequence[str]) -> Terms:
    """The terms with their defaults. `held` are the reference's columns. Raises InvalidInput naming the field."""
    unknown = sorted(set(asked) - set(FIELDS))
    if unknown:
        raise InvalidInput("terms", f"'{unknown[0]}' is no field. Fields: {', '.join(FIELDS)}.")
    interval = seconds(asked, "intervalSeconds", SHORTEST_INTERVAL, LONGEST_INTERVAL)
    # As the rules read a monitor that states no grace.
    asked = {"graceSeconds": max(interval // 10, LEAST_GRACE), **given(asked)}
    asked = {"triageSeconds": DEFAULT_TRIAGE_SECONDS, **asked}
    return Terms(
        columns=read_columns(asked.get("columns") or default_columns(signature), held),
        rule=read_rule(asked.get("rule") or {}),
        interval_seconds=interval,
        grace_seconds=seconds(asked, "graceSeconds", 1, max(interval, LEAST_GRACE)),
        triage_seconds=seconds(asked, "triageSeconds", 1, LONGEST_TRIAGE),
    )


def given(asked: Mapping[str, Any]) -> JSON:
    return {name: value for name, value in asked.items() if value is not None}


def seconds(asked: Mapping[str, Any], field: str, least: int, most: int) -> int:
    value = asked.get(field)
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return value
    raise InvalidInput("seconds", f"Write whole seconds from {least} to {most:,}.", f"/{field}")


def default_columns(signature: Sequence[JSON]) -> list[JSON]:
    """Every column of the model: floats as numbers, whole numbers, text and truth values as codes."""
    return [
        {"name": one["name"], "kind": "numeric" if one["dtype"] == "float" else "categorical"}
        for one in signature
    ]


def read_columns(columns: Any, held: Sequence[str]) -> list[JSON]:
    if not isinstance(columns, list) or not 1 <= len(columns) <= MOST_COLUMNS:
        raise InvalidInput("columns", f"Name 1 to {MOST_COLUMNS} columns.", "/columns")
    names = [read_column(one, f"/columns/{place}", held) for place, one in enumerate(columns)]
    if len({one["name"] for one in names}) < len(names):
        raise InvalidInput("columns", "Name each column once.", "/columns")
    return names


def read_column(one: Any, at: str, held: Sequence[str]) -> JSON:
    if not isinstance(one, Mapping) or set(one) != {"name", "kind"}:
        raise InvalidInput("columns", "Each column has a name and a kind.", at)
    if one["kind"] not in KINDS:
        raise InvalidInput("columns", f"The kind is one of {', '.join(KINDS)}.", f"{at}/kind")
    if one["name"] not in held:
        raise InvalidInput(
            "columns", f"The reference has no column '{str(one['name'])[:80]}'.", f"{at}/name"
        )
    return {"name": one["name"], "kind": one["kind"]}


def read_rule(rule: Any) -> JSON:
    if not isinstance(rule, Mapping):
        raise InvalidInput("rule", f"Write an object with {', '.join(DEFAULT_RULE)}.", "/rule")
    unknown = sorted(str(name) for name in set(rule) - set(DEFAULT_RULE))
    if unknown:
        words = f"'{unknown[0][:60]}' is no part of the rule: {', '.join(DEFAULT_RULE)}."
        raise InvalidInput("rule", words, "/rule")
    read = {**DEFAULT_RULE, **rule}
    return {name: decimal(read[name], name, *BOUNDS[name]) for name in DEFAULT_RULE}


def decimal(value: Any, name: str, least: Decimal, most: Decimal) -> str:
    refusal = InvalidInput(
        "rule", f"{name} is a decimal as text from {least} to {most:,}.", f"/rule/{name}"
    )
    if not isinstance(value, str) or len(value) > 20:
        raise refusal
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise refusal from None
    if not number.is_finite() or not least <= number <= most:
        raise refusal
    if name == "minimumRows" and number % 1:
        raise refusal
    return format(number, "f")
