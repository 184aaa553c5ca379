"""What persons say: management statements, conclusions, independence, disagreement."""

from __future__ import annotations

import pytest

from tests.assessment.rules_story import (
    FAIRNESS,
    OFFICER,
    OWNER,
    RELEASE,
    SYSTEM,
    VALIDATOR,
    Story,
    planned,
    registered,
    verdict,
)

SATISFIED = ("satisfied", None)
FAILS = ("not-satisfied", None)
MISSING = ("not-determined", "missing")
SAID = {
    "form": "statement",
    "id": "said",
    "label": "Stated",
    "kind": "management",
    "role": "officer",
}
JUDGED = {**SAID, "id": "judged", "kind": "conclusion", "role": "validator"}
REASON = "9" * 64


def test_management_statement_of_the_role_holds_or_fails() -> None:
    story = registered()
    assert verdict(story.judge(SAID)) == MISSING
    story.state("met")
    assert verdict(story.judge(SAID)) == SATISFIED
    story.state("not-met")
    assert verdict(story.judge(SAID)) == FAILS


def test_statement_in_another_role_or_about_another_scope_does_not_count() -> None:
    story = registered()
    story.state("met", role="owner")
    story.state("met", scope=("system", SYSTEM))
    story.state("met", scope=("release", "rel-9"))
    assert verdict(story.judge(SAID)) == MISSING


def test_missing_statement_waits_for_its_role() -> None:
    waiting = registered().judge(JUDGED)["waitingFor"]
    assert [(one["act"], one["role"], one["element"]) for one in waiting] == [
        ("conclusion", "validator", "judged")
    ]


def test_statement_goes_stale_by_its_own_validity_or_the_entrys_days() -> None:
    story = registered()
    story.state("met", valid_until="2026-12-01")
    assert verdict(story.judge(SAID, "2026-12-01T23:59:59Z")) == SATISFIED
    assert verdict(story.judge(SAID, "2026-12-02T00:00:00Z")) == ("not-determined", "stale")
    story.state("met")
    assert verdict(story.judge(SAID, "2027-06-01T00:00:00Z")) == ("not-determined", "stale")


def test_not_met_wins_over_everything_and_says_who() -> None:
    story, plan = planned()
    story.measure("0.90", plan)
    said = story.state("not-met")
    result = story.judge(FAIRNESS)
    assert verdict(result) == FAILS
    assert OFFICER in result["why"]["sentence"]
    assert result["why"]["evidence"] == [said]
    assert result["basis"] == "statement"


def test_not_met_never_goes_stale() -> None:
    story = registered()
    story.state("not-met", valid_until="2026-12-01T00:00:00Z")
    assert verdict(story.judge(SAID, "2036-01-01T00:00:00Z")) == FAILS


def test_not_met_is_lifted_by_the_same_person() -> None:
    story = registered()
    story.state("not-met")
    story.state("met")
    assert verdict(story.judge(SAID)) == SATISFIED


def test_not_met_is_not_outvoted_by_a_colleague_unless_superseded_with_a_reason() -> None:
    story = registered()
    first = story.state("not-met")
    story.state("met", "officer-2")
    assert verdict(story.judge(SAID)) == FAILS
    story.state("met", "officer-2", supersedes={"id": first, "reasonDigest": None})
    assert verdict(story.judge(SAID)) == FAILS
    story.state("met", "officer-2", supersedes={"id": first, "reasonDigest": REASON})
    assert verdict(story.judge(SAID)) == SATISFIED


def test_another_role_cannot_supersede_a_not_met() -> None:
    story = registered()
    first = story.state("not-met")
    reason = {"id": first, "reasonDigest": REASON}
    story.state("met", OWNER, role="owner", supersedes=reason)
    assert verdict(story.judge(SAID)) == FAILS


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("satisfied", SATISFIED),
        ("not-satisfied", FAILS),
        ("not-determined", ("not-determined", "insufficient")),
    ],
)
def test_conclusion_of_the_validator_decides_its_element(said: str, expected: tuple) -> None:
    story = registered()
    story.conclude(said)
    assert verdict(story.judge(JUDGED)) == expected


@pytest.mark.parametrize("person", [OWNER, "data-scientist"])
def test_author_of_the_release_cannot_conclude_as_validator(person: str) -> None:
    story = registered()
    fields = {"digest": RELEASE, "authors": ["data-scientist"], "system": SYSTEM}
    story.record("release", "rel-1", fields)
    story.conclude("satisfied", person)
    result = story.judge(JUDGED)
    assert verdict(result) == MISSING
    assert result["conclusion"]["state"] == "none"


