"""When a requirement is due, tailored out, inherited or excepted, and the badge of each."""

from __future__ import annotations

import pytest

from governance.assessment.rules import badge, evaluate, inherit
from tests.assessment.rules_story import (
    EXECUTIVE,
    FAIRNESS,
    JSON,
    ORGANISATION,
    OWNER,
    SYSTEM,
    Story,
    T,
    entry,
    planned,
    registered,
    verdict,
)

RECORD = {"form": "record", "id": "review", "label": "Review", "kind": "document"}
AFTER_30: JSON = {"due": {"post-deployment-days": 30}, "scope": "deployment"}
EXCEPTION = {"requirements": ["MEASURE 2.11"], "scope": "rel-1", "expires": "2026-12-06T00:00:00Z"}
TAILORING = {"requirement": "MEASURE 2.11", "scope": SYSTEM, "reason": "no people are affected"}


def failing() -> Story:
    story, plan = planned()
    story.measure("0.52", plan)
    return story


@pytest.mark.parametrize("due", ["design", "pre-deployment"])
def test_early_outcomes_are_due_before_anything_is_live(due: str) -> None:
    assert registered().judge(RECORD, due=due)["applicability"] == "applicable"


def test_post_deployment_days_count_from_the_deployment() -> None:
    story = registered()
    story.live("2026-11-03T12:00:00Z")
    result = story.judge(RECORD, "2026-12-03T11:59:59Z", **AFTER_30)
    assert result["applicability"] == "not-yet-due"
    assert result["dueAt"] == result["changesAt"] == "2026-12-03T12:00:00.000000Z"
    assert badge(result) == ("wait", "not yet due")
    assert story.judge(RECORD, "2026-12-03T12:00:00Z", **AFTER_30)["applicability"] == "applicable"


def test_outcome_of_a_release_that_never_went_live_is_not_yet_due() -> None:
    result = registered().judge(RECORD, due={"post-deployment-days": 0})
    assert (result["applicability"], result["changesAt"]) == ("not-yet-due", None)


def test_deployment_planned_for_later_is_not_yet_due() -> None:
    story = registered()
    story.live("2027-01-01T00:00:00Z")
    changes: JSON = {"due": {"post-deployment-days": 0}, "scope": "deployment"}
    assert story.judge(RECORD, **changes)["applicability"] == "not-yet-due"


def test_not_yet_due_badge_says_what_is_known_so_far() -> None:
    story = failing()
    story.live()
    changes: JSON = {"due": {"post-deployment-days": 30}}
    assert badge(story.judge(FAIRNESS, **changes)) == ("wait", "not yet due, not satisfied so far")


def test_tailoring_needs_a_second_person() -> None:
    story = failing()
    made = story.record("tailoring", "tail-1", TAILORING, "proposed")
    assert story.judge(FAIRNESS)["applicability"] == "applicable"
    story.approve(made, person=OWNER)
    assert story.judge(FAIRNESS)["applicability"] == "applicable"
    approval = story.approve(made, person=EXECUTIVE)
    result = story.judge(FAIRNESS)
    assert result["applicability"] == "not-applicable"
    assert result["why"]["evidence"] == [made, approval]
    assert result["waitingFor"] == []
    assert badge(result) == ("none", "not applicable")


def test_tailoring_keeps_the_determination_visible_beneath_it() -> None:
    story = failing()
    story.approve(story.record("tailoring", "tail-1", TAILORING))
    result = story.judge(FAIRNESS)
    assert result["determination"] == "not-satisfied"
    assert result["why"]["elements"][0]["id"] == "fairness"


@pytest.mark.parametrize(
    "changes",
    [{"requirement": "MAP 1.1"}, {"scope": "sys-9"}, {"decision": "applicable"}],
)
def test_tailoring_of_something_else_does_not_apply(changes: dict) -> None:
    story = failing()
    fields = {**TAILORING, **changes}
    story.approve(story.record("tailoring", "tail-1", fields, scope=("system", "sys-9")))
    assert story.judge(FAIRNESS)["applicability"] == "applicable"


def test_tailoring_lapses_with_its_validity() -> None:
    story = failing()
    story.approve(story.record("tailoring", "t-1", TAILORING, valid_until="2026-11-20T00:00:00Z"))
    assert story.judge(FAIRNESS)["applicability"] == "not-applicable"
    assert story.judge(FAIRNESS, "2026-11-20T00:00:00Z")["applicability"] == "applicable"


