"""Thresholds come only from plans that somebody else approved before the run."""

from __future__ import annotations

import pytest

from tests.assessment.rules_story import (
    CRITERION,
    FAIRNESS,
    OFFICER,
    OWNER,
    planned,
    registered,
    verdict,
)

MISSING = ("not-determined", "missing")


def attempts(result: dict) -> dict:
    details = result["why"]["elements"][0]["details"]
    return {key: details[key] for key in ("attempts", "failing", "exploratory")}


def test_run_under_a_plan_approved_before_it_satisfies() -> None:
    story, plan = planned()
    story.measure("0.85", plan)
    assert verdict(story.judge(FAIRNESS)) == ("satisfied", None)


def test_run_without_a_plan_is_exploratory_and_satisfies_nothing() -> None:
    story, _ = planned()
    story.measure("0.99")
    result = story.judge(FAIRNESS)
    assert verdict(result) == MISSING
    assert attempts(result) == {"attempts": 0, "failing": 0, "exploratory": 1}


def test_plan_approved_after_the_run_does_not_cover_it() -> None:
    story = registered()
    plan = story.plan()
    story.measure("0.99", plan)
    story.approve(plan)
    assert verdict(story.judge(FAIRNESS)) == MISSING


def test_failure_under_a_plan_that_was_never_approved_fails_nothing() -> None:
    story = registered()
    story.measure("0.10", story.plan())
    result = story.judge(FAIRNESS)
    assert verdict(result) == MISSING
    assert result["waitingFor"][0]["act"] == "approval"
    assert result["waitingFor"][0]["role"] == "officer"


@pytest.mark.parametrize("outcome", ["returned", "rejected", "revoked"])
def test_only_an_approval_approves(outcome: str) -> None:
    story = registered()
    plan = story.plan()
    story.approve(plan, outcome)
    story.measure("0.99", plan)
    assert verdict(story.judge(FAIRNESS)) == MISSING


def test_approval_with_conditions_approves() -> None:
    story = registered()
    plan = story.plan()
    story.approve(plan, "approved-with-conditions")
    story.measure("0.99", plan)
    assert verdict(story.judge(FAIRNESS)) == ("satisfied", None)


@pytest.mark.parametrize("changes", [{"person": OWNER}, {"barred": [OFFICER]}])
def test_author_or_barred_person_cannot_approve_a_plan(changes: dict) -> None:
    story = registered()
    plan = story.plan(author=OWNER)
    story.approve(plan, **changes)
    story.measure("0.99", plan)
    assert verdict(story.judge(FAIRNESS)) == MISSING


def test_approval_revoked_later_takes_the_pass_away() -> None:
    story, plan = planned()
    story.measure("0.99", plan)
    story.approve(plan, "revoked")
    assert verdict(story.judge(FAIRNESS)) == MISSING


def test_approval_revoked_later_does_not_hide_the_failure() -> None:
    story, plan = planned()
    story.measure("0.10", plan)
    story.approve(plan, "revoked")
    assert verdict(story.judge(FAIRNESS)) == ("not-satisfied", None)


def test_plan_revised_after_the_run_does_not_apply_to_the_old_run() -> None:
    story, plan = planned()
    story.measure("0.85", plan)
    story.approve(story.plan({**CRITERION, "threshold": "0.50"}))
    assert verdict(story.judge(FAIRNESS)) == MISSING


def test_loosened_threshold_does_not_mend_a_failure() -> None:
    story, plan = planned()
    story.measure("0.70", plan)
    looser = story.plan({**CRITERION, "threshold": "0.50"})
    story.approve(looser)
    story.measure("0.70", looser)
    result = story.judge(FAIRNESS)
    assert verdict(result) == ("not-satisfied", None)
    assert [one["state"] for one in result["why"]["elements"]] == ["fails", "holds"]
    assert "no longer in force" in result["why"]["elements"][0]["sentence"]


def test_criterion_dropped_by_a_revision_asks_for_nothing_but_its_failure_stands() -> None:
    story, plan = planned()
    other = {**CRITERION, "id": "other", "check": "equalized_odds_difference", "comparator": "<="}
    story.measure("0.85", plan)
    second = story.plan({**other, "threshold": "0.10"})
    story.approve(second)
    story.measure("0.05", second, series={"check": "equalized_odds_difference"})
    assert verdict(story.judge(FAIRNESS)) == ("satisfied", None)
    story.measure("0.10", plan)
    assert verdict(story.judge(FAIRNESS)) == ("not-satisfied", None)


