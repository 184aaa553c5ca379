"""In-toto Statement v1 as Muniment signs it: validation, and the text forms of times and decimals.

The schemas (JSON Schema 2020-12) stand in schemas/<type>.v1.json; what they cannot say is in
consistency.py. Signed statements are never migrated: a schema may gain an optional field, no more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from governance.audit import canonical
from governance.evidence.consistency import conflicts, parse_time, times_of

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
TYPES = (
    "measurement",
    "drift",
    "record",
    "management-statement",
    "conclusion",
    "approval",
    "gate-decision",
    "report",
)
# Beyond any float; keeps a decimal text below the 400 characters of the schemas.
MAX_EXPONENT = 330
CLOCK_TOLERANCE = timedelta(minutes=5)
_SCHEMAS = Path(__file__).parent / "schemas"
_CODES = {
    "required": "missing_field",
    "additionalProperties": "unknown_field",
    "type": "wrong_type",
    "enum": "wrong_word",
    "const": "wrong_word",
    "format": "wrong_time",
    "uniqueItems": "repeated",
    "minLength": "empty",
    "minItems": "empty",
    "maxLength": "too_long",
    "maxItems": "too_long",
    "maxProperties": "too_long",
    "minimum": "number_too_small",
}


class StatementError(ValueError):
    """A statement that cannot be signed or accepted.

    `code` is for programs, `sentence` for people, `pointer` the JSON pointer of the fault.
    """

    def __init__(self, code: str, sentence: str, pointer: str) -> None:
        super().__init__(f"{pointer or '/'}: {sentence}")
        self.code = code
        self.sentence = sentence
        self.pointer = pointer


def predicate_uri(type_: str) -> str:
    """Return `urn:muniment:predicate:<type>:v1`."""
    return f"urn:muniment:predicate:{type_}:v1"


def type_of(statement: Mapping[str, Any]) -> str:
    """Return the type, such as "measurement". Raises StatementError for an unknown one."""
    uri = statement.get("predicateType")
    for type_ in TYPES:
        if uri == predicate_uri(type_):
            return type_
    raise StatementError(
        "unknown_predicate_type",
        f"{str(uri)[:80]!r} is no predicate type known here; a newer version may know it.",
        "/predicateType",
    )


def validate(
    statement: Mapping[str, Any], *, now: datetime | None = None, oldest: datetime | None = None
) -> None:
    """Raise StatementError, naming the first fault, unless the statement may be signed or accepted.

    With `now` (aware), what was produced, observed or decided lies at most 5 minutes ahead of it;
    with `oldest`, nothing was produced before it. Without them the answer never changes.
    """
    _check_json(statement)
    type_ = type_of(statement)
    _check_schema("statement", statement, "")
    _check_schema(type_, statement["predicate"], "/predicate")
    for conflict in conflicts(type_, statement):
        raise StatementError(*conflict)
    if now is not None:
        _check_future(type_, statement["predicate"], now + CLOCK_TOLERANCE)
    if oldest is not None and parse_time(statement["predicate"]["producedAt"]) < oldest:
        raise StatementError(
            "too_old",
            f"Nothing from before {time_text(oldest)} is accepted.",
            "/predicate/producedAt",
        )


def schema(name: str) -> dict[str, Any]:
    """Return the published JSON Schema of a predicate type, of "statement" or of "common"."""
    value: dict[str, Any] = json.loads((_SCHEMAS / f"{name}.v1.json").read_bytes())
    return value


def time_text(at: datetime) -> str:
    """Return RFC 3339 in UTC with microseconds and Z. Raises ValueError for a naive datetime."""
    if at.tzinfo is None:
        raise ValueError("A time in a signed record needs a time zone.")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def decimal_text(value: float | Decimal) -> str:
    """Return the shortest decimal text without exponent that reads back as the same number.

    Raises ValueError for NaN, infinity and exponents beyond 330, TypeError for anything but
    float, int and Decimal.
    """
    if isinstance(value, bool) or not isinstance(value, (float, int, Decimal)):
        raise TypeError(f"A {type(value).__name__} is no decimal; convert it to float first.")
    # float.__repr__, because a numpy float's own repr is no number.
    exact = Decimal(float.__repr__(value)) if isinstance(value, float) else Decimal(value)
    if not exact.is_finite():
        raise ValueError(f"{value} has no decimal form; a run that gives it is invalid.")
    if exact and abs(exact.adjusted()) > MAX_EXPONENT:
        raise ValueError("The number is too large or too small for a signed record.")
    text = format(exact, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _check_json(statement: object) -> None:
    if not isinstance(statement, dict):
        raise StatementError("wrong_type", "A statement is a JSON object.", "")
    try:
        size = len(canonical.dumps(statement))
    except canonical.CanonicalError as error:
        raise StatementError(error.code, error.sentence, "") from None
    if size > canonical.MAX_BYTES:
        raise StatementError(
            "too_large", f"The statement has {size} bytes; at most {canonical.MAX_BYTES}.", ""
        )


def _check_schema(name: str, value: object, prefix: str) -> None:
    error = next(_validator(name).iter_errors(value), None)
    if error is None:
        return
    kind = error.kind.name
    pointer = prefix + "".join(f"/{_escaped(part)}" for part in error.instance_path)
    raise StatementError(_CODES.get(kind, "wrong_form"), _sentence(error), pointer)


def _sentence(error: jsonschema_rs.ValidationError) -> str:
    facts = error.kind.as_dict()
    kind = error.kind.name
    if kind == "required":
        return f"The field {facts['property']} is missing; write null if there is nothing to say."
    if kind == "additionalProperties":
        return f"Unknown field: {', '.join(map(str, facts['unexpected']))[:120]}. Remove it."
    if kind == "format":
        return "This is no real time; write RFC 3339 in UTC, such as 2026-11-24T10:04:00Z."
    if kind == "pattern":
        return f"Wrong form. {_forms().get(facts['pattern'], facts['pattern'])}"
    if kind == "enum":
        return f"Use one of: {', '.join(map(str, facts['options']))}."
    if kind == "type":
        return f"This must be {' or '.join(facts['types'])}."
    # The library's sentence may quote the whole instance.
    return error.message if len(error.message) <= 240 else f"...{error.message[-200:]}"


@cache
def _forms() -> dict[str, str]:
    parts = schema("common")["$defs"].values()
    return {part["pattern"]: part["description"] for part in parts if "pattern" in part}


@cache
def _validator(name: str) -> jsonschema_rs.Draft202012Validator:
    common = schema("common")
    return jsonschema_rs.Draft202012Validator(
        schema(name),
        registry=jsonschema_rs.Registry([(common["$id"], common)]),
        formats={"date-time": _is_time},
        validate_formats=True,
        offline=True,
    )


def _is_time(text: str) -> bool:
    try:
        parse_time(text)
    except ValueError:
        return False
    return True


def _check_future(type_: str, predicate: Mapping[str, Any], limit: datetime) -> None:
    for pointer, text in times_of(type_, predicate):
        if parse_time(text) > limit:
            raise StatementError("in_the_future", f"{text} lies in the future.", pointer)


def _escaped(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")
