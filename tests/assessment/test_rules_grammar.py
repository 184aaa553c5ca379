"""A rule outside the grammar is refused with the place and what to do."""

from __future__ import annotations

import pytest

from governance.assessment.rules import RuleError, evaluate, parse_entry, parse_rule
from tests.assessment.rules_story import FAIRNESS, T, entry, registered

RECORD = {"form": "record", "id": "review", "label": "Review", "kind": "document"}
OWN = {
    "form": "metric",
    "id": "own",
    "label": "Own",
    "check": "lineage.completeness",
    "slice": "all",
    "comparator": ">=",
    "threshold": "1",
    "use": "point",
}
EVERY = {
    "all": [
        {**FAIRNESS, "watch": True, "data": "both"},
        {"any": [{**OWN, "minimumSample": 10}, {**FAIRNESS, "id": "f2", "watch": ["drift"]}]},
        {
            **RECORD,
            "where": {"topic": "x", "n": 1, "b": True},
            "states": ["in-force"],
            "complete": ["person"],
            "approved": True,
            "approver": "executive",
            "each": True,
            "min": 0,
            "at": "system",
            "fails": {"outcome": ["refused"]},
            "role": "owner",
        },
        {"form": "monitor", "id": "m", "label": "M", "signal": "alerts", "where": {"a": "b"}},
        {"form": "statement", "id": "s", "label": "S", "kind": "conclusion", "role": "validator"},
    ],
    "label": "Everything",
}


def refused(rule: object) -> RuleError:
    with pytest.raises(RuleError) as raised:
        parse_rule(rule)
    return raised.value


def test_every_key_of_the_grammar_is_accepted() -> None:
    parse_rule(EVERY)


@pytest.mark.parametrize(
    ("rule", "pointer"),
    [
        (None, ""),
        ({}, ""),
        ({"all": []}, "/all"),
        ({"all": RECORD}, "/all"),
        ({"all": [RECORD], "any": [RECORD]}, ""),
        ({"all": [RECORD], "none": []}, ""),
        ({"all": [RECORD, "x"]}, "/all/1"),
        ({"form": "metric-ish", "id": "x", "label": "X"}, "/form"),
        ({"form": ["record"], "id": "x", "label": "X"}, "/form"),
        ({"form": "record", "id": "x", "label": "X"}, ""),
        ({**RECORD, "colour": "red"}, "/colour"),
        ({**RECORD, "id": " "}, "/id"),
        ({**RECORD, "where": {"a": 0.5}}, "/where/a"),
        ({**RECORD, "where": {}}, "/where"),
        ({**RECORD, "states": "in-force"}, "/states"),
        ({**RECORD, "complete": [""]}, "/complete/0"),
        ({**RECORD, "approved": "yes"}, "/approved"),
        ({**RECORD, "approver": "executive"}, "/approver"),
        ({**RECORD, "min": 0}, "/min"),
        ({**RECORD, "min": True}, "/min"),
        ({**RECORD, "min": -1}, "/min"),
        ({**RECORD, "at": "galaxy"}, "/at"),
        ({**OWN, "threshold": 0.8}, "/threshold"),
        ({**OWN, "threshold": "NaN"}, "/threshold"),
        ({**OWN, "comparator": "at least"}, "/comparator"),
        ({**OWN, "use": "middle"}, "/use"),
        ({**OWN, "theme": "fairness"}, "/theme"),
        ({**FAIRNESS, "data": "live"}, "/data"),
        ({**FAIRNESS, "watch": "any"}, "/watch"),
        ({"form": "monitor", "id": "m", "label": "M", "signal": "noise"}, "/signal"),
        ({"form": "statement", "id": "s", "label": "S", "kind": "oath", "role": "x"}, "/kind"),
    ],
)
def test_what_is_outside_the_grammar_is_refused_where_it_stands(rule: object, pointer: str) -> None:
    error = refused(rule)
    assert error.pointer == pointer
    assert error.sentence.endswith(".")


def test_element_ids_are_unique_in_a_rule() -> None:
    assert refused({"all": [RECORD, {"any": [RECORD]}]}).pointer == "/all/1/any/0/id"


def test_endless_nesting_is_refused() -> None:
    rule: dict = RECORD
    for _ in range(20):
        rule = {"all": [rule]}
    assert "nested more than" in refused(rule).sentence


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"scope": "shared"}, "/scope"),
        ({"due": "soon"}, "/due"),
        ({"due": {"post-deployment-days": "7"}}, "/due/post-deployment-days"),
        ({"fresh_days": 0}, "/fresh_days"),
        ({"fresh_days": True}, "/fresh_days"),
        ({"fresh_days": 10**9}, "/fresh_days"),
        ({"id": ""}, "/id"),
        ({"rule": {"all": []}}, "/rule/all"),
    ],
)
def test_entry_is_checked_before_it_is_judged(changes: dict, pointer: str) -> None:
    story = registered()
    with pytest.raises(RuleError) as raised:
        evaluate({**entry(RECORD), **changes}, story.target(), story.leaves, T)
    assert raised.value.pointer == pointer


def test_entry_may_carry_words_of_its_own() -> None:
    parse_entry({**entry(RECORD), "title": "Fairness", "rationale": "Because."})


def test_entry_without_a_part_names_it() -> None:
    with pytest.raises(RuleError, match="lacks 'rule'"):
        parse_entry({"id": "x", "scope": "system", "due": "design", "fresh_days": None})
