from __future__ import annotations

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from governance.audit import canonical
from governance.audit.canonical import CanonicalError

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
integers = st.integers(-canonical.MAX_INTEGER, canonical.MAX_INTEGER)
values = st.recursive(
    st.none() | st.booleans() | integers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)

# RFC 8785 section 3.2.3: keys sort by UTF-16 code units, so the smiley stands before U+FB33.
SORTING = (
    r'{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",'
    r'"1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control",'
    r'"\u00f6":"Latin Small Letter O With Diaeresis"}'
)
SORTED_VALUES = [
    "Carriage Return",
    "One",
    "Control",
    "Latin Small Letter O With Diaeresis",
    "Euro Sign",
    "Emoji: Grinning Face",
    "Hebrew Letter Dalet With Dagesh",
]


def refusal(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(CanonicalError) as caught:
        call(*args, **kwargs)
    return caught.value.code


@given(values)
def test_bytes_are_those_of_an_independent_implementation(value: Any) -> None:
    assert canonical.dumps(value) == rfc8785.dumps(value)


@given(values)
def test_what_was_written_reads_back_the_same(value: Any) -> None:
    assert canonical.loads(canonical.dumps(value), require_canonical=True) == value


def test_keys_sort_as_in_the_rfc() -> None:
    written = canonical.dumps(canonical.loads(SORTING.encode()))
    assert list(json.loads(written).values()) == SORTED_VALUES


@pytest.mark.parametrize(
    "keys", [("\ufb33", "\U0001f600"), ("\ue000", "\U0010ffff"), ("é", "\ud7ff")]
)
def test_keys_sort_by_utf16_wherever_they_stand(keys: tuple[str, str]) -> None:
    inner = dict.fromkeys(keys, 1)
    values: list[Any] = [
        inner,
        [inner, 1],
        [1, inner],
        {"a": inner, "b": {}},
        {"a": {}, "b": [[inner]]},
    ]
    for value in values:
        assert canonical.dumps(value) == rfc8785.dumps(value)


def test_strings_are_escaped_as_in_the_rfc() -> None:
    source = rb'{"string":"\u20ac$\u000F\u000aA\u0027\u0042\u0022\u005c\\\"\/"}'
    expected = '{"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    assert canonical.dumps(canonical.loads(source)) == expected.encode()


def test_nested_structures_sort_at_every_level() -> None:
    source = (
        b'{"1":{"f":{"f":"hi","F":5},"\\n":56},"10":{},"":"empty","a":{},"A":{},"111":[{"e":1}]}'
    )
    assert canonical.dumps(canonical.loads(source)) == (
        b'{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{"e":1}],"A":{},"a":{}}'
    )


def test_text_is_not_normalised() -> None:
    assert canonical.dumps("A\u030a") == b'"A\xcc\x8a"'


def test_digest_is_the_sha256_of_the_bytes() -> None:
    # printf '{"a":1}' | sha256sum
    expected = "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
    assert canonical.digest({"a": 1}) == expected


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1.0, "not_an_integer"),
        (float("nan"), "not_an_integer"),
        ({"deep": [float("inf")]}, "not_an_integer"),
        (2**53, "integer_too_large"),
        (-(2**53), "integer_too_large"),
        ("a\0b", "nul_character"),
        ({"\0": 1}, "nul_character"),
        ("\ud800", "lone_surrogate"),
        ({"\udfff": 1}, "lone_surrogate"),
        ({1: "a"}, "wrong_key"),
        ({None: "a"}, "wrong_key"),
        (b"bytes", "wrong_type"),
        ({"set": {1}}, "wrong_type"),
    ],
)
def test_values_outside_the_subset_are_refused(value: object, code: str) -> None:
    assert refusal(canonical.dumps, value) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b'{"a":1,"a":1}', "repeated_key"),
        (b'{"a":1,"\\u0061":2}', "repeated_key"),
        (b"1.0", "not_an_integer"),
        (b"1e2", "not_an_integer"),
        (b"-0", "not_an_integer"),
        (b"NaN", "not_an_integer"),
        (b"-Infinity", "not_an_integer"),
        (b"9007199254740992", "integer_too_large"),
        (b"1" * 10_000, "integer_too_large"),
        (b"{} x", "not_json"),
        (b"{}{}", "not_json"),
        (b"", "not_json"),
        (b"\xef\xbb\xbf{}", "byte_order_mark"),
        (b'"\xff"', "not_utf8"),
        ('"a"'.encode("utf-16-le"), "not_json"),
        (b'"\\ud800"', "lone_surrogate"),
        (b'"\\u0000"', "nul_character"),
        (b"[" * 100_000, "too_deep"),
        (b"[" * 65 + b"]" * 65, "too_deep"),
    ],
)
def test_texts_outside_the_subset_are_refused(text: bytes, code: str) -> None:
    assert refusal(canonical.loads, text) == code


def test_the_largest_integers_are_kept() -> None:
    for number in (canonical.MAX_INTEGER, -canonical.MAX_INTEGER):
        assert canonical.loads(canonical.dumps(number)) == number


def test_limits_are_exact() -> None:
    assert canonical.loads(b"[[1]]", max_bytes=5, max_depth=2) == [[1]]
    assert refusal(canonical.loads, b"[[1]]", max_bytes=4) == "too_large"
    assert refusal(canonical.loads, b"[[1]]", max_depth=1) == "too_deep"


def test_a_value_that_contains_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert refusal(canonical.dumps, loop) == "too_deep"


@pytest.mark.parametrize("text", [b'{"b":1,"a":2}', b'{ "a":1}', b'"\\u0041"', b"1\n"])
def test_another_spelling_is_read_but_is_not_canonical(text: bytes) -> None:
    assert canonical.loads(text) is not None
    assert refusal(canonical.loads, text, require_canonical=True) == "not_canonical"


def test_salted_digest_depends_on_salt_and_text() -> None:
    first = canonical.salted_digest(b"0" * 16, "agreed")
    assert first == canonical.salted_digest(b"0" * 16, "agreed")
    assert len({first, canonical.salted_digest(b"1" * 16, "agreed")}) == 2
    assert refusal(canonical.salted_digest, b"short", "agreed") == "salt_too_short"