def test_exception_never_changes_the_determination() -> None:
    story = failing()
    made = story.record("exception", "ex-1", EXCEPTION)
    assert story.judge(FAIRNESS)["exception"] is None
    approval = story.approve(made)
    result = story.judge(FAIRNESS)
    assert verdict(result) == ("not-satisfied", None)
    assert result["exception"] == {
        "id": "ex-1",
        "expires": "2026-12-06T00:00:00.000000Z",
        "until": "2026-12-05",
        "evidence": [made, approval],
    }
    assert badge(result) == ("warn", "not satisfied, exception until 5 Dec 2026")


def test_exception_lapses_by_time_alone() -> None:
    story = failing()
    story.approve(story.record("exception", "ex-1", EXCEPTION))
    assert story.judge(FAIRNESS)["changesAt"] == "2026-12-06T00:00:00.000000Z"
    result = story.judge(FAIRNESS, "2026-12-06T00:00:00Z")
    assert result["exception"] is None
    assert badge(result) == ("bad", "not satisfied")


@pytest.mark.parametrize(
    "changes",
    [{"requirements": ["MAP 1.1"]}, {"expires": None}, {"scope": "rel-9"}],
)
def test_exception_needs_the_requirement_an_expiry_and_the_target(changes: dict) -> None:
    story = failing()
    story.approve(story.record("exception", "ex-1", {**EXCEPTION, **changes}))
    assert story.judge(FAIRNESS)["exception"] is None


def test_exception_revoked_is_over() -> None:
    story = failing()
    made = story.record("exception", "ex-1", EXCEPTION)
    story.approve(made)
    story.approve(made, "revoked")
    assert story.judge(FAIRNESS)["exception"] is None


def test_exception_given_later_does_not_reach_back() -> None:
    story = failing()
    story.approve(story.record("exception", "ex-1", EXCEPTION), at="2026-11-20T00:00:00Z")
    assert story.judge(FAIRNESS)["exception"] is None


def inherited(story: Story) -> dict:
    result = story.judge(RECORD, scope="organisation")
    return inherit(result, story.target("organisation", ORGANISATION), story.target())


def test_lower_scope_inherits_the_determination_and_names_its_provider() -> None:
    story = registered()
    story.record("document", "doc-1", {}, scope=("organisation", ORGANISATION))
    result = inherited(story)
    assert (result["applicability"], result["basis"]) == ("inherited", "inherited")
    assert result["provider"] == {"type": "organisation", "id": ORGANISATION, "owner": None}
    assert result["target"]["id"] == "rel-1"
    assert badge(result) == ("good", "satisfied")


def test_inherited_failure_stays_a_failure_and_names_who_can_mend_it() -> None:
    story = registered()
    story.state("not-met", scope=("organisation", ORGANISATION))
    assert badge(inherited(story)) == ("bad", "not satisfied")
    story = registered()
    story.state("not-met", scope=("system", SYSTEM))
    provider = story.target("system", SYSTEM)
    result = inherit(story.judge(RECORD, scope="system"), provider, story.target())
    assert result["provider"]["owner"] == OWNER


def test_what_is_not_applicable_above_is_not_applicable_below() -> None:
    story = registered()
    fields = {**TAILORING, "scope": ORGANISATION}
    story.approve(story.record("tailoring", "t-1", fields, scope=("organisation", ORGANISATION)))
    assert badge(inherited(story)) == ("none", "not applicable")


def test_badges_of_determined_and_undetermined_results() -> None:
    story, plan = planned()
    assert badge(story.judge(FAIRNESS)) == ("none", "not determined: missing")
    story.measure("0.90", plan)
    assert badge(story.judge(FAIRNESS)) == ("good", "satisfied")
    story.conclude("not-satisfied")
    assert badge(story.judge(FAIRNESS)) == ("warn", "satisfied, the validator differs")


def test_entry_is_not_judged_at_another_scope_than_its_own() -> None:
    story = registered()
    with pytest.raises(ValueError, match="evaluate it there and inherit"):
        evaluate(entry(RECORD), story.target("system", SYSTEM), story.leaves, T)
