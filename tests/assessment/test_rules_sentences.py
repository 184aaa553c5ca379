"""Sentences of results: grammar, words a reader knows, and what would really fill a gap."""

from __future__ import annotations

from typing import Any, cast

import pytest

from governance.assessment.catalog_files import BASELINES, load_baseline
from governance.assessment.rules import Indexed, evaluate, read_log
from governance.assessment.rules.decimals import rounded
from governance.assessment.rules.words import FIELD_WORDS, an, topic_words
from governance.registry.models import PROFILE_FIELDS
from monitoring.checks import THEMES
from tests.assessment.rules_story import (
    ORGANISATION,
    SYSTEM,
    Story,
    planned,
    registered,
)

HIGH = load_baseline(BASELINES / "high_risk.yaml")
ENTRIES = {entry.id: entry for entry in HIGH.entries}
IDS = {"organisation": ORGANISATION, "system": SYSTEM, "release": "rel-1", "deployment": "dep-1"}


def judged(requirement: str, story: Story | None = None) -> dict[str, Any]:
    told = story or registered()
    entry = ENTRIES[requirement]
    target = told.target(entry.scope, IDS[entry.scope])
    log = read_log(cast(list[Indexed], told.leaves))
    return evaluate(entry.content, target, log, "2026-11-10T00:00:00Z")


def asked(requirement: str, story: Story | None = None) -> list[str]:
    return [one["what"] for one in judged(requirement, story)["waitingFor"]]


def metric_elements(rule: dict[str, Any]) -> list[dict[str, Any]]:
    below = [*rule.get("all", ()), *rule.get("any", ())]
    found = [one for part in below for one in metric_elements(part)]
    return found + ([rule] if "theme" in rule else [])


def test_a_vowel_takes_an() -> None:
    assert [an("opinion"), an("evaluation plan"), an("document")] == [
        "an opinion",
        "an evaluation plan",
        "a document",
    ]


def test_fields_of_a_systems_record_are_called_as_on_the_form() -> None:
    assert {name: FIELD_WORDS[name] for name in PROFILE_FIELDS} == {
        name: f"“{label}”" for name, label in PROFILE_FIELDS.items()
    }


def test_a_topic_leaves_out_that_the_document_is_to_be_approved() -> None:
    assert topic_words("Third-party parts with licences and legal risks, approved") == (
        "Third-party parts with licences and legal risks"
    )
    assert topic_words("Risk tolerance, in force and approved") == "Risk tolerance"


def test_sentences_say_four_decimals_at_most() -> None:
    assert [rounded("0.123456"), rounded("0.80"), rounded("0.52319")] == [
        "0.1235",
        "0.80",
        "0.5232",
    ]


def test_a_shortened_figure_never_crosses_the_threshold() -> None:
    assert rounded("0.799999", "0.80") == "0.799999"
    assert rounded("0.799999", "0.90") == "0.8000"


@pytest.mark.parametrize(
    ("requirement", "what"),
    [
        ("MAP 2.3", "Write an evaluation plan with criteria and dataset, and have it approved."),
        (
            "MEASURE 1.3",
            "Give an opinion that is independent, with verdict, opinion and tests.",
        ),
        (
            "MAP 4.1",
            "Attach a document on the topic “Third-party parts with licences and legal risks” "
            "(MAP 4.1), and have it approved.",
        ),
        ("MANAGE 1.2", "Enter a risk with likelihood, impact, treatment and owner."),
        ("MANAGE 2.4", "Carry out a roll-back, in earnest or as an exercise."),
        ("MAP 3.3", "Confirm the tier, with reasons."),
        ("GOVERN 1.6", "Name the keeper of the inventory."),
        ("MAP 2.1", "Register a model version that states task, method and signature."),
        ("MEASURE 2.7", "Upload the model file and let it be inspected."),
        (
            "MEASURE 2.7",
            "No worker measures security yet: this stays not determined until one does.",
        ),
    ],
)
def test_what_would_fill_it_is_said_as_somebody_would_do_it(requirement: str, what: str) -> None:
    assert what in asked(requirement)


def test_where_no_worker_measures_the_other_way_is_named_too() -> None:
    assert asked("MEASURE 2.12") == [
        "No worker measures energy yet: this stays not determined until one does.",
        "Attach a document on the topic “Estimate of energy with its method” (MEASURE 2.12), "
        "and have it approved.",
    ]


def test_the_baseline_knows_which_themes_a_worker_measures() -> None:
    elements = [one for entry in HIGH.entries for one in metric_elements(entry.content["rule"])]
    assert elements
    for element in elements:
        assert element.get("measured", True) == (element["theme"] in THEMES), element["id"]


def test_an_empty_field_is_called_as_on_the_form() -> None:
    story = registered()
    story.record("system", SYSTEM, {"affectedPeople": "Claimants"}, scope=("system", SYSTEM))
    assert asked("MAP 3.2", story)[0] == "Fill in “What errors cost, and whom” of the system."


def test_a_failed_figure_asks_first_for_another_release_or_an_exception() -> None:
    story, plan = planned()
    story.measure("0.52", plan)
    waiting = judged("MEASURE 2.11", story)["waitingFor"]
    assert waiting[0] == {
        "what": "The figure does not hold: make another release, or ask for an exception.",
        "role": "owner",
        "act": "release",
        "element": waiting[0]["element"],
    }
    assert "Record a conclusion by the validator about this requirement." in [
        one["what"] for one in waiting[1:]
    ]


def test_deployments_that_do_not_match_lead_to_the_inventory_page() -> None:
    story = registered()
    fields = {"owner": "person-1", "unmatched": "2", "reconciled": False}
    story.record("inventory", "inv-1", fields, scope=("organisation", ORGANISATION))
    result = judged("GOVERN 1.6", story)
    assert result["why"]["elements"][0]["sentence"] == (
        "The inventory on record is not enough: something runs that does not match it."
    )
    assert [one["what"] for one in result["waitingFor"]] == [
        "See on the inventory page what runs and does not match; register, admit or end it."
    ]


@pytest.mark.parametrize("requirement", ENTRIES)
def test_no_act_is_named_twice(requirement: str) -> None:
    story = registered()
    story.live()
    said = asked(requirement, story)
    assert len(said) == len(set(said))
