"""A signed statement as people read it: its own words as labelled rows, ids of people as their names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

HEAD = frozenset({"id", "scope", "producedAt", "collector", "assurance", "supersedes"})
# Shown in parts of their own.
APART = frozenset(
    {"value", "groups", "leftOut", "columns", "series", "fields", "kind", "artefacts"}
)
WITH_ID = re.compile(r"\b[Pp]erson ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")
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


class Known(Protocol):
    """What an id stands for: its words, and the address of its page or nothing."""

    @property
    def words(self) -> str: ...

    @property
    def url(self) -> str: ...


Names = Mapping[str, Known]


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


def rows_of(part: dict[str, Any], names: Names, above: str = "") -> Iterator[Row]:
    """Rows {label, value, form, url} of a mapping; mappings inside become rows of their own."""
    for name in sorted(part, key=place):
        value = part[name]
        title = f"{above}, {label(name)}" if above else label(name)
        if isinstance(value, dict) and value and title.count(",") < DEEPEST:
            yield from rows_of(value, names, title)
            continue
        if value and isinstance(value, list) and all(isinstance(one, dict) for one in value):
            found = [item_words(one, names) for one in value]
            yield {"label": title, "value": found, "form": "list", "url": ""}
            continue
        text = words_of(value, names)
        if text:
            known = names.get(value) if isinstance(value, str) else None
            url = known.url if known else ""
            yield {"label": title, "value": text, "form": form_of(value), "url": url}


def words_of(value: object, names: Names) -> str:
    if value is None or value == "" or value in ([], {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(words_of(one, names) for one in value)
    known = names.get(str(value))
    if known:
        return known.words
    return WITH_ID.sub(lambda found: name_or_id(found, names), str(value))


def name_or_id(found: re.Match[str], names: Names) -> str:
    known = names.get(found[1])
    return known.words if known else found[0]


def item_words(item: dict[str, Any], names: Names) -> str:
    """One of a list: its effect and text where it has them, else what it says, name by name."""
    if item.get("text"):
        said = words_of(item["text"], names)
        due = f", due {item['due']}" if item.get("due") else ""
        return f"{label(item['effect'])}: {said}" if item.get("effect") else f"{said}{due}"
    parts = [(name, words_of(item[name], names)) for name in sorted(item, key=place)]
    return ", ".join(
        f"{label(name).lower()} {text}" for name, text in parts if text and name not in LAST
    )


def form_of(value: object) -> str:
    """How the row is drawn: digest, time or text."""
    if isinstance(value, str) and DIGEST_FORM.match(value):
        return "digest"
    if isinstance(value, str) and TIME_FORM.match(value):
        return "time"
    return "text"


def facts(predicate: dict[str, Any], names: Names) -> list[dict[str, Any]]:
    """What the statement says beyond its head and the parts drawn apart, in groups {title, rows}."""
    own = {name: value for name, value in predicate.items() if name not in HEAD | APART}
    said = own | predicate.get("fields", {})
    flat = {name: value for name, value in said.items() if not isinstance(value, dict)}
    parts = {name: value for name, value in said.items() if isinstance(value, dict)}
    groups = [{"title": "What it says", "rows": list(rows_of(flat, names))}]
    groups += [
        {"title": label(name), "rows": list(rows_of(parts[name], names))}
        for name in sorted(parts, key=place)
    ]
    return [group for group in groups if group["rows"]]


def ids_in(value: object) -> set[str]:
    """The ids that stand anywhere in the value, also inside sentences that name a person by id."""
    texts = [*texts_in(value)]
    alone = {one for one in texts if UUID_FORM.match(one)}
    return alone | {pk for one in texts for pk in WITH_ID.findall(one)}


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
