"""Measurements against criteria: all attempts count, intervals, samples, freshness."""

from __future__ import annotations

import pytest

from tests.assessment.rules_story import (
    CRITERION,
    FAIRNESS,
    JSON,
    MODEL,
    OTHER_MODEL,
    Story,
    node,
    planned,
    registered,
    verdict,
)

OTHER_RELEASE = "e" * 64
SATISFIED = ("satisfied", None)
FAILS = ("not-satisfied", None)
INSUFFICIENT = ("not-determined", "insufficient")
OWN = {
    "form": "metric",
    "id": "lineage",
    "label": "Lineage",
    "check": "lineage.completeness",
    "slice": "all",
    "comparator": ">=",
    "threshold": "1",
    "use": "point",
}


def with_criterion(**changes: object) -> tuple[Story, str]:
    story = registered()
    plan = story.plan({**CRITERION, **changes})
    story.approve(plan)
    return story, plan


def details(story: Story) -> JSON:
    found: JSON = story.judge(FAIRNESS)["why"]["elements"][0]["details"]
    return found


def test_later_pass_does_not_hide_a_failure_and_both_are_counted() -> None:
    story, plan = planned()
    story.measure("0.52", plan)
    story.measure("0.90", plan)
    assert verdict(story.judge(FAIRNESS)) == FAILS
    held = details(story)
    assert (held["attempts"], held["failing"], held["value"]) == (2, 1, "0.52")
    assert "2 attempts, 1 failing" in story.judge(FAIRNESS)["why"]["sentence"]


def test_worst_failing_attempt_is_the_one_shown() -> None:
    story, plan = planned()
    for value in ("0.60", "0.52", "0.70"):
        story.measure(value, plan)
    assert details(story)["value"] == "0.52"


def test_invalid_run_counts_as_an_attempt_but_neither_passes_nor_fails() -> None:
    story, plan = planned()
    story.measure(None, plan, status="invalid", reason="NaN scores")
    assert verdict(story.judge(FAIRNESS)) == ("not-determined", "missing")
    story.measure("0.90", plan)
    assert verdict(story.judge(FAIRNESS)) == SATISFIED
    assert (details(story)["attempts"], details(story)["invalid"]) == (2, 1)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "", "0,9", " 0.9", "0x1"])
def test_value_that_is_no_number_is_an_invalid_run_never_a_pass(value: str) -> None:
    story, plan = planned()
    story.measure(value, plan)
    assert verdict(story.judge(FAIRNESS)) == ("not-determined", "missing")
    assert details(story)["invalid"] == 1


def test_interval_upside_down_is_an_invalid_run() -> None:
    story, plan = with_criterion(use="lower")
    story.measure("0.9", plan, held={"lower": "0.95", "upper": "0.85"})
    assert details(story)["invalid"] == 1


def test_superseded_measurement_leaves_judgement_but_stays_counted() -> None:
    story, plan = planned()
    wrong = story.measure("0.10", plan)
    reason = {"id": wrong, "reasonDigest": "9" * 64}
    story.measure("0.90", plan, supersedes=reason)
    assert verdict(story.judge(FAIRNESS)) == SATISFIED
    assert (details(story)["attempts"], details(story)["superseded"]) == (2, 1)


def test_superseding_needs_a_reason() -> None:
    story, plan = planned()
    wrong = story.measure("0.10", plan)
    story.measure("0.90", plan, supersedes={"id": wrong, "reasonDigest": None})
    assert verdict(story.judge(FAIRNESS)) == FAILS


def test_exploratory_run_cannot_supersede_a_planned_failure() -> None:
    story, plan = planned()
    wrong = story.measure("0.10", plan)
    story.measure("0.90", None, supersedes={"id": wrong, "reasonDigest": "9" * 64})
    assert verdict(story.judge(FAIRNESS)) == FAILS


def test_measurement_of_another_series_cannot_supersede_a_failure() -> None:
    story, plan = planned()
    wrong = story.measure("0.10", plan)
    reason = {"id": wrong, "reasonDigest": "9" * 64}
    story.measure("0.90", plan, supersedes=reason, series={"slice": "DIS"})
    assert verdict(story.judge(FAIRNESS)) == FAILS


def test_sample_below_the_minimum_is_insufficient_even_when_the_value_is_good() -> None:
    story, plan = planned()
    story.measure("0.95", plan, held={"n": 199})
    assert verdict(story.judge(FAIRNESS)) == INSUFFICIENT
    assert "199 cases" in story.judge(FAIRNESS)["why"]["sentence"]


