"""Criteria of a plan, read strictly: what a rule could not judge must not be approved."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from governance.assessment.rules.decimals import COMPARATORS, USES
from governance.identity.errors import InvalidInput
from monitoring.checks import ALL, CHECKS, Check

JSON = dict[str, Any]

NEEDED = ("id", "theme", "check", "slice", "comparator", "threshold", "use", "minimumSample")
LIMIT = 100
LARGEST_SAMPLE = 10**9
_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}")
# Above every threshold that can be written.
BEYOND = Decimal(10) ** 21
_DECIMAL = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")


def read_criteria(criteria: Any, attributes: Sequence[str]) -> list[JSON]:
    """The criteria with exactly the known fields. Raises InvalidInput naming the field that is wrong."""
    if not isinstance(criteria, list) or not 1 <= len(criteria) <= LIMIT:
        raise refused(f"Write 1 to {LIMIT} criteria.", "")
    read = [read_criterion(one, f"/{place}", attributes) for place, one in enumerate(criteria)]
    seen: set[str] = set()
    for place, one in enumerate(read):
        if one["id"] in seen:
            raise refused(f"Two criteria have the id '{one['id']}'.", f"/{place}/id")
        seen.add(one["id"])
    return read


def read_criterion(one: Any, at: str, attributes: Sequence[str]) -> JSON:
    check_fields(one, at)
    check = CHECKS.get(one["check"]) if isinstance(one["check"], str) else None
    if check is None:
        raise refused(f"No such check. Known checks: {', '.join(CHECKS)}.", f"{at}/check")
    if not isinstance(one["id"], str) or not _ID.fullmatch(one["id"]):
        raise refused("Write an id of small letters, digits, '-', '_' and '.'.", f"{at}/id")
    if one["theme"] not in check.themes:
        themes = " or ".join(check.themes)
        raise refused(f"{check.label} is a figure of {themes}.", f"{at}/theme")
    check_slice(one["slice"], check, attributes, at)
    check_threshold(one, check, at)
    return {name: one[name] for name in NEEDED}


def check_fields(one: Any, at: str) -> None:
    if not isinstance(one, Mapping):
        raise refused(f"Write an object with {', '.join(NEEDED)}.", at)
    missing = [name for name in NEEDED if name not in one]
    if missing:
        raise refused(f"Add {', '.join(missing)}.", at)
    unknown = sorted(str(name) for name in set(one) - set(NEEDED))
    if unknown:
        raise refused(f"'{unknown[0][:60]}' is no field. Fields: {', '.join(NEEDED)}.", at)


def check_slice(slice_: Any, check: Check, attributes: Sequence[str], at: str) -> None:
    allowed = tuple(attributes) if check.by_attribute else (ALL,)
    if slice_ in allowed:
        return
    if not allowed:
        raise refused("The model's signature names no protected attribute.", f"{at}/slice")
    raise refused(f"{check.label} is measured for: {', '.join(allowed)}.", f"{at}/slice")


def check_threshold(one: Mapping[str, Any], check: Check, at: str) -> None:
    if one["comparator"] not in tuple(COMPARATORS):
        raise refused(f"Compare with one of {', '.join(COMPARATORS)}.", f"{at}/comparator")
    if not isinstance(one["threshold"], str) or not _DECIMAL.fullmatch(one["threshold"]):
        raise refused('Write a decimal as text, such as "0.80".', f"{at}/threshold")
    check_can_fail(one, check, at)
    if one["use"] not in USES:
        raise refused(f"Judge one of {', '.join(USES)}.", f"{at}/use")
    if one["use"] != "point" and not check.has_interval:
        raise refused(f"{check.label} has no interval: judge the point.", f"{at}/use")
    least = one["minimumSample"]
    if not isinstance(least, int) or isinstance(least, bool) or not 1 <= least <= LARGEST_SAMPLE:
        raise refused("Write a whole number of cases, at least 1.", f"{at}/minimumSample")


def check_can_fail(one: Mapping[str, Any], check: Check, at: str) -> None:
    """A criterion that every figure meets asks for nothing; one that none meets cannot be met."""
    compare, threshold = COMPARATORS[one["comparator"]], Decimal(one["threshold"])
    ends = [Decimal(0), Decimal(check.highest) if check.highest is not None else BEYOND]
    answers = [compare(end, threshold) for end in ends]
    is_inside = ends[0] < threshold < ends[1]
    if all(answers) and not is_inside:
        verb = "Every figure meets this criterion"
    elif not any(answers) and not is_inside:
        verb = "No figure can meet this criterion"
    else:
        return
    span = f"between 0 and {check.highest}" if check.highest is not None else "at or above 0"
    raise refused(f"{verb}: {check.label} lies {span}.", f"{at}/threshold")


def refused(sentence: str, pointer: str) -> InvalidInput:
    where = f"Criterion {int(pointer.split('/')[1]) + 1}: " if pointer else ""
    return InvalidInput("criteria", f"{where}{sentence}", f"/criteria{pointer}")
