"""docs/reference/predicates.md, written from the JSON Schemas: `python -m governance.evidence.reference > docs/reference/predicates.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from governance.evidence.statement import CLOCK_TOLERANCE, TYPES, predicate_uri, schema

JSON = dict[str, Any]
DEEPEST = 3
HEAD = """# Predicates: what a signed statement says

Written from the JSON Schemas (`python -m governance.evidence.reference`); a test holds it true. The schemas themselves, JSON Schema
2020-12, are at `GET /api/v1/schemas/<type>`; `statement` is the frame and `common` what the others refer to. What no schema can say, that parts
agree with each other, is checked beside them. Every field is present; one that has nothing to say is null.

A pipeline signs **measurement** and **drift** only, with the assurance computed-elsewhere, as a DSSE envelope
(payload type `application/vnd.in-toto+json`, Ed25519) whose payload is canonical JSON (RFC 8785). All else is stated on the platform.

When a pipeline hands a statement in, its `producedAt` may lie up to {minutes} minutes ahead of the platform's clock and at most 30 days behind it. What was
observed or started does not lie after `producedAt`. Its `series.check` has at most 60 characters, its `series.slice` at most 120."""


def markdown() -> str:
    """The whole page: the frame, then each type with its fields."""
    minutes = int(CLOCK_TOLERANCE.total_seconds()) // 60
    parts = [HEAD.format(minutes=minutes), *section("The frame", schema("statement"), "")]
    for type_ in TYPES:
        parts += section(type_, schema(type_), predicate_uri(type_))
    return "\n".join(parts) + "\n"


def section(title: str, described: JSON, uri: str) -> Iterator[str]:
    yield f"\n## {title}\n"
    yield str(described.get("description") or described["title"]) + (
        f" Type: `{uri}`." if uri else ""
    )
    yield "\n| field | form | meaning |\n| --- | --- | --- |"
    for name, form, words in rows(described, "", 0):
        yield f"| `{name}` | {form} | {words} |"


def rows(node: JSON, above: str, depth: int) -> Iterator[tuple[str, str, str]]:
    required = node.get("required", [])
    for name, held in node.get("properties", {}).items():
        found = resolved(held)
        path = f"{above}{name}"
        optional = "" if name in required else " (optional)"
        yield path, form_of(found) + optional, meaning(held, found)
        inner = resolved(found["items"]) if "items" in found else found
        mark = "[]." if "items" in found else "."
        if depth < DEEPEST:
            yield from rows(inner, path + mark, depth + 1)


def resolved(node: JSON) -> JSON:
    """The node with what it refers to; a reference under `then` is that of a value that is not null."""
    found = dict(node)
    if "then" in found:
        found = {
            **resolved(found["then"]),
            **{k: v for k, v in found.items() if k not in ("if", "then")},
        }
    if "$ref" in found:
        name = found.pop("$ref").rpartition("/")[2]
        found = {**resolved(schema("common")["$defs"][name]), **found}
    return found


def form_of(node: JSON) -> str:
    if "const" in node:
        return f"`{node['const']}`"
    if "enum" in node:
        return " or ".join("null" if one is None else f"`{one}`" for one in node["enum"])
    kinds = node.get("type", "any")
    words = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    if "maxLength" in node and node["maxLength"] < 1000:
        words += f", at most {node['maxLength']}"
    return "list" if words == "array" else words


def meaning(held: JSON, found: JSON) -> str:
    said = held.get("description") or found.get("description") or ""
    return str(said).replace("|", "/").replace("\n", " ")


if __name__ == "__main__":
    sys.stdout.write(markdown())