@pytest.mark.parametrize(
    ("use", "lower", "upper", "expected"),
    [
        ("point", "0.70", "0.95", SATISFIED),
        ("lower", "0.70", "0.95", FAILS),
        ("lower", "0.80", "0.95", SATISFIED),
        ("upper", "0.70", "0.95", SATISFIED),
        ("lower", None, None, INSUFFICIENT),
        ("upper", "0.70", None, INSUFFICIENT),
    ],
)
def test_criterion_judges_the_point_or_the_bound_it_names(
    use: str, lower: str | None, upper: str | None, expected: tuple
) -> None:
    story, plan = with_criterion(use=use)
    story.measure("0.85", plan, held={"lower": lower, "upper": upper})
    assert verdict(story.judge(FAIRNESS)) == expected


@pytest.mark.parametrize(
    ("comparator", "threshold", "value", "expected"),
    [
        (">=", "0.8", "0.80", SATISFIED),
        (">", "0.80", "0.8", FAILS),
        ("<=", "0.3", "0.30000000000000000001", FAILS),
        ("<", "0.3", "0.29999999999999999999", SATISFIED),
        ("==", "1", "1.000", SATISFIED),
        ("==", "1", "1.001", FAILS),
        (">=", "-1e2", "-100", SATISFIED),
    ],
)
def test_decimals_are_compared_exactly(
    comparator: str, threshold: str, value: str, expected: tuple
) -> None:
    story, plan = with_criterion(comparator=comparator, threshold=threshold)
    story.measure(value, plan)
    assert verdict(story.judge(FAIRNESS)) == expected


def test_every_criterion_of_the_theme_is_needed() -> None:
    story = registered()
    second = {**CRITERION, "id": "by-age", "slice": "AGE"}
    plan = story.plan(CRITERION, second, {**CRITERION, "id": "other", "theme": "performance"})
    story.approve(plan)
    story.measure("0.90", plan)
    assert verdict(story.judge(FAIRNESS)) == ("not-determined", "missing")
    story.measure("0.90", plan, series={"slice": "AGE"})
    assert verdict(story.judge(FAIRNESS)) == SATISFIED


def test_pass_goes_stale_when_its_days_are_over() -> None:
    story, plan = planned()
    story.measure("0.90", plan, at="2026-11-03T10:00:00Z")
    last, over = "2027-05-02T09:59:59Z", "2027-05-02T10:00:00Z"
    assert verdict(story.judge(FAIRNESS, last)) == SATISFIED
    assert verdict(story.judge(FAIRNESS, over)) == ("not-determined", "stale")
    assert story.judge(FAIRNESS)["changesAt"] == "2027-05-02T10:00:00.000000Z"
    assert details(story)["freshUntil"] == "2027-05-02T10:00:00.000000Z"


def test_failure_never_goes_stale() -> None:
    story, plan = planned()
    story.measure("0.10", plan)
    result = story.judge(FAIRNESS, "2036-01-01T00:00:00Z")
    assert verdict(result) == FAILS
    assert result["changesAt"] is None


def test_null_fresh_days_means_as_long_as_the_subject_lives() -> None:
    story, plan = planned()
    story.measure("0.90", plan)
    assert verdict(story.judge(FAIRNESS, "2036-01-01T00:00:00Z", fresh_days=None)) == SATISFIED


def test_what_was_observed_after_the_instant_does_not_count_yet() -> None:
    story, plan = planned()
    story.measure("0.10", plan, end="2026-12-01T00:00:00Z")
    result = story.judge(FAIRNESS)
    assert verdict(result) == ("not-determined", "missing")
    assert result["changesAt"] == "2026-12-01T00:00:00.000000Z"


def test_evidence_about_a_contained_model_version_counts_for_the_release() -> None:
    story, plan = planned()
    story.measure("0.10", plan, series={"target": f"sha256:{MODEL}"})
    assert verdict(story.judge(FAIRNESS)) == FAILS


def test_evidence_about_another_model_version_does_not_count() -> None:
    story, plan = planned()
    story.measure("0.10", plan, series={"target": f"sha256:{OTHER_MODEL}"})
    assert verdict(story.judge(FAIRNESS)) == ("not-determined", "missing")


def test_threshold_of_the_baseline_judges_unplanned_measurements_too() -> None:
    story = registered()
    assert verdict(story.judge(OWN)) == ("not-determined", "missing")
    story.measure("1", series={"check": "lineage.completeness", "slice": "all"})
    result = story.judge(OWN)
    assert verdict(result) == SATISFIED
    assert "asked by the baseline" in result["why"]["sentence"]
    story.measure("0.9", series={"check": "lineage.completeness", "slice": "all"})
    assert verdict(story.judge(OWN)) == FAILS


def test_measurement_of_an_organisation_counts_by_its_scope() -> None:
    story = registered()
    rule = {**OWN, "check": "inventory.unmatched", "comparator": "<=", "threshold": "0"}
    here: JSON = {
        "scope": ("organisation", "org-1"),
        "series": {"check": "inventory.unmatched", "slice": "all"},
    }
    story.measure("0", **here)
    assert verdict(story.judge(rule, scope="organisation")) == SATISFIED
    story.measure("2", **here)
    assert verdict(story.judge(rule, scope="organisation")) == FAILS


