"""How elements join, what the result rests on, and what it waits for."""

from __future__ import annotations

import pytest

from governance.assessment.rules.nodes import (
    HOLDS,
    Node,
    join_all,
    join_any,
    state_of_all,
    state_of_any,
)
from tests.assessment.rules_story import CRITERION, FAIRNESS, planned, registered, verdict

RECORD = {"form": "record", "id": "review", "label": "Review", "kind": "document"}
OTHER = {"form": "record", "id": "card", "label": "Model card", "kind": "model-card"}
JUDGED = {
    "form": "statement",
    "id": "judged",
    "label": "Opinion",
    "kind": "conclusion",
    "role": "validator",
}


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["holds", "holds"], "holds"),
        (["holds", "missing", "fails"], "fails"),
        (["missing", "stale", "insufficient", "contested"], "contested"),
        (["missing", "stale", "insufficient"], "insufficient"),
        (["missing", "stale", "holds"], "stale"),
        (["missing", "holds"], "missing"),
        ([], "missing"),
    ],
)
def test_all_takes_failure_first_then_the_first_doubt(states: list[str], expected: str) -> None:
    assert state_of_all(states) == expected


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["fails", "holds"], "holds"),
        (["fails", "missing"], "missing"),
        (["missing", "insufficient"], "insufficient"),
        (["insufficient", "stale"], "stale"),
        (["stale", "contested"], "contested"),
        (["fails", "fails"], "fails"),
        ([], "missing"),
    ],
)
def test_any_takes_the_state_nearest_to_holding(states: list[str], expected: str) -> None:
    assert state_of_any(states) == expected


def test_an_empty_group_never_holds() -> None:
    assert join_all("g", "Group", "all", []).state == "missing"
    assert join_any("g", "Group", "any", []).state == "missing"


def test_nested_groups_join() -> None:
    story = registered()
    rule = {"all": [RECORD, {"any": [OTHER, JUDGED]}]}
    story.record("document", "doc-1", {})
    assert verdict(story.judge(rule)) == ("not-determined", "missing")
    story.conclude("satisfied")
    assert verdict(story.judge(rule)) == ("satisfied", None)


def test_why_is_a_tree_with_a_sentence_at_each_element() -> None:
    result = registered().judge({"all": [RECORD, {"any": [OTHER, JUDGED], "label": "Either"}]})
    why = result["why"]
    assert [one["id"] for one in why["elements"]] == ["review", "rule.1"]
    assert why["elements"][1]["label"] == "Either"
    assert why["sentence"] == "All of these must hold: 2 are missing."
    assert all(one["sentence"].endswith(".") for one in (why, *why["elements"]))


def test_any_waits_only_for_its_nearest_alternative() -> None:
    story = registered()
    story.record("model-card", "card-1", {}, "proposed")
    rule = {"any": [RECORD, {**OTHER, "states": ["in-force"]}]}
    assert [one["element"] for one in story.judge(rule)["waitingFor"]] == ["card"]


def test_same_act_is_asked_for_once() -> None:
    story = registered()
    story.approve(story.plan(CRITERION, {**CRITERION, "id": "again"}))
    waiting = story.judge(FAIRNESS)["waitingFor"]
    assert len({one["what"] for one in waiting}) == 1
    assert len(waiting) == len({(one["what"], one["element"]) for one in waiting})


def test_satisfied_result_is_as_sure_as_its_weakest_part() -> None:
    story, plan = planned()
    story.measure("0.90", plan)
    assert story.judge(FAIRNESS)["basis"] == "computed-here"
    story.conclude("satisfied")
    assert story.judge({"all": [FAIRNESS, JUDGED]})["basis"] == "statement"


def test_failure_is_as_sure_as_its_surest_failing_part() -> None:
    story, plan = planned()
    story.measure("0.10", plan)
    story.conclude("not-satisfied")
    assert story.judge({"all": [FAIRNESS, JUDGED]})["basis"] == "computed-here"


def test_signed_elsewhere_is_less_sure_than_computed_here() -> None:
    story, plan = planned()
    story.measure("0.90", plan, assurance="computed-elsewhere")
    story.measure("0.90", plan)
    assert story.judge(FAIRNESS)["basis"] == "computed-elsewhere"


def test_unknown_assurance_ranks_lowest_and_nothing_rests_on_nothing() -> None:
    story, plan = planned()
    assert story.judge(FAIRNESS)["basis"] is None
    story.measure("0.90", plan, assurance="hearsay")
    assert story.judge(FAIRNESS)["basis"] == "statement"


def test_tally_uses_singular_and_plural() -> None:
    nodes = [Node(str(n), "", "", state, "") for n, state in enumerate([HOLDS, "fails", "fails"])]
    assert (
        join_all("g", "Group", "all", nodes).sentence == "All of these must hold: 1 holds, 2 fail."
    )
