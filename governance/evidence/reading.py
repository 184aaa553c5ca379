"""A signed statement as people read it: its own words as labelled rows, ids of people as their names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from governance.identity.models import Person

HEAD = frozenset({"id", "scope", "producedAt", "collector", "assurance", "supersedes"})
# Shown in parts of their own.
APART = frozenset(
    {"value", "groups", "leftOut", "columns", "series", "fields", "kind", "artefacts"}
)
UUID_FORM = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
DIGEST_FORM = re.compile(r"^(sha256:)?[0-9a-f]{64}$")
TIME_FORM = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]+Z$")
ABBREVIATED = {"Roc auc": "ROC AUC"}
UNITS = {"1": "", "s": "s", "1/s": "per second", "%": "%"}
DEEPEST = 3

# Canonical JSON has no order of its own; people read what a thing is called first, its digest last.
FIRST = ("name", "title", "id", "version", "revision", "from", "to", "method", "n", "rows")
LAST = ("digest", "barred")

Row = dict[str, Any]


def label(name: str) -> str:
    """`intendedUseRevision` as words: Intended use revision."""
    if name[:1].isupper():
        return name
    words = re.sub(r"(?<=[a-z0-9])([A-Z])", r" \1", name).replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:].lower()


def place(name: str) -> tuple[int, str]:
    """Where a name stands among its neighbours."""
    if name in FIRST:
        return FIRST.index(name), ""
    return (len(FIRST) + (name in LAST), name)


def rows_of(part: dict[str, Any], names: dict[str, str], above: str = "") -> Iterator[Row]:
    """Rows {label, value, form} of a mapping; mappings inside become rows of their own."""
    for name in sorted(part, key=place):
        value = part[name]
        title = f"{above}, {label(name)}" if above else label(name)
        if isinstance(value, dict) and value and title.count(",") < DEEPEST:
            yield from rows_of(value, names, title)
            continue
        text = words_of(value, names)
        if text:
            yield {"label": title, "value": text, "form": form_of(value)}


def words_of(value: object, names: dict[str, str]) -> str:
    if value is None or value == "" or value in ([], {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        if all(isinstance(one, dict) for one in value):
            return f"{len(value)}, see the signed statement"
        return ", ".join(words_of(one, names) for one in value)
    return names.get(str(value), str(value))


def form_of(value: object) -> str:
    """How the row is drawn: digest, time or text."""
    if isinstance(value, str) and DIGEST_FORM.match(value):
        return "digest"
    if isinstance(value, str) and TIME_FORM.match(value):
        return "time"
    return "text"


def facts(predicate: dict[str, Any]) -> list[dict[str, Any]]:
    """What the statement says beyond its head and the parts drawn apart, in groups {title, rows}."""
    own = {name: value for name, value in predicate.items() if name not in HEAD | APART}
    said = own | predicate.get("fields", {})
    names = names_in(said)
    flat = {name: value for name, value in said.items() if not isinstance(value, dict)}
    parts = {name: value for name, value in said.items() if isinstance(value, dict)}
    groups = [{"title": "What it says", "rows": list(rows_of(flat, names))}]
    groups += [
        {"title": label(name), "rows": list(rows_of(parts[name], names))}
        for name in sorted(parts, key=place)
    ]
    return [group for group in groups if group["rows"]]


def names_in(value: object) -> dict[str, str]:
    """Names of the people whose ids stand anywhere in the value."""
    ids = {UUID(one) for one in texts_in(value) if UUID_FORM.match(one)}
    return {str(pk): person.name for pk, person in Person.objects.in_bulk(ids).items()}


def texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner)


def measured(predicate: dict[str, Any]) -> Row | None:
    """The value with its interval, ready for the scale; None without one."""
    value = predicate.get("value")
    if not isinstance(value, dict):
        return None
    level = value.get("level")
    return value | {
        "label": measure(value["metric"].rsplit(".", 1)[-1]),
        "unit": UNITS.get(value["unit"], value["unit"]),
        "interval": f"{float(level):.0%} interval" if level else "",
    }


def measure(check: str) -> str:
    """`roc_auc` as words: ROC AUC."""
    words = label(check)
    return ABBREVIATED.get(words, words)


def slice_words(predicate: dict[str, Any]) -> str:
    """Of which rows: nothing for all of them, the name of a batch, else the column they are told apart by."""
    part = str(predicate["series"]["slice"])
    if part.startswith("batch:"):
        dataset = predicate.get("dataset") or {}
        return f" of {dataset.get('name') or 'a batch'}"
    return "" if part == "all" else f" by {part}"


def title(predicate: dict[str, Any], type_words: str) -> str:
    """The page's title: what was stated about what."""
    series = predicate.get("series")
    if series:
        return f"{measure(series['check'])}{slice_words(predicate)}"
    if "kind" in predicate:
        return f"{label(predicate['kind'])}, revision {predicate['record']['revision']}"
    about = predicate.get("about") or {}
    return (
        f"{type_words.capitalize()}: {about['requirement']}"
        if "requirement" in about
        else (type_words.capitalize())
    )
