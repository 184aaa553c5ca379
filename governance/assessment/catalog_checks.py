"""What a catalog, baseline or gate policy file must hold before anything is made of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from governance.assessment.rules.grammar import RuleError, parse_entry
from governance.assessment.strict_yaml import StrictYamlError, load_yaml

JSON = dict[str, Any]
STRICTNESS = ("must_hold", "must_not_fail", "noted", "ignored")


class CatalogFileError(ValueError):
    """A file that is refused: `file`, `id` of the item, `field` (either may be empty), why."""

    def __init__(
        self,
        file: str,
        sentence: str,
        *,
        id: str = "",  # noqa: A002 (the files' own word)
        field: str = "",
    ) -> None:
        super().__init__(": ".join(part for part in (file, id, field, sentence) if part))
        self.file, self.id, self.field, self.sentence = file, id, field, sentence


def read_checked(path: Path, schemas: Path, items: str) -> JSON:
    """Read YAML and hold it against schemas/schema.json; `items` is the key of its list."""
    try:
        content = load_yaml(path.read_bytes())
    except OSError as error:
        raise CatalogFileError(path.name, f"Cannot be read: {error.strerror}.") from None
    except StrictYamlError as error:
        raise CatalogFileError(path.name, str(error)) from None
    for found in _validator(schemas / "schema.json").iter_errors(content):
        raise _schema_error(path, content, items, found.instance_path, found.message)
    _check_dates(path, content)
    return dict(content)


@lru_cache(maxsize=8)
def _validator(schema: Path) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))


def _schema_error(
    path: Path, content: Any, items: str, where: Sequence[str | int], message: str
) -> CatalogFileError:
    id = ""
    if len(where) > 1 and where[0] == items and isinstance(where[1], int):
        item = content[items][where[1]]
        id = str(item.get("id", "")) if isinstance(item, dict) else ""
        where = where[2:] if id else where
    return CatalogFileError(path.name, _short(message), id=id, field=_dotted(where))


def _short(message: str) -> str:
    # A validator repeats the whole value it refuses, which may be the whole file.
    return message if len(message) <= 300 else f"{message[:120]} … {message[-160:]}"


def _dotted(where: Iterable[str | int]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where)
    return text.removeprefix(".")


def _check_dates(path: Path, content: JSON) -> None:
    begin = _real_date(path, content, "effective_from")
    end = _real_date(path, content, "effective_to")
    if begin and end and end <= begin:
        raise CatalogFileError(
            path.name, "It must be later than effective_from.", field="effective_to"
        )
    for node in content.get("nodes", ()):
        for field in ("effective_from", "effective_before_amendment"):
            _real_date(path, node, field)


def _real_date(path: Path, item: JSON, field: str) -> date | None:
    text = item.get(field)
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CatalogFileError(
            path.name, f"{text} is no date of the calendar.", id=item["id"], field=field
        ) from None


def refuse_repeats(path: Path, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for id in ids:
        if id in seen:
            raise CatalogFileError(path.name, "The id stands twice; keep one.", id=id, field="id")
        seen.add(id)


def check_parents(path: Path, nodes: list[JSON]) -> None:
    seen: set[str] = set()
    for node in nodes:
        if node["parent"] is not None and node["parent"] not in seen:
            sentence = f"{node['parent']} does not stand above this node."
            raise CatalogFileError(path.name, sentence, id=node["id"], field="parent")
        seen.add(node["id"])


def check_rule(path: Path, entry: JSON) -> None:
    try:
        parse_entry(entry)
    except RuleError as error:
        field = error.pointer.strip("/").replace("/", ".")
        raise CatalogFileError(path.name, error.sentence, id=entry["id"], field=field) from None


def check_lists(path: Path, tier: str, requirements: JSON) -> None:
    seen: set[str] = set()
    for word in STRICTNESS:
        for id in requirements[word]:
            if id in seen:
                field = f"tiers.{tier}.requirements.{word}"
                raise CatalogFileError(
                    path.name, "The requirement stands in two lists.", id=id, field=field
                )
            seen.add(id)