def test_author_of_a_contained_model_version_cannot_conclude_as_validator() -> None:
    story = registered()
    story.record(
        "model-version", "mv-1", {"digest": "a" * 64}, author=VALIDATOR, scope=("system", SYSTEM)
    )
    story.conclude("satisfied")
    assert verdict(story.judge(JUDGED)) == SATISFIED
    other = {"digest": "a" * 64, "method": "trained anew"}
    story.record("model-version", "mv-1", other, author=VALIDATOR, scope=("system", SYSTEM))
    assert verdict(story.judge(JUDGED)) == MISSING


def test_person_barred_by_the_conclusion_itself_does_not_count() -> None:
    story = registered()
    story.conclude("satisfied")
    story.leaves[-1]["statement"]["predicate"]["barred"] = [VALIDATOR]
    assert verdict(story.judge(JUDGED)) == MISSING


def test_validators_who_differ_make_it_contested_until_one_supersedes() -> None:
    story = registered()
    first = story.conclude("not-satisfied")
    story.conclude("satisfied", "validator-2")
    assert verdict(story.judge(JUDGED)) == ("not-determined", "contested")
    story.conclude("satisfied", "validator-2", supersedes={"id": first, "reasonDigest": REASON})
    assert verdict(story.judge(JUDGED)) == SATISFIED


def test_stale_favourable_conclusion_has_no_vote_against_a_failing_one() -> None:
    story = registered()
    story.conclude("satisfied")
    story.conclude("not-satisfied", "validator-2", at="2027-06-01T00:00:00Z")
    assert verdict(story.judge(JUDGED, "2027-06-02T00:00:00Z")) == FAILS


def conclusion(story: Story) -> tuple:
    held = story.judge(FAIRNESS)["conclusion"]
    return held["state"], held["verdict"], held["by"]


def test_conclusion_stands_beside_the_determination_and_does_not_change_it() -> None:
    story, plan = planned()
    story.measure("0.52", plan)
    assert conclusion(story) == ("none", None, None)
    story.conclude("not-satisfied")
    assert conclusion(story) == ("agrees", "not-satisfied", VALIDATOR)
    story.conclude("satisfied")
    assert conclusion(story) == ("differs", "satisfied", VALIDATOR)
    assert verdict(story.judge(FAIRNESS)) == FAILS


def test_conclusion_of_an_independent_role_is_shown_before_others() -> None:
    story, _ = planned()
    story.conclude("not-determined")
    story.conclude("satisfied", OFFICER, role="officer")
    assert conclusion(story) == ("agrees", "not-determined", VALIDATOR)


def test_conclusion_about_another_requirement_is_not_shown() -> None:
    story, _ = planned()
    story.conclude("satisfied", requirement="MAP 2.2")
    assert conclusion(story)[0] == "none"


def test_newest_of_two_independent_conclusions_is_shown() -> None:
    story, _ = planned()
    story.conclude("not-determined")
    story.conclude("satisfied", "auditor-1", role="auditor")
    assert conclusion(story) == ("differs", "satisfied", "auditor-1")


def test_why_says_who_said_what_and_until_when_it_counts() -> None:
    story = registered()
    made = story.state("met", valid_until="2026-12-01T00:00:00Z")
    why = story.judge(SAID)["why"]
    assert why["sentence"] == f"Person {OFFICER}, as officer, said met on 3 Nov 2026."
    assert why["details"]["freshUntil"] == "2026-12-01T00:00:00.000000Z"
    assert [one["evidence"] for one in why["details"]["said"]] == [made]


def test_newest_failing_statement_is_the_one_named() -> None:
    story = registered()
    story.state("not-met", at="2026-11-02T00:00:00Z")
    story.state("not-met", "officer-2")
    element = story.judge(SAID)["why"]["elements"][-1]
    assert element["sentence"] == "Person officer-2, as officer, said not met on 3 Nov 2026."


def test_missing_words_name_what_is_asked() -> None:
    sentence = registered().judge(SAID)["why"]["sentence"]
    assert sentence == "No management statement by the officer is recorded about this requirement."
    sentence = registered().judge(JUDGED)["why"]["sentence"]
    assert sentence.startswith("No conclusion by the validator counts here")
