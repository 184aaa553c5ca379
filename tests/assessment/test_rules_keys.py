"""What a revoked key signed, and what was computed elsewhere where a figure computed here is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from governance.assessment.rules import RuleError, parse_rule
from tests.assessment.rules_story import (
    FAIRNESS,
    OFFICER,
    Story,
    find,
    planned,
    registered,
    verdict,
)

HERE = {**FAIRNESS, "assurance": "computed-here"}
ELSEWHERE: dict[str, Any] = {"assurance": "computed-elsewhere"}
SPEECH = {"form": "statement", "id": "s", "label": "Said", "kind": "management", "role": "officer"}
OPINION = {"form": "statement", "id": "c", "label": "C", "kind": "conclusion", "role": "validator"}
RECORD = {"form": "record", "id": "doc", "label": "Card", "kind": "document", "approved": True}


def said(story: Story, rule: dict[str, Any]) -> tuple[str, str | None]:
    return verdict(story.judge(rule))


def test_a_pass_of_a_revoked_key_is_gone_and_its_failure_stays() -> None:
    story, plan = planned()
    story.measure("0.9", plan, revoked=True)
    result = story.judge(FAIRNESS)
    assert verdict(result) == ("not-determined", "missing")
    assert "the key that signed the measurement has been revoked" in result["why"]["sentence"]
    story.measure("0.5", plan, revoked=True)
    assert said(story, FAIRNESS) == ("not-satisfied", None)


def test_a_revoked_key_corrects_nothing() -> None:
    story, plan = planned()
    wrong = story.measure("0.5", plan)
    link = {"id": wrong, "reasonDigest": "9" * 64}
    story.measure("0.9", plan, supersedes=link, revoked=True)
    assert said(story, FAIRNESS) == ("not-satisfied", None)


def test_what_was_computed_elsewhere_is_shown_and_cannot_pass() -> None:
    story, plan = planned()
    one = story.measure("0.9", plan, **ELSEWHERE)
    assert said(story, FAIRNESS) == ("satisfied", None)
    result = story.judge(HERE)
    assert verdict(result) == ("not-determined", "insufficient")
    assert one in result["why"]["evidence"] and result["basis"] == "computed-elsewhere"
    assert result["waitingFor"][0]["what"].startswith("Measure selection rate ratio by SEX on this")
    story.measure("0.85", plan)
    result = story.judge(HERE)
    assert verdict(result) == ("satisfied", None) and result["basis"] == "computed-here"
    assert "1 computed elsewhere" in result["why"]["sentence"]


def test_what_was_computed_elsewhere_fails_where_it_fails() -> None:
    story, plan = planned()
    story.measure("0.9", plan)
    story.measure("0.5", plan, **ELSEWHERE)
    assert said(story, HERE) == ("not-satisfied", None)


def test_in_production_a_later_period_from_elsewhere_hides_no_older_pass() -> None:
    story, plan = planned()
    story.live()
    place = {"scope": ("deployment", "dep-1")}
    rule = {**HERE, "data": "production"}
    story.measure("0.9", plan, begin="2026-11-03T00:00:00Z", end="2026-11-04T00:00:00Z", **place)
    assert said(story, rule) == ("satisfied", None)
    period = {"begin": "2026-11-05T00:00:00Z", "end": "2026-11-06T00:00:00Z"}
    story.measure("0.9", plan, **period, **place, **ELSEWHERE)
    assert said(story, rule) == ("not-determined", "insufficient")


def test_an_approval_of_a_revoked_key_was_not_given() -> None:
    story = registered()
    plan = story.plan(at="2026-11-02T09:00:00Z")
    story.approve(plan, at="2026-11-02T10:00:00Z", revoked=True)
    story.measure("0.9", plan)
    assert said(story, FAIRNESS) == ("not-determined", "missing")


def test_a_withdrawal_of_a_revoked_key_stands() -> None:
    story, plan = planned()
    story.measure("0.9", plan)
    story.approve(plan, "revoked", revoked=True)
    assert said(story, FAIRNESS)[0] == "not-determined"


def test_words_for_the_subject_are_gone_and_words_against_it_stay() -> None:
    story = registered()
    story.state("met", revoked=True)
    assert said(story, SPEECH) == ("not-determined", "missing")
    story.state("not-met", revoked=True)
    assert said(story, SPEECH) == ("not-satisfied", None)
    story.state("met", OFFICER, revoked=True)
    assert said(story, SPEECH) == ("not-satisfied", None), "it does not end the one before"
    story = registered()
    story.conclude("satisfied", revoked=True)
    assert said(story, OPINION) == ("not-determined", "missing")


def test_nothing_holds_on_a_record_of_a_revoked_key() -> None:
    story = registered()
    card = story.record("document", "doc-1", {"a": "1"}, "in-force", revoked=True)
    story.approve(card)
    result = story.judge(RECORD)
    assert verdict(result) == ("not-determined", "insufficient")
    assert "A key that signed this has been revoked." in result["why"]["sentence"]
    assert "again" in result["waitingFor"][0]["what"]
    again = story.record("document", "doc-1", {"a": "1"}, "in-force")
    story.approve(again)
    assert said(story, RECORD) == ("satisfied", None)


def test_where_no_key_is_revoked_nothing_is_added() -> None:
    story, plan = planned()
    story.measure("0.9", plan)
    node = find(story.judge(FAIRNESS)["why"], "fairness")
    assert node is not None and "assurance" not in node["details"]
    assert "byRevokedKey" not in node["elements"][0]["details"]


@pytest.mark.parametrize("word", ["record", "here", True, None])
def test_an_assurance_that_no_measurement_has_is_refused(word: Any) -> None:
    with pytest.raises(RuleError) as caught:
        parse_rule({**FAIRNESS, "assurance": word})
    assert caught.value.pointer == "/assurance"
    parse_rule(HERE)
