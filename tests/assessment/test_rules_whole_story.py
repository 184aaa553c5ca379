"""The first system's way through the rules: an honest failure, an exception, a replay, a second version."""

from __future__ import annotations

import pytest

from governance.assessment.rules import badge, evaluate
from tests.assessment.rules_story import FAIRNESS, JSON, SYSTEM, Story, entry, planned, verdict

FAIR = {
    "all": [
        {**FAIRNESS, "watch": True},
        {
            "form": "statement",
            "id": "opinion",
            "label": "Opinion",
            "kind": "conclusion",
            "role": "validator",
        },
    ]
}
TRIAGE = {"form": "monitor", "id": "alerts", "label": "Alerts triaged", "signal": "alerts"}
SECOND_MODEL, SECOND_RELEASE = "7" * 64, "8" * 64


@pytest.fixture
def story() -> Story:
    """Version 1 tested under an approved plan: the four-fifths rule fails, and the validator says so."""
    story, plan = planned()
    story.measure("0.52", plan, held={"lower": "0.50", "upper": "0.54"})
    story.conclude("not-satisfied")
    return story


def grant(story: Story) -> None:
    fields = {"requirements": ["MEASURE 2.11"], "scope": "rel-1", "expires": "2026-12-06T00:00:00Z"}
    fields["compensatingControl"] = "A person reviews places below the cut-off."
    story.approve(story.record("exception", "ex-1", fields), purpose="grant an exception")


def test_fairness_fails_honestly_and_the_validator_agrees(story: Story) -> None:
    result = story.judge(FAIR)
    assert verdict(result) == ("not-satisfied", None)
    assert (result["basis"], result["conclusion"]["state"]) == ("computed-here", "agrees")
    assert badge(result) == ("bad", "not satisfied")


def test_exception_warns_and_loosens_nothing(story: Story) -> None:
    grant(story)
    result = story.judge(FAIR)
    assert verdict(result) == ("not-satisfied", None)
    assert badge(result) == ("warn", "not satisfied, exception until 5 Dec 2026")


def test_a_better_rerun_does_not_help_the_failed_release(story: Story) -> None:
    story.measure("0.95", "st-3")
    result = story.judge(FAIR)
    assert verdict(result) == ("not-satisfied", None)
    assert "2 attempts, 1 failing" in result["why"]["elements"][0]["sentence"]


def test_alert_missed_once_turns_the_triage_outcome_without_a_hand(story: Story) -> None:
    story.live()
    story.alert("triaged", "alert-1", triaged="2026-11-05T00:00:00Z")
    story.alert("open", "alert-2")
    frame = {"scope": "deployment", "fresh_days": 30}
    before = story.judge(TRIAGE, "2026-11-05T12:00:00Z", **frame)
    assert verdict(before) == ("satisfied", None)
    turned = story.judge(TRIAGE, before["changesAt"], **frame)
    assert verdict(turned) == ("not-satisfied", None)


def second_version(story: Story) -> dict:
    fields: JSON = {"system": SYSTEM, "digest": SECOND_RELEASE}
    fields["models"] = [{"version": "mv-2", "digest": SECOND_MODEL}]
    story.record("release", "rel-2", fields, scope=("release", "rel-2"))
    return story.target("release", "rel-2")


def test_no_evidence_carries_over_to_version_two(story: Story) -> None:
    grant(story)
    result = evaluate(entry(FAIR), second_version(story), story.leaves, "2026-11-10T00:00:00Z")
    assert verdict(result) == ("not-determined", "missing")
    assert (result["exception"], result["conclusion"]["state"]) == (None, "none")


def test_version_two_is_judged_on_its_own_while_version_one_is_in_alarm(story: Story) -> None:
    story.live()
    story.alert("open")
    target = second_version(story)
    here: JSON = {"scope": ("release", "rel-2")}
    plan = story.plan(id_="plan-2", subject=SECOND_RELEASE, **here)
    story.approve(plan, **here)
    story.measure("0.90", plan, series={"target": f"sha256:{SECOND_RELEASE}"}, **here)
    story.conclude("satisfied", **here)
    result = evaluate(entry(FAIR), target, story.leaves, "2026-11-10T00:00:00Z")
    assert badge(result) == ("good", "satisfied")


def test_known_then_and_known_now_are_two_questions(story: Story) -> None:
    size = len(story.leaves)
    story.live("2026-11-03T12:00:00Z")
    story.measure("0.40", "st-3", scope=("deployment", "dep-1"), end="2026-11-05T00:00:00Z")
    target, at = story.target(), "2026-11-06T00:00:00Z"
    then = evaluate(entry(FAIRNESS), target, story.leaves, at, log_size=size)
    now = evaluate(entry(FAIRNESS), target, story.leaves, at)
    assert len(then["why"]["elements"]) == 1
    assert len(now["why"]["elements"]) == 2
