"""The grammar of rules: a baseline with anything else in it is refused when it is loaded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Callable

from .decimals import COMPARATORS, USES, decimal_or_none
from .log import JSON
from .targets import SCOPE_TYPES

DATA = ("test", "production", "both")
# How sure a measurement can be: what a metric element may ask for at least.
ASSURANCES = ("computed-here", "computed-elsewhere")
SIGNALS = ("behaviour", "alerts")
STATEMENT_KINDS = ("management", "conclusion")
DUE = ("design", "pre-deployment")
MAX_DEPTH = 8
MAX_DAYS = 36_500


class RuleError(ValueError):
    """A rule outside the grammar: where (JSON pointer) and what to do about it."""

    def __init__(self, pointer: str, sentence: str) -> None:
        super().__init__(f"{pointer or '/'}: {sentence}")
        self.pointer = pointer
        self.sentence = sentence


Check = Callable[[Any, str], None]


def parse_rule(rule: object) -> None:
    """Check a rule: nested all/any groups over elements of the four forms. Raises RuleError."""
    _group_or_element(rule, "", set(), 1)


def parse_entry(entry: object) -> None:
    """Check the parts of a baseline entry that results depend on: id, scope, due, fresh_days, rule.

    Other keys (title, notes) are the baseline's own business. Raises RuleError.
    """
    if not isinstance(entry, dict):
        raise RuleError("", "An entry is an object with id, scope, due, fresh_days and rule.")
    for key in ("id", "scope", "due", "fresh_days", "rule"):
        if key not in entry:
            raise RuleError("", f"The entry lacks {key!r}.")
    _text(entry["id"], "/id")
    _one_of(SCOPE_TYPES)(entry["scope"], "/scope")
    _due(entry["due"], "/due")
    if entry["fresh_days"] is not None:
        _days(entry["fresh_days"], "/fresh_days")
    _group_or_element(entry["rule"], "/rule", set(), 1)


def _group_or_element(node: Any, pointer: str, ids: set[str], depth: int) -> None:
    if not isinstance(node, dict):
        raise RuleError(
            pointer, 'Expected an object: {"all": [...]}, {"any": [...]} or an element with "form".'
        )
    if depth > MAX_DEPTH:
        raise RuleError(pointer, f"Groups are nested more than {MAX_DEPTH} deep; flatten the rule.")
    if "form" in node:
        _element(node, pointer, ids)
        return
    joins = [key for key in ("all", "any") if key in node]
    if len(joins) != 1 or set(node) - {"all", "any", "label"}:
        raise RuleError(
            pointer, 'A group has exactly one of "all" and "any", and at most a "label" beside it.'
        )
    members = node[joins[0]]
    if not isinstance(members, list) or not members:
        raise RuleError(
            f"{pointer}/{joins[0]}",
            "A group needs at least one element: an empty one would hold of nothing.",
        )
    for place, member in enumerate(members):
        _group_or_element(member, f"{pointer}/{joins[0]}/{place}", ids, depth + 1)


def _element(element: JSON, pointer: str, ids: set[str]) -> None:
    form = element["form"]
    if not isinstance(form, str) or form not in _FORMS:
        raise RuleError(
            f"{pointer}/form", f"{form!r} is no form; use one of {', '.join(sorted(_FORMS))}."
        )
    shape = _METRIC_OF_BASELINE if form == "metric" and "check" in element else _FORMS[form]
    shape.check(element, pointer)
    if element["id"] in ids:
        raise RuleError(
            f"{pointer}/id", f"{element['id']!r} names two elements of this rule; ids are unique."
        )
    ids.add(element["id"])
    if element.get("min") == 0 and not element.get("each"):
        raise RuleError(f"{pointer}/min", '"min": 0 makes sense only with "each": true.')
    if "approver" in element and not element.get("approved"):
        raise RuleError(f"{pointer}/approver", 'An approver\'s role needs "approved": true.')


class _Shape:
    """The keys of one form: required, optional, and the check of each value."""

    def __init__(self, required: dict[str, Check], optional: dict[str, Check]) -> None:
        self.required = {"form": _text, "id": _text, "label": _text, **required}
        self.checks = {**self.required, **optional}

    def check(self, element: JSON, pointer: str) -> None:
        missing: list[str] = [key for key in self.required if key not in element]
        if missing:
            raise RuleError(pointer, f"The {element['form']} element lacks {', '.join(missing)}.")
        unknown = sorted(str(key) for key in element if key not in self.checks)
        if unknown:
            raise RuleError(
                f"{pointer}/{unknown[0]}", f"A {element['form']} element has no key {unknown[0]!r}."
            )
        for key, value in element.items():
            self.checks[key](value, f"{pointer}/{key}")


def _text(value: Any, pointer: str) -> None:
    if not isinstance(value, str) or not value.strip():
        raise RuleError(pointer, "Expected a text that is not empty.")


def _flag(value: Any, pointer: str) -> None:
    if not isinstance(value, bool):
        raise RuleError(pointer, "Expected true or false.")


def _one_of(values: Iterable[str]) -> Check:
    allowed = tuple(values)

    def check(value: Any, pointer: str) -> None:
        if value not in allowed or not isinstance(value, str):
            raise RuleError(pointer, f"{value!r} is not known; use one of {', '.join(allowed)}.")

    return check


def _texts(value: Any, pointer: str) -> None:
    if not isinstance(value, list) or not value:
        raise RuleError(pointer, "Expected a list of texts with at least one in it.")
    for place, one in enumerate(value):
        _text(one, f"{pointer}/{place}")


def _watch(value: Any, pointer: str) -> None:
    if not isinstance(value, bool):
        _texts(value, pointer)


def _decimal(value: Any, pointer: str) -> None:
    if not isinstance(value, str) or decimal_or_none(value) is None:
        raise RuleError(pointer, 'A threshold is a decimal written as a text, such as "0.80".')


def _count(value: Any, pointer: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise RuleError(pointer, "Expected a whole number, 0 or more.")


def _days(value: Any, pointer: str) -> None:
    _count(value, pointer)
    if not 1 <= value <= MAX_DAYS:
        raise RuleError(pointer, f"Expected whole days from 1 to {MAX_DAYS}, or null.")


def _due(value: Any, pointer: str) -> None:
    if isinstance(value, dict) and set(value) == {"post-deployment-days"}:
        _count(value["post-deployment-days"], f"{pointer}/post-deployment-days")
        return
    if value not in DUE:
        raise RuleError(
            pointer, 'Expected "design", "pre-deployment" or {"post-deployment-days": 30}.'
        )


def _scalars(value: Any, pointer: str) -> None:
    if not isinstance(value, dict) or not value:
        raise RuleError(pointer, "Expected an object of field names and values.")
    for key, wanted in value.items():
        if not isinstance(wanted, (str, int)):
            raise RuleError(
                f"{pointer}/{key}",
                "A field is compared with a text, a whole number, true or false.",
            )


def _scalars_or_lists(value: Any, pointer: str) -> None:
    if not isinstance(value, dict) or not value:
        raise RuleError(pointer, "Expected an object of field names and failing values.")
    for key, wanted in value.items():
        for one in wanted if isinstance(wanted, list) else [wanted]:
            _scalars({key: one}, pointer)


_OPTIONAL_METRIC: dict[str, Check] = {
    "watch": _watch,
    "data": _one_of(DATA),
    "assurance": _one_of(ASSURANCES),
}
_METRIC_OF_BASELINE = _Shape(
    {
        "check": _text,
        "slice": _text,
        "comparator": _one_of(COMPARATORS),
        "threshold": _decimal,
        "use": _one_of(USES),
    },
    {"minimumSample": _count, **_OPTIONAL_METRIC},
)
_FORMS: dict[str, _Shape] = {
    "metric": _Shape({"theme": _text}, {"measured": _flag, **_OPTIONAL_METRIC}),
    "record": _Shape(
        {"kind": _text},
        {
            "where": _scalars,
            "states": _texts,
            "complete": _texts,
            "approved": _flag,
            "approver": _text,
            "each": _flag,
            "min": _count,
            "at": _one_of(SCOPE_TYPES),
            "fails": _scalars_or_lists,
            "role": _text,
        },
    ),
    "monitor": _Shape(
        {"signal": _one_of(SIGNALS)}, {"where": _scalars, "at": _one_of(SCOPE_TYPES), "role": _text}
    ),
    "statement": _Shape({"kind": _one_of(STATEMENT_KINDS), "role": _text}, {}),
}
