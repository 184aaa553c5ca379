"""Take the body of a request apart without trusting it: limits first, then the events' own bytes.

Nothing is decompressed and no address in an event is ever followed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from governance.identity.errors import DomainError, InvalidInput
from lineage.event_checks import EVENT_BYTES, NESTING

BATCH_BYTES = 16 * 1024 * 1024
BATCH_EVENTS = 500
LINES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})

_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")
_SPACE = re.compile(r"[ \t\r\n]*")


class TooLarge(DomainError):
    status = 413


class WrongType(DomainError):
    status = 415


def check_type(content_type: str, encoding: str, *, lines: bool = False) -> str:
    """The media type, in lower case. Raises WrongType for what is not JSON, or is compressed."""
    if encoding.strip().lower() not in {"", "identity"}:
        raise WrongType("content_encoding", "Send the events uncompressed (no Content-Encoding).")
    found = content_type.partition(";")[0].strip().lower()
    if found == "application/json" or (lines and found in LINES):
        return found
    wanted = "application/json or application/x-ndjson" if lines else "application/json"
    raise WrongType("content_type", f"Send Content-Type: {wanted}.")


def check_depth(body: bytes, limit: int = NESTING) -> None:
    """Raises InvalidInput for brackets nested too deep, before anything is parsed."""
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", body)):
        depth += 1 if bracket in b"[{" else -1
        if depth > limit:
            raise InvalidInput(
                "too_deep", f"The body is nested deeper than {limit} levels; send flat facets."
            )


def check_size(size: int, limit: int = EVENT_BYTES) -> None:
    if size > limit:
        raise TooLarge(
            "too_large",
            f"The body is larger than {limit // 1024} KiB; send fewer facets or events.",
        )


def split_batch(body: bytes, media_type: str) -> list[bytes]:
    """The bytes of each event, as they came. Raises InvalidInput or TooLarge when the whole cannot be read."""
    parts = list(_lines(body) if media_type in LINES else _members(body))
    if not parts:
        raise InvalidInput("batch_empty", "The batch holds no event.")
    if len(parts) > BATCH_EVENTS:
        raise TooLarge("batch_long", f"A batch has at most {BATCH_EVENTS} events; send several.")
    return parts


def _lines(body: bytes) -> Iterator[bytes]:
    return (line for line in (raw.strip() for raw in body.split(b"\n")) if line)


def _members(body: bytes) -> Iterator[bytes]:
    """The members of a JSON array, each as it was written."""
    check_depth(body, 4 * NESTING)
    try:
        text = body.decode()
        yield from _array(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(
            "batch_unreadable",
            f"The body is no JSON array of events: {error}. One event a line goes as application/x-ndjson.",
        ) from error


def _array(text: str) -> Iterator[bytes]:
    decoder, at = json.JSONDecoder(), _after_space(text, 0)
    if text[at : at + 1] != "[":
        raise ValueError("it must begin with [")
    at = _after_space(text, at + 1)
    is_empty = text[at : at + 1] == "]"
    while not is_empty:
        _, end = decoder.raw_decode(text, at)
        yield text[at:end].encode()
        at = _after_space(text, end)
        if text[at : at + 1] == "]":
            break
        if text[at : at + 1] != ",":
            raise ValueError(f"a comma or ] is missing at character {at}")
        at = _after_space(text, at + 1)
    if _after_space(text, at + 1) != len(text):
        raise ValueError("something follows the closing bracket")


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
