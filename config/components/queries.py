"""Links that keep the query of the page: sorting, paging, removing a filter."""

from __future__ import annotations

from dataclasses import dataclass

from django.forms import BaseForm
from django.http import QueryDict

# Paging starts again when the order or a filter changes.
PAGING = ("cursor", "page")


@dataclass(frozen=True)
class Sort:
    """A column's sort link and what it is now: ascending, descending or none."""

    url: str
    direction: str


@dataclass(frozen=True)
class Chip:
    """A filter in use and the address without it."""

    label: str
    value: str
    url: str


def changed(query: QueryDict, **values: str | None) -> str:
    """The query with values set, or left out where None; begins with a question mark."""
    copy = query.copy()
    for name, value in values.items():
        copy.pop(name, None)
        if value is not None:
            copy[name] = value
    return f"?{copy.urlencode()}"


def sort_link(query: QueryDict, field: str) -> Sort:
    """First press sorts ascending, the second descending."""
    current = query.get("sort", "")
    direction = {field: "ascending", f"-{field}": "descending"}.get(current, "none")
    wanted = f"-{field}" if direction == "ascending" else field
    return Sort(changed(query, sort=wanted, **dict.fromkeys(PAGING)), direction)


def chips(query: QueryDict, form: BaseForm) -> list[Chip]:
    """One chip for each filter that has a value, with its words as the form shows them."""
    found = []
    for bound in form:
        values = [value for value in query.getlist(bound.html_name) if value]
        if not values or bound.is_hidden:
            continue
        names = dict(_flat(getattr(bound.field, "choices", [])))
        words = ", ".join(names.get(value, value) for value in values)
        url = changed(query, **{bound.html_name: None}, **dict.fromkeys(PAGING))
        found.append(Chip(str(bound.label), words, url))
    return found


def _flat(choices: object) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for value, label in choices or ():  # type: ignore[attr-defined]
        if isinstance(label, list | tuple):
            pairs += _flat(label)
            continue
        pairs.append((str(value), str(label)))
    return pairs