def test_revision_that_waits_for_approval_leaves_the_approved_one_in_force() -> None:
    story, plan = planned()
    story.plan({**CRITERION, "threshold": "0.99"})
    story.measure("0.85", plan)
    assert verdict(story.judge(FAIRNESS)) == ("satisfied", None)


def test_plan_that_only_moved_to_another_state_stays_approved() -> None:
    story = registered()
    draft = story.plan(state="proposed")
    story.approve(draft)
    moved = story.plan(state="approved", author=OFFICER)
    story.measure("0.85", moved)
    assert verdict(story.judge(FAIRNESS)) == ("satisfied", None)


def test_withdrawn_plan_asks_for_nothing_and_its_failures_stand() -> None:
    story, plan = planned()
    story.measure("0.10", plan)
    story.plan(state="withdrawn")
    assert verdict(story.judge(FAIRNESS)) == ("not-satisfied", None)


def test_run_on_other_data_than_the_plan_names_is_exploratory() -> None:
    story = registered()
    fields = {"subject": RELEASE_DIGEST, "dataset": "1" * 64, "criteria": [CRITERION]}
    plan = story.record("evaluation-plan", "plan-1", fields)
    story.approve(plan)
    story.measure("0.85", plan, dataset="sha256:" + "2" * 64)
    assert verdict(story.judge(FAIRNESS)) == MISSING
    story.measure("0.85", plan, dataset="sha256:" + "1" * 64)
    assert verdict(story.judge(FAIRNESS)) == ("satisfied", None)


def test_plan_about_a_model_version_counts_for_the_release_that_contains_it() -> None:
    story = registered()
    plan = story.plan(subject="sha256:" + "a" * 64, scope=("system", "sys-1"))
    story.approve(plan)
    story.measure("0.85", plan, series={"target": "sha256:" + "a" * 64}, scope=("system", "sys-1"))
    assert verdict(story.judge(FAIRNESS)) == ("satisfied", None)


def test_without_any_plan_the_result_says_to_write_one() -> None:
    result = registered().judge(FAIRNESS)
    assert verdict(result) == MISSING
    assert result["waitingFor"][0]["role"] == "owner"
    assert "criterion of theme fairness" in result["waitingFor"][0]["what"]


def test_criterion_that_cannot_be_used_is_insufficient_and_says_why() -> None:
    story = registered()
    plan = story.plan({**CRITERION, "comparator": "at least"})
    story.approve(plan)
    story.measure("0.85", plan)
    result = story.judge(FAIRNESS)
    assert verdict(result) == ("not-determined", "insufficient")
    assert "comparator" in result["why"]["sentence"]


RELEASE_DIGEST = "c" * 64


@pytest.mark.parametrize(
    ("outcome", "changes", "stands"),
    [
        ("revoked", {"request": "another"}, False),
        ("revoked", {"request": "another", "purpose": "deployment"}, True),
        ("returned", {}, False),
        ("rejected", {}, False),
        ("returned", {"request": "another"}, True),
        ("rejected", {"request": "another"}, True),
    ],
)
def test_revocation_ends_the_purpose_and_a_return_only_its_request(
    outcome: str, changes: dict, stands: bool
) -> None:
    story, plan = planned()
    story.approve(plan, outcome, **changes)
    story.measure("0.99", plan)
    assert verdict(story.judge(FAIRNESS)) == (("satisfied", None) if stands else MISSING)


def test_approval_after_a_revocation_covers_only_later_runs() -> None:
    story, plan = planned()
    story.approve(plan, "revoked")
    story.approve(plan, request="second")
    assert verdict(story.judge(FAIRNESS)) == MISSING
    story.measure("0.99", plan)
    assert verdict(story.judge(FAIRNESS)) == ("satisfied", None)


