"""Read untrusted JSON: limits first, then field by field, collecting every fault."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from governance.identity.calendar import INSTANT_SENTENCE, is_known_instant

EVENT_BYTES = 2 * 1024 * 1024
NESTING = 64
NAME_LENGTH = 2048
FAULTS_SHOWN = 20

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x1f]+")
_SCRIPT = re.compile(r"(javascript|vbscript|data):", re.IGNORECASE)
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NOT_STORABLE = re.compile(r"\\u(0000|[dD][89a-fA-F])")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, where (RFC 6901 JSON Pointer), and what to do."""

    pointer: str
    sentence: str


class EventRefused(Exception):
    """The event is not taken; `faults` names up to 20 reasons."""

    def __init__(self, faults: list[Fault]) -> None:
        shown = faults[:FAULTS_SHOWN]
        super().__init__("; ".join(f"{f.pointer or '/'}: {f.sentence}" for f in shown))
        self.faults = tuple(shown)


def load(body: bytes) -> Any:
    """The JSON value of `body`. Raises EventRefused: too large, too deep, or not plain JSON."""
    if len(body) > EVENT_BYTES:
        raise _refused(f"The event is larger than {EVENT_BYTES // 1024} KiB; send fewer facets.")
    try:
        text = body.decode()
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except RecursionError:
        raise _refused(f"The event is nested deeper than {NESTING} levels.") from None
    except UnicodeDecodeError:
        raise _refused("The event is not UTF-8 text.") from None
    except ValueError as error:
        raise _refused(f"The event is not valid JSON: {error}.") from None
    _refuse_deep(value)
    if _NOT_STORABLE.search(text):
        _refuse_unstorable(value)
    return value


@dataclass
class Checker:
    """Reads members of an event; each method notes a fault and returns a harmless value."""

    faults: list[Fault] = field(default_factory=list)
    path: list[str] = field(default_factory=list)

    @contextmanager
    def inside(self, *steps: str | int) -> Iterator[None]:
        """Faults noted in this block are below these members."""
        names = [str(step).replace("~", "~0").replace("/", "~1") for step in steps]
        self.path.extend(names)
        try:
            yield
        finally:
            del self.path[len(self.path) - len(names) :]

    def note(self, sentence: str) -> None:
        self.faults.append(Fault("".join(f"/{step}" for step in self.path), sentence))

    def raise_if_any(self) -> None:
        if self.faults:
            raise EventRefused(self.faults)

    def object(self, holder: dict[str, Any], name: str) -> dict[str, Any]:
        """An object; absent or null reads as empty."""
        value = holder.get(name)
        if value is None:
            return {}
        if isinstance(value, dict):
            return value
        with self.inside(name):
            self.note("This must be an object.")
        return {}

    def list(self, holder: dict[str, Any], name: str) -> list[Any]:
        """A list; absent or null reads as empty."""
        value = holder.get(name)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        with self.inside(name):
            self.note("This must be a list.")
        return []

    def text(self, holder: dict[str, Any], name: str) -> str:
        """Required text that can be shown as a name: not empty, no control characters."""
        value = holder.get(name)
        with self.inside(name):
            if value is None:
                self.note("This is required.")
            elif not isinstance(value, str):
                self.note("This must be text.")
            elif not value.strip():
                self.note("This is empty; give a name.")
            elif len(value) > NAME_LENGTH:
                self.note(f"This is longer than {NAME_LENGTH} characters.")
            elif _CONTROL.search(value):
                self.note("This holds control characters; remove them.")
            elif is_script(value):
                self.note("This is a script address, not a name; give the real name.")
            else:
                return value
        return ""

    def uri(self, holder: dict[str, Any], name: str) -> str:
        """Required absolute URI, no script address."""
        value = self.text(holder, name)
        if value and not _URI.fullmatch(value):
            with self.inside(name):
                self.note("This must be a URI, such as https://example.org/pipeline.")
        return value

    def uuid(self, holder: dict[str, Any], name: str) -> UUID:
        value = self.text(holder, name)
        if value and not _UUID.fullmatch(value):
            with self.inside(name):
                self.note("This must be a UUID of the form 8-4-4-4-12 hexadecimal digits.")
        return UUID(value) if _UUID.fullmatch(value) else UUID(int=0)

    def instant(self, holder: dict[str, Any], name: str) -> datetime:
        """Required RFC 3339 time with a zone, in UTC."""
        value = self.text(holder, name)
        try:
            if _INSTANT.fullmatch(value):
                found = datetime.fromisoformat(value.upper()).astimezone(UTC)
                if is_known_instant(found):
                    return found
        except (ValueError, OverflowError):
            pass
        if value:
            with self.inside(name):
                self.note(
                    f"This must be a time with zone: 2026-11-03T10:04:00Z. {INSTANT_SENTENCE}"
                )
        return datetime.min.replace(tzinfo=UTC)


def is_script(text: str) -> bool:
    """True for addresses that a browser would run (javascript:, vbscript:, data:)."""
    return _SCRIPT.match(_UNSEEN.sub("", text)) is not None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the member {twice[:80]!r} occurs twice in one object")
    return found


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _refuse_deep(value: Any) -> None:
    """Level by level, so that a deep value costs no call stack."""
    level = [value]
    for _ in range(NESTING + 1):
        level = [inner for outer in level for inner in _members(outer)]
        if not level:
            return
    raise _refused(f"The event is nested deeper than {NESTING} levels.")


def _members(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [member for member in inner if isinstance(member, dict | list)]


def _refuse_unstorable(value: Any) -> None:
    """Text that no database column holds: U+0000 and halves of surrogate pairs."""
    try:
        text = json.dumps(value, ensure_ascii=False)
        text.encode()
    except UnicodeEncodeError:
        raise _refused("The event holds half of a surrogate pair; send whole characters.") from None
    if "\\u0000" in text:
        raise _refused("The event holds the character U+0000; remove it.")


def _refused(sentence: str) -> EventRefused:
    return EventRefused([Fault("", sentence)])
