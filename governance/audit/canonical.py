"""Canonical JSON (RFC 8785), restricted to what signed records may hold.

Strings, integers of at most 53 bits, booleans, null, arrays and objects. Decimals travel as
strings, so the number formatting of RFC 8785 section 3.2.2.3 is never needed.
Standard library only: the offline verifier carries this file.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any, NoReturn

MAX_INTEGER = 2**53 - 1
MAX_BYTES = 1_048_576
MAX_DEPTH = 64

# Above it UTF-16 and code-point order differ: astral characters sort as surrogates, below U+E000.
_LAST_BEFORE_SURROGATES = "\ud7ff"
_BOM = b"\xef\xbb\xbf"


class CanonicalError(ValueError):
    """A value or text outside the permitted JSON: `code` for programs, `sentence` for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def dumps(value: object, *, max_depth: int = MAX_DEPTH) -> bytes:
    """Return the canonical UTF-8 bytes of `value` (tuples count as arrays).

    Raises CanonicalError for floats, keys that are no strings, lone surrogates, NUL, integers
    beyond 2^53-1, other types, and nesting deeper than `max_depth`.
    """
    plain_order = _check(value, max_depth)
    if not plain_order:
        value = _in_utf16_order(value)
    text = json.dumps(
        value,
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=plain_order,
        check_circular=False,
    )
    return text.encode()


def loads(
    data: bytes,
    *,
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    require_canonical: bool = False,
) -> Any:
    """Parse JSON text strictly; white space is allowed unless `require_canonical`.

    Raises CanonicalError for everything `dumps` refuses and for repeated keys, a byte order mark,
    bytes that are not UTF-8, anything after the value, and more than `max_bytes` bytes.
    """
    if len(data) > max_bytes:
        raise CanonicalError(
            "too_large", f"The text has {len(data)} bytes; at most {max_bytes} are read."
        )
    if data.startswith(_BOM):
        raise CanonicalError(
            "byte_order_mark", "The text starts with a byte order mark; save it without."
        )
    value = _parse(data)
    _check(value, max_depth)
    if require_canonical and dumps(value, max_depth=max_depth) != data:
        raise CanonicalError("not_canonical", "The text is not in canonical form (RFC 8785).")
    return value


def digest(value: object) -> str:
    """Return the SHA-256 of the canonical bytes of `value` as 64 lower-case hex digits."""
    return hashlib.sha256(dumps(value)).hexdigest()


def salted_digest(salt: bytes, text: str) -> str:
    """Return SHA-256(salt || UTF-8 text) as hex: a person's words in a signed record.

    The words and their salt stay outside, so that erasing them leaves every proof valid.
    Raises CanonicalError for a salt under 16 bytes: short texts could be guessed.
    """
    if len(salt) < 16:
        raise CanonicalError("salt_too_short", "A salt has at least 16 random bytes.")
    _check_text(text)
    return hashlib.sha256(salt + text.encode()).hexdigest()


def _parse(data: bytes) -> Any:
    try:
        return json.loads(
            data.decode(),
            object_pairs_hook=_object,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
            parse_int=_integer,
        )
    except UnicodeDecodeError as error:
        raise CanonicalError("not_utf8", f"Byte {error.start} is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise CanonicalError(
            "not_json", f"Not JSON at character {error.pos}: {error.msg}."
        ) from None
    except RecursionError:
        raise CanonicalError("too_deep", "The value is nested too deeply.") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) == len(pairs):
        return result
    counts = Counter(key for key, _ in pairs)
    repeated = next(key for key, count in counts.items() if count > 1)
    raise CanonicalError("repeated_key", f"The key {_shown(repeated)} stands twice in one object.")


def _integer(text: str) -> int:
    if text == "-0":
        _refuse_number(text)
    # Length first: Python refuses, slowly, to convert thousands of digits.
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        _refuse_integer()
    return int(text)


def _refuse_number(text: str) -> NoReturn:
    raise CanonicalError(
        "not_an_integer", f"The number {text[:40]} is no plain integer; write decimals as strings."
    )


def _refuse_integer() -> NoReturn:
    raise CanonicalError("integer_too_large", "An integer is beyond 2^53-1; write it as a string.")


def _check(value: object, depth: int) -> bool:
    """Refuse what is not permitted; return whether code-point order of keys is UTF-16 order."""
    if value is None or value is True or value is False:
        return True
    if isinstance(value, str):
        _check_text(value)
        return True
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            _refuse_integer()
        return True
    if isinstance(value, (dict, list, tuple)):
        return _check_container(value, depth)
    if isinstance(value, float):
        _refuse_number(repr(value))
    raise CanonicalError("wrong_type", f"A {type(value).__name__} cannot stand in a signed record.")


def _check_container(value: dict[Any, Any] | list[Any] | tuple[Any, ...], depth: int) -> bool:
    if depth == 0:
        raise CanonicalError("too_deep", "The value is nested too deeply.")
    plain = True
    if isinstance(value, dict):
        for key, item in value.items():
            plain = _check_key(key) and plain
            plain = _check(item, depth - 1) and plain
        return plain
    for item in value:
        plain = _check(item, depth - 1) and plain
    return plain


def _check_key(key: object) -> bool:
    if not isinstance(key, str):
        raise CanonicalError("wrong_key", f"The key {_shown(key)} is no string.")
    _check_text(key)
    return key.isascii() or max(key) <= _LAST_BEFORE_SURROGATES


def _check_text(text: str) -> None:
    if "\0" in text:
        raise CanonicalError("nul_character", f"The text {_shown(text)} holds a NUL character.")
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError:
        raise CanonicalError(
            "lone_surrogate", f"The text {_shown(text)} is not valid Unicode."
        ) from None


def _in_utf16_order(value: Any) -> Any:
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return {key: _in_utf16_order(value[key]) for key in keys}
    if isinstance(value, (list, tuple)):
        return [_in_utf16_order(item) for item in value]
    return value


def _shown(value: object) -> str:
    return ascii(value)[:60]
