"""Results as people read them: results.csv says, cell for cell, what results.ndjson says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice, zip_longest
from typing import Any

from . import canonical, engine
from .archive import Archive
from .faults import Changed, Findings, Unfit
from .manifest import Manifest
from .results import FILE
from .rows import marked, read_table, unmarked

RESULTS, INHERITED, PEOPLE = "results/results.csv", "results/inherited.csv", "people.csv"
TITLES = [
    *("requirement", "target", "target id", "result", "applicability", "determination", "reason"),
    *("basis", "conclusion", "exception until", "evidence", "sentence"),
]
MOST_PEOPLE = 200_000
# The rules know people by id; a table has their name before it.
_PERSON = re.compile(r"\b[Pp]erson ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")


def check_listings(archive: Archive, manifest: Manifest, findings: Findings) -> None:
    """Hold results.csv against the results, and inherited.csv where nothing can be inherited."""
    with findings.caught(RESULTS):
        findings.count(_check_results(archive), f"rows of {RESULTS} say what the results say")
    with findings.caught(INHERITED):
        rows = _listed(archive, INHERITED)
        if len(manifest.path) == 1 and next(rows, None) is not None:
            raise Changed("Nothing stands above an organisation, and yet a result is inherited.")


def _check_results(archive: Archive) -> int:
    names, number = _names(archive), 0
    expected = (row_of(line, names) for line in archive.lines(FILE))
    for number, (due, row) in enumerate(zip_longest(expected, _listed(archive, RESULTS)), 1):
        if due is None:
            raise Changed(f"Row {number} is one too many: there are {number - 1} results.")
        if row is None:
            raise Changed(f"Row {number} is missing: {due[0]} of {due[1]} {due[2]}.")
        if due != row:
            raise Changed(f"Row {number}, {due[0]} of {due[1]} {due[2]}: {_difference(due, row)}.")
    return number


def _listed(archive: Archive, name: str) -> Iterator[list[str]]:
    header, rows = read_table(archive, name)
    if header != TITLES:
        raise Changed("The table has other columns than those of results.", name)
    return rows


def _names(archive: Archive) -> dict[str, str]:
    """People by id, as the package's own table names them."""
    header, rows = read_table(archive, PEOPLE, 2)
    if header != ["id", "name"]:
        raise Changed("The table has other columns than id and name.", PEOPLE)
    found = {person: unmarked(name) for person, name in islice(rows, MOST_PEOPLE)}
    if next(rows, None) is not None:
        raise Unfit(f"{PEOPLE} has more than {MOST_PEOPLE:,} rows; in a package it has fewer.")
    return found


def row_of(line: bytes, names: Mapping[str, str]) -> list[str]:
    """The row of a line of results.ndjson. Raises Changed for a line without a result."""
    try:
        return [marked(text) for text in _texts(canonical.loads(line)["result"], names)]
    except (KeyError, TypeError, AttributeError, ValueError):
        raise Changed("A line holds no result that a table could show.", FILE) from None


def _texts(text: str, names: Mapping[str, str]) -> list[str]:
    result: dict[str, Any] = canonical.loads(text.encode())
    target, why, exception = result["target"], result["why"], result["exception"] or {}
    found = [
        *(result["requirement"], target["type"], target["id"], engine.rules().badge(result)[1]),
        *(result["applicability"], result["determination"], result["reason"], result["basis"]),
        *(result["conclusion"]["state"], exception.get("until")),
        *(" ".join(dict.fromkeys(why["evidence"])), _with_names(why["sentence"], names)),
    ]
    return ["" if one is None else str(one) for one in found]


def _with_names(sentence: str, names: Mapping[str, str]) -> str:
    def named(found: re.Match[str]) -> str:
        name = names.get(found[1])
        return found[1] if name is None else f"{name} ({found[1]})"

    return _PERSON.sub(named, sentence)


def _difference(due: list[str], row: list[str]) -> str:
    title, said, is_due = next(found for found in zip(TITLES, row, due) if found[1] != found[2])
    return f"it says {title} {said[:60]!r}, the result {is_due[:60]!r}"
