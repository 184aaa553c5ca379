"""Canonical JSON (RFC 8785) of strings, integers, booleans, null, arrays and objects; nothing else."""

from __future__ import annotations

import hashlib
import json
from typing import Any, NoReturn

from .faults import Changed

LARGEST = 2**53 - 1
DEPTH = 64


def dumps(value: object) -> bytes:
    """The canonical bytes of a value that `loads` could have given."""
    return _PLAIN.encode(_ordered(value)).encode()


def digest(value: object) -> str:
    """SHA-256 of the canonical bytes, 64 hex digits."""
    return hashlib.sha256(dumps(value)).hexdigest()


def loads(data: bytes) -> Any:
    """Parse JSON. Raises Changed unless `data` is the canonical form of what it says.

    Canonical bytes are what the value is written as, so repeated keys, white space, other escapes
    and other number texts all show in the comparison.
    """
    value = parse(data)
    if _looks_plain(data):
        written = _encoded(_SORTED.encode(value))
    else:
        check(value, DEPTH)
        written = dumps(value)
    if written != data:
        raise Changed("The text is not canonical JSON (RFC 8785).")
    return value


def parse(data: bytes) -> Any:
    """Parse JSON without floats, in any form. Raises Changed for anything else."""
    try:
        return _DECODER.decode(data.decode())
    except UnicodeDecodeError:
        raise Changed("The text is not UTF-8.") from None
    except RecursionError:
        raise Changed("The text is nested too deeply.") from None
    except ValueError as error:
        raise Changed(f"The text is not JSON: {str(error)[:120]}.") from None


def check(value: object, depth: int) -> None:
    """Raise Changed for what signed records may not hold."""
    if isinstance(value, str):
        if "\0" in value:
            raise Changed("A text holds a NUL character.")
        _encoded(value)
    elif isinstance(value, (dict, list)):
        if not depth:
            raise Changed("The text is nested too deeply.")
        for item in value:
            check(item, depth - 1)
        for item in value.values() if isinstance(value, dict) else ():
            check(item, depth - 1)


def _looks_plain(data: bytes) -> bool:
    """Whether order, depth and characters need no look at each part.

    Keys sort alike by code point and by UTF-16 below U+E000, which UTF-8 writes as EE and above.
    """
    return (
        (data.isascii() or max(data) < 0xEE)
        and b"\\u" not in data
        and data.count(b"{") + data.count(b"[") < DEPTH
    )


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value, key=_utf16)}
    if isinstance(value, (list, tuple)):
        return [_ordered(item) for item in value]
    return value


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Changed("A text is not valid Unicode.") from None


def _integer(text: str) -> int:
    # Length first: Python refuses, slowly, to read thousands of digits.
    if len(text) > 17 or abs(int(text)) > LARGEST:
        raise ValueError("an integer is beyond 2^53-1")
    return int(text)


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text[:40]} is no plain integer")


# Made once: a reader has a million texts.
_DECODER = json.JSONDecoder(parse_float=_refuse, parse_int=_integer, parse_constant=_refuse)
_PLAIN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)
_SORTED = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), check_circular=False, sort_keys=True
)
