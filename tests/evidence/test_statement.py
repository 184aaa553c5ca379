from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.evidence import statement
from governance.evidence.consistency import parse_time
from governance.evidence.statement import StatementError, decimal_text, time_text
from tests.evidence import samples
from tests.evidence.samples import changed

PRODUCED = datetime(2026, 11, 24, 10, 4, 0, 1, tzinfo=UTC)


def refused(made: Any, **limits: Any) -> StatementError:
    with pytest.raises(StatementError) as caught:
        statement.validate(made, **limits)
    return caught.value


@pytest.mark.parametrize(
    ("pointer", "value", "code"),
    [
        ("/_type", "https://in-toto.io/Statement/v0.1", "wrong_word"),
        ("/_type", ..., "missing_field"),
        ("/subject", [], "empty"),
        ("/subject/0/digest", {"md5": "0" * 32}, "unknown_field"),
        ("/subject/0/digest/sha256", "A" * 64, "wrong_form"),
        ("/subject/0/name", "", "empty"),
        ("/predicateType", "urn:muniment:predicate:wish:v1", "unknown_predicate_type"),
        ("/predicateType", "urn:muniment:predicate:report:v2", "unknown_predicate_type"),
        ("/predicateType", 7, "unknown_predicate_type"),
        ("/predicateType", ..., "unknown_predicate_type"),
        ("/predicate", [], "wrong_type"),
        ("/surplus", None, "unknown_field"),
    ],
)
def test_a_faulty_frame_is_refused(pointer: str, value: Any, code: str) -> None:
    assert refused(changed(samples.report(), pointer, value)).code == code


@pytest.mark.parametrize("made", [None, [], "text", 7])
def test_what_is_no_object_is_refused(made: Any) -> None:
    assert refused(made).code == "wrong_type"


@pytest.mark.parametrize(
    ("value", "code"),
    [(31.0, "not_an_integer"), (2**53, "integer_too_large"), (b"31", "wrong_type")],
)
def test_values_outside_canonical_json_are_refused(value: Any, code: str) -> None:
    assert refused(changed(samples.report(), "/predicate/pages", value)).code == code


def test_a_statement_larger_than_the_limit_is_refused() -> None:
    made = samples.record()
    made["predicate"]["fields"]["text"] = "x" * 1_050_000
    assert refused(made).code == "too_large"


def test_an_error_says_where_and_what_to_do() -> None:
    error = refused(changed(samples.measurement(), "/predicate/run/attempt", ...))
    assert error.pointer == "/predicate/run"
    assert error.sentence.startswith("The field attempt is missing")
    assert str(error).startswith("/predicate/run: The field attempt")
    error = refused(changed(samples.measurement(), "/predicate/groups/1/value", "1e5"))
    assert error.pointer == "/predicate/groups/1/value"
    assert error.sentence == "Wrong form. A decimal number as text, without exponent."


def test_an_error_does_not_repeat_a_large_value() -> None:
    error = refused(changed(samples.report(), "/predicate/definition/id", "x" * 9_000))
    assert error.code == "too_long"
    assert len(error.sentence) < 300


def test_the_future_is_refused_beyond_five_minutes() -> None:
    statement.validate(samples.report(), now=PRODUCED - timedelta(minutes=5))
    early = PRODUCED - timedelta(minutes=5, microseconds=1)
    error = refused(samples.report(), now=early)
    assert (error.code, error.pointer) == ("in_the_future", "/predicate/producedAt")


def test_what_is_decided_for_the_future_is_refused() -> None:
    made = changed(samples.gate_decision(), "/predicate/effectiveAt", "2026-11-24T11:00:00Z")
    assert refused(made, now=PRODUCED).pointer == "/predicate/effectiveAt"


def test_ancient_statements_are_refused_where_a_limit_is_given() -> None:
    statement.validate(samples.report(), oldest=PRODUCED)
    assert refused(samples.report(), oldest=PRODUCED + timedelta(days=1)).code == "too_old"


def test_validity_may_lie_in_the_future() -> None:
    statement.validate(samples.approval(), now=PRODUCED)


def test_every_type_has_a_schema_under_its_name() -> None:
    for name in (*statement.TYPES, "statement", "common"):
        assert statement.schema(name)["$id"] == f"urn:muniment:schema:{name}:v1"


def test_times_are_written_in_utc_with_microseconds() -> None:
    at = datetime(2026, 11, 24, 12, 4, tzinfo=timezone(timedelta(hours=2)))
    assert time_text(at) == "2026-11-24T10:04:00.000000Z"
    with pytest.raises(ValueError, match="time zone"):
        time_text(datetime(2026, 11, 24, 12, 4))  # noqa: DTZ001


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_read_back_and_sort_as_text(at: datetime) -> None:
    assert parse_time(time_text(at)) == at
    assert (time_text(at) <= time_text(PRODUCED)) == (at <= PRODUCED)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_decimal_reads_back_as_the_same_float(number: float) -> None:
    text = decimal_text(number)
    assert float(text) == number
    assert "e" not in text.lower()
    made = samples.measurement()["predicate"]["value"] | {"value": text, "lower": text}
    made["upper"] = text
    statement.validate(changed(samples.measurement(), "/predicate/value", made))


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.1, "0.1"),
        (1.0, "1"),
        (-0.0, "0"),
        (1e-7, "0.0000001"),
        (1e22, "10000000000000000000000"),
        (100, "100"),
        (-3, "-3"),
        (Decimal("0.500"), "0.5"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.0"), "0"),
        (np.float64(0.3), "0.3"),
    ],
)
def test_decimals_are_short_and_plain(number: Any, text: str) -> None:
    assert decimal_text(number) == text


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -np.inf, Decimal("sNaN")])
def test_what_is_not_finite_has_no_decimal(number: Any) -> None:
    with pytest.raises(ValueError, match="no decimal form"):
        decimal_text(number)


@pytest.mark.parametrize("number", [Decimal("1E+999999"), Decimal("1E-999999"), 10**400])
def test_numbers_beyond_any_float_are_refused(number: Any) -> None:
    with pytest.raises(ValueError, match="too large or too small"):
        decimal_text(number)


@pytest.mark.parametrize("number", [True, "0.5", None, np.float32(0.1), np.int64(3)])
def test_other_types_are_not_guessed_at(number: Any) -> None:
    with pytest.raises(TypeError, match="no decimal"):
        decimal_text(number)