def test_why_names_value_threshold_evidence_plan_and_its_approval() -> None:
    story, plan = planned()
    made = story.measure("0.52", plan, held={"lower": "0.50", "upper": "0.54"})
    element = node(story.judge(FAIRNESS)["why"], "fairness")["elements"][0]
    assert element["evidence"] == [made]
    held = element["details"]
    assert (held["value"], held["lower"], held["upper"], held["n"]) == ("0.52", "0.50", "0.54", 900)
    assert (held["comparator"], held["threshold"], held["use"]) == (">=", "0.80", "point")
    assert held["plan"]["evidence"] == plan
    assert held["plan"]["approval"] == "st-4"
    assert element["sentence"] == (
        "selection rate ratio by SEX is 0.52 (0.50 to 0.54) where at least 0.80 "
        "was approved before the run (1 attempt, 1 failing)."
    )


@pytest.mark.parametrize(
    ("comparator", "threshold", "values", "shown"),
    [
        (">=", "0.8", ["0.90", "0.85", "0.95"], "0.85"),
        ("<=", "0.3", ["0.10", "0.20", "0.15"], "0.20"),
        ("<", "0.3", ["0.40", "0.50", "0.35"], "0.50"),
        ("==", "1", ["1.5", "0.1", "1.2"], "0.1"),
    ],
)
def test_worst_attempt_is_furthest_on_the_wrong_side(
    comparator: str, threshold: str, values: list[str], shown: str
) -> None:
    story, plan = with_criterion(comparator=comparator, threshold=threshold)
    for value in values:
        story.measure(value, plan)
    assert details(story)["value"] == shown


def test_freshness_counts_from_the_newest_pass() -> None:
    story, plan = planned()
    story.measure("0.90", plan, end="2026-11-09T00:00:00Z")
    story.measure("0.90", plan, end="2026-10-01T00:00:00Z")
    assert details(story)["freshUntil"] == "2027-05-08T00:00:00.000000Z"


def test_details_name_the_number_that_was_compared() -> None:
    story, plan = with_criterion(use="lower")
    story.measure("0.85", plan, held={"lower": "0.70", "upper": "0.95"})
    assert details(story)["judged"] == "0.70"
    assert "judged by its lower bound" in story.judge(FAIRNESS)["why"]["sentence"]


def test_invalid_run_never_passes_though_it_carries_a_value() -> None:
    story, plan = planned()
    story.measure("0.95", plan, status="invalid")
    assert verdict(story.judge(FAIRNESS)) == ("not-determined", "missing")
    assert details(story)["invalid"] == 1


def test_completed_run_without_a_value_is_invalid() -> None:
    story, plan = planned()
    story.measure(None, plan, status="completed")
    assert details(story)["invalid"] == 1


@pytest.mark.parametrize(
    ("labelled", "value", "expected"),
    [
        (809, "0.90", INSUFFICIENT),
        (810, "0.90", SATISFIED),
        (10, "0.52", FAILS),
        (900, "0.90", SATISFIED),
    ],
)
def test_labels_of_few_rows_can_show_a_failure_and_never_a_pass(
    labelled: int, value: str, expected: tuple[str, str | None]
) -> None:
    story, plan = planned()
    story.measure(value, plan, labels={"digest": "e" * 64, "rows": labelled})
    assert verdict(story.judge(FAIRNESS)) == expected


def test_more_labels_of_the_same_rows_complete_what_was_too_little() -> None:
    story, plan = planned()
    story.measure("0.90", plan, labels={"digest": "e" * 64, "rows": 400})
    assert "labels came for 400 of 900 rows" in str(story.judge(FAIRNESS)["why"])
    story.measure("0.85", plan, labels={"digest": "f" * 64, "rows": 900})
    assert verdict(story.judge(FAIRNESS)) == SATISFIED


def elsewhere(story: Story, value: str, model: str) -> None:
    """A test of a model in another release."""
    target = {"target": f"sha256:{OTHER_RELEASE}"}
    story.measure(value, series=target, subjects=[OTHER_RELEASE, model])


def test_failure_of_the_same_model_under_another_release_is_told_and_decides_nothing() -> None:
    story, plan = planned()
    story.measure("0.90", plan)
    elsewhere(story, "0.52", MODEL)
    elsewhere(story, "0.95", MODEL)
    result = story.judge(FAIRNESS)
    assert verdict(result) == SATISFIED
    held = details(story)
    assert (held["otherReleases"], held["otherReleasesFailing"], held["attempts"]) == (2, 1, 1)
    told = "The same model failed it under another release, in 1 of 2 attempts."
    assert told in result["why"]["sentence"]


def test_another_model_is_no_attempt_of_this_one() -> None:
    story, plan = planned()
    story.measure("0.90", plan)
    elsewhere(story, "0.52", OTHER_MODEL)
    assert details(story)["otherReleases"] == 0
    assert "another release" not in story.judge(FAIRNESS)["why"]["sentence"]
