"""JSON bodies, read strictly: no NaN, no duplicate keys, no lone surrogates or NUL, bounded size and depth."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from governance.identity.errors import DomainError

MAX_BYTES = 10 * 2**20
MAX_DEPTH = 64


class BodyTooLarge(DomainError):
    status = 413


class StrictJSONParser(BaseParser):
    media_type = "application/json"
    max_bytes = MAX_BYTES

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        data = stream.read(self.max_bytes + 1)
        if len(data) > self.max_bytes:
            raise BodyTooLarge("body_too_large", f"Send at most {self.max_bytes:,} bytes of JSON.")
        return read_json(data)


def read_json(data: bytes) -> Any:
    """Parse UTF-8 JSON; raises ParseError with what to mend."""
    try:
        value = json.loads(
            data.decode("utf-8"), parse_constant=refuse_constant, object_pairs_hook=once_each
        )
    except UnicodeDecodeError as error:
        raise ParseError("Send the body as UTF-8.") from error
    except RecursionError as error:
        raise ParseError(f"The body is nested more than {MAX_DEPTH} deep.") from error
    except ValueError as error:
        raise ParseError(f"The body is no JSON: {error}.") from error
    check(value, 0)
    return value


def refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counts.items() if count > 1)
        raise ValueError(f"the key '{twice}' stands twice")
    return found


def check(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ParseError(f"The body is nested more than {MAX_DEPTH} deep.")
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, dict):
        for name, part in value.items():
            check_text(name)
            check(part, depth + 1)
    elif isinstance(value, list):
        for part in value:
            check(part, depth + 1)


def check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ParseError("A text holds half of a surrogate pair.") from error
    if "\0" in text:
        raise ParseError("A text holds a NUL character.")