def test_approval_past_its_validity_does_not_cover_a_later_run() -> None:
    story = registered()
    plan = story.plan()
    story.approve(plan, at="2026-11-01T00:00:00Z", validUntil="2026-11-03T00:00:00Z")
    story.measure("0.99", plan, at="2026-11-03T00:00:00Z")
    assert verdict(story.judge(FAIRNESS)) == MISSING
    story.measure("0.99", plan, at="2026-11-02T23:59:59Z")
    assert verdict(story.judge(FAIRNESS)) == ("satisfied", None)


@pytest.mark.parametrize(
    ("place", "expected"), [("rel-1", ("satisfied", None)), ("rel-9", MISSING)]
)
def test_plan_without_a_subject_is_about_its_scope(place: str, expected: tuple) -> None:
    story = registered()
    plan = story.plan(subject="", scope=("release", place))
    story.approve(plan)
    story.measure("0.85", plan)
    assert verdict(story.judge(FAIRNESS)) == expected


def test_plan_about_another_subject_does_not_apply() -> None:
    story = registered()
    plan = story.plan(subject="b" * 64)
    story.approve(plan)
    story.measure("0.10", plan)
    assert verdict(story.judge(FAIRNESS)) == MISSING


def test_revision_written_later_than_the_instant_is_not_in_force_yet() -> None:
    story, plan = planned()
    story.measure("0.85", plan)
    later = story.plan({**CRITERION, "threshold": "0.99"}, at="2026-11-20T00:00:00Z")
    story.approve(later, at="2026-11-20T00:00:00Z")
    assert verdict(story.judge(FAIRNESS)) == ("satisfied", None)
    assert verdict(story.judge(FAIRNESS, "2026-11-20T00:00:00Z")) == MISSING


def test_criterion_keeps_the_label_its_plan_gives_it() -> None:
    story = registered()
    story.approve(story.plan({**CRITERION, "label": "Four fifths"}))
    element = story.judge(FAIRNESS)["why"]["elements"][0]
    assert element["label"] == "Four fifths"
    assert element["sentence"] == (
        "selection rate ratio by SEX has not been measured under the approved plan "
        "“Fairness plan” (revision 1)."
    )


def test_exploratory_attempts_are_said() -> None:
    story, plan = planned()
    story.measure("0.99")
    sentence = "(exploratory attempts, which count for nothing: 1)."
    assert story.judge(FAIRNESS)["why"]["sentence"].endswith(sentence)
    story.measure("0.99", plan)
    assert "1 exploratory beside them" in story.judge(FAIRNESS)["why"]["sentence"]


def test_withdrawn_plan_is_no_longer_asked_for() -> None:
    story, _ = planned()
    story.plan(state="withdrawn")
    result = story.judge(FAIRNESS)
    assert "No approved evaluation plan" in result["why"]["sentence"]
    assert result["waitingFor"][0]["act"] == "plan"


def test_newest_draft_is_the_one_to_approve() -> None:
    story = registered()
    story.plan(id_="plan-1")
    fields = {"title": "Second plan", "subject": RELEASE_DIGEST, "criteria": [CRITERION]}
    story.record("evaluation-plan", "plan-2", fields)
    story.measure("0.99")
    result = story.judge(FAIRNESS)
    assert "“Second plan”" in result["waitingFor"][0]["what"]
    assert result["why"]["sentence"].endswith("Exploratory attempts, which count for nothing: 1.")


@pytest.mark.parametrize(
    "changes", [{"threshold": "high"}, {"use": "middle"}, {"minimumSample": "many"}]
)
def test_each_part_of_a_criterion_must_be_usable(changes: dict) -> None:
    story = registered()
    plan = story.plan({**CRITERION, **changes})
    story.approve(plan)
    story.measure("0.10", plan)
    assert verdict(story.judge(FAIRNESS)) == ("not-determined", "insufficient")


def test_run_under_another_approved_plan_is_not_exploratory() -> None:
    story, plan = planned()
    second = story.plan({**CRITERION, "threshold": "0.50"}, id_="plan-2")
    story.approve(second)
    story.measure("0.85", plan)
    story.measure("0.85", second)
    result = story.judge(FAIRNESS)
    assert verdict(result) == ("satisfied", None)
    held = [one["details"] for one in result["why"]["elements"]]
    assert [(one["attempts"], one["exploratory"]) for one in held] == [(1, 0), (1, 0)]
