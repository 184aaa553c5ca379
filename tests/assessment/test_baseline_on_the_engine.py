"""The baseline's rules, judged by the rule engine over small logs."""

from __future__ import annotations

from typing import cast

import pytest

from governance.assessment.catalog_files import BASELINES, Entry, load_baseline
from governance.assessment.rules import Indexed, evaluate, read_log
from tests.assessment.rules_story import (
    EXECUTIVE,
    JSON,
    MODEL,
    ORGANISATION,
    OWNER,
    RELEASE,
    SYSTEM,
    VALIDATOR,
    Story,
    registered,
)

HIGH = load_baseline(BASELINES / "high_risk.yaml")
OUTCOMES = [entry.id for entry in HIGH.entries]
ENTRIES = pytest.mark.parametrize("entry", HIGH.entries, ids=lambda entry: entry.id)
IDS = {"organisation": ORGANISATION, "system": SYSTEM, "release": "rel-1", "deployment": "dep-1"}
PLACE = ("system", SYSTEM)
WORDS = (
    "purpose intendedUse misuse users affectedPeople context legalBasis benefits costsOfErrors "
    "scopeOfApplication outOfScope oversight operatorProficiency feedbackChannel tierReason"
)


def judge(story: Story, entry: Entry) -> JSON:
    target = story.target(entry.scope, IDS[entry.scope])
    return evaluate(
        entry.content, target, read_log(cast(list[Indexed], story.leaves)), "2026-11-10T00:00:00Z"
    )


def satisfied(story: Story) -> set[str]:
    return {one.id for one in HIGH.entries if judge(story, one)["determination"] == "satisfied"}


def bare() -> Story:
    story = registered()
    story.live()
    return story


def used() -> Story:
    """A first release after ordinary use: no document, no conclusion, no measurement."""
    story = bare()
    people = {
        "owner": OWNER,
        "validator": VALIDATOR,
        "executive": EXECUTIVE,
        "reviewDue": "2027-06-01",
    }
    described = dict.fromkeys(WORDS.split(), "said in words")
    tier = {"tier": "high", "tierState": "confirmed"}
    story.record("system", SYSTEM, {**people, **described, **tier}, scope=PLACE)
    made = {"task": "binary classification", "method": "gradient boosting", "signature": "{}"}
    story.record("model-version", "mv-1", {"digest": MODEL, **made}, scope=PLACE)
    release(story)
    risk = {
        "likelihood": "3",
        "impact": "4",
        "treatment": "mitigate",
        "owner": OWNER,
        "residual": "2",
    }
    story.record("risk", "risk-1", risk, scope=PLACE)
    evaluated(story)
    inventoried(story, 0)
    return story


def release(story: Story) -> None:
    fields = {
        "system": SYSTEM,
        "digest": f"sha256:{RELEASE}",
        "models": [{"version": "mv-1", "digest": f"sha256:{MODEL}"}],
        "decision": {"cutOff": "0.5"},
        "limitations": "people aged 16 to 64",
        "intendedUseRevision": "9" * 64,
    }
    revision = story.record("release", "rel-1", fields)
    opinion = {
        "verdict": "fit-with-findings",
        "opinion": "tested",
        "tests": ["t"],
        "independent": True,
    }
    story.record("opinion", "op-1", opinion, author=VALIDATOR, subjects=[RELEASE])
    story.approve(revision, person=EXECUTIVE, role="executive")


def evaluated(story: Story) -> None:
    plan = story.plan()
    fields = {"title": "Plan", "subject": RELEASE, "dataset": "d" * 64, "criteria": [{"id": "c"}]}
    plan = story.record("evaluation-plan", "plan-1", fields)
    story.approve(plan)
    run = {"subject": RELEASE, "plan": "plan-1", "dataset": "d", "code": "c", "environment": "e"}
    story.record("evaluation-run", "run-1", run, "completed")


def inventoried(story: Story, unmatched: int) -> None:
    fields = {"owner": OWNER, "unmatched": unmatched, "reconciled": unmatched == 0}
    story.record("inventory", "inv-1", fields, scope=("organisation", ORGANISATION))


@ENTRIES
def test_what_is_merely_registered_meets_nothing_and_says_what_would_fill_it(entry: Entry) -> None:
    result = judge(bare(), entry)
    assert result["determination"] == "not-determined"
    assert result["waitingFor"] and all(one["what"] and one["role"] for one in result["waitingFor"])


def test_ordinary_use_meets_what_rests_on_records_and_nothing_that_asks_for_more() -> None:
    assert satisfied(used()) == {
        "GOVERN 1.6",
        "GOVERN 2.3",
        "MAP 2.1",
        "MAP 3.1",
        "MAP 3.3",
        "MAP 5.1",
        "MEASURE 1.3",
        "MEASURE 2.1",
        "MANAGE 1.1",
        "MANAGE 1.2",
        "MANAGE 1.3",
        "MANAGE 1.4",
    }


def test_context_needs_the_officer_who_concludes() -> None:
    story = used()
    story.conclude("satisfied", "officer-1", role="officer", requirement="MAP 1.1", scope=PLACE)
    assert "MAP 1.1" in satisfied(story)


def test_one_unlisted_deployment_breaks_the_inventory_until_it_is_listed() -> None:
    story, entry = used(), HIGH.entries[OUTCOMES.index("GOVERN 1.6")]
    inventoried(story, 1)
    assert judge(story, entry)["determination"] == "not-satisfied"
    inventoried(story, 0)
    assert judge(story, entry)["determination"] == "satisfied"


def test_a_roll_back_that_was_made_meets_the_outcome_on_switching_off() -> None:
    story = used()
    fields = {
        "system": SYSTEM,
        "release": "rel-1",
        "rollback": True,
        "from": "2026-11-05T00:00:00Z",
    }
    story.record("deployment", "dep-2", fields, "live", scope=("deployment", "dep-2"))
    assert "MANAGE 2.4" in satisfied(story)


def test_an_unrated_risk_leaves_every_outcome_on_risks_open() -> None:
    story = used()
    story.record("risk", "risk-2", {"owner": OWNER, "likelihood": "2"}, scope=PLACE)
    lost = satisfied(used()) - satisfied(story)
    assert lost == {"MAP 5.1", "MANAGE 1.2", "MANAGE 1.3", "MANAGE 1.4"}


def test_an_approval_by_another_role_is_no_decision_of_the_executive() -> None:
    story = bare()
    story.record("system", SYSTEM, {"owner": OWNER, "executive": EXECUTIVE}, scope=PLACE)
    release(story)
    acts = [one for one in story.leaves if one["statement"]["predicate"].get("outcome")]
    for one in acts:
        one["statement"]["predicate"]["role"] = "officer"
    assert not satisfied(story) & {"GOVERN 2.3", "MANAGE 1.1"}
