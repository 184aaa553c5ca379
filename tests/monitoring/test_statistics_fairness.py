"""Fairness of a decision between groups, against fairlearn."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from monitoring.statistics.errors import MeasureCode, MeasureError
from monitoring.statistics.fairness import (
    demographic_parity_difference,
    equalized_odds_difference,
    error_rate_groups,
    selection_rate_ratio,
)
from monitoring.statistics.groups import age_bands, decision_groups, groups_of_counts
from monitoring.statistics.inputs import BinaryLabels

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fairlearn import metrics as fairlearn

CLASSES = BinaryLabels(negative=0, positive=1)


def decided(n: int = 3000, seed: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(group, label, decision): groups 1, 2, 3 are treated unequally."""
    random = np.random.default_rng(seed)
    group = random.choice([1, 2, 3], n, p=[0.5, 0.3, 0.2])
    labels = (random.random(n) < 0.4).astype(int)
    decisions = (random.random(n) < 0.15 * group + 0.3 * labels).astype(int)
    return group, labels, decisions


def test_selection_rates_equal_fairlearns() -> None:
    group, labels, decisions = decided()
    frame = fairlearn.MetricFrame(
        metrics=fairlearn.selection_rate,
        y_true=labels,
        y_pred=decisions,
        sensitive_features=group,
    )
    kept = decision_groups("RACE", group, decisions, CLASSES).kept
    assert [g.slice for g in kept] == ["RACE=1", "RACE=2", "RACE=3"]
    assert [g.value for g in kept] == pytest.approx(frame.by_group.tolist(), abs=1e-12)


def test_ratio_and_difference_equal_fairlearns() -> None:
    group, labels, decisions = decided()
    groups = decision_groups("RACE", group, decisions, CLASSES)
    oracle = {"y_true": labels, "y_pred": decisions, "sensitive_features": group}
    assert selection_rate_ratio(groups).value == pytest.approx(
        fairlearn.demographic_parity_ratio(**oracle), abs=1e-12
    )
    assert demographic_parity_difference(groups).value == pytest.approx(
        fairlearn.demographic_parity_difference(**oracle), abs=1e-12
    )


def test_equalized_odds_difference_equals_fairlearns() -> None:
    group, labels, decisions = decided()
    rates = error_rate_groups("RACE", group, labels, decisions, CLASSES)
    oracle = fairlearn.equalized_odds_difference(labels, decisions, sensitive_features=group)
    estimate = equalized_odds_difference(rates)
    assert estimate.value == pytest.approx(oracle, abs=1e-12)
    assert estimate.lower < estimate.value < estimate.upper


def test_a_small_group_is_listed_and_enters_no_ratio() -> None:
    group, _, decisions = decided()
    group, decisions = np.append(group, [9] * 150), np.append(decisions, [0] * 150)
    groups = decision_groups("RACE", group, decisions, CLASSES)
    assert [g.as_dict() for g in groups.left_out] == [
        {"slice": "RACE=9", "n": 150, "reason": "150 rows, fewer than 200"}
    ]
    assert selection_rate_ratio(groups).value > 0.2


def test_rows_without_the_attribute_are_listed_not_dropped() -> None:
    group, _, decisions = decided()
    values = group.astype(object)
    values[:500] = None
    groups = decision_groups("RACE", values, decisions, CLASSES)
    assert (groups.left_out[0].n, groups.left_out[0].slice) == (500, "RACE=not recorded")
    assert groups.n == 2500


def test_two_and_two_point_zero_are_one_group() -> None:
    values = np.array([2, 2.0, "2", float("nan")] * 100, dtype=object)
    groups = decision_groups("SEX", values, [0, 1] * 200, CLASSES)
    assert [(g.slice, g.n) for g in groups.kept] == [("SEX=2", 300)]


def test_two_groups_are_needed() -> None:
    groups = groups_of_counts("SEX", {"1": (900, 300), "2": (199, 20)})
    assert refusal(selection_rate_ratio, groups) == MeasureCode.TOO_FEW_GROUPS
    assert refusal(demographic_parity_difference, groups) == MeasureCode.TOO_FEW_GROUPS


def test_a_ratio_without_any_favourable_decision_is_undefined() -> None:
    groups = groups_of_counts("SEX", {"1": (900, 0), "2": (800, 0)})
    assert refusal(selection_rate_ratio, groups) == MeasureCode.UNDEFINED


def test_a_group_never_favoured_has_ratio_zero_with_an_upper_limit() -> None:
    estimate = selection_rate_ratio(groups_of_counts("SEX", {"1": (500, 0), "2": (500, 200)}))
    assert (estimate.value, estimate.lower) == (0, 0)
    assert 0.01 < estimate.upper < 0.05
    assert "MOVER" in estimate.method


@pytest.mark.parametrize("measure", [selection_rate_ratio, demographic_parity_difference])
def test_bootstrap_is_repeatable_and_near_the_pair_interval(measure: Callable[..., Any]) -> None:
    groups = groups_of_counts("SEX", {"1": (2000, 1000), "2": (2000, 600)})
    drawn, pair = measure(groups, bootstrap=True, seed=3), measure(groups)
    assert drawn == measure(groups, bootstrap=True, seed=3)
    assert (drawn.lower, drawn.upper) == pytest.approx((pair.lower, pair.upper), abs=0.01)


@pytest.mark.parametrize(
    ("measure", "truth"), [(selection_rate_ratio, 0.5), (demographic_parity_difference, 0.2)]
)
def test_pair_interval_covers_the_truth_for_two_groups(
    measure: Callable[..., Any], truth: float
) -> None:
    random, covered = np.random.default_rng(6), 0
    for _ in range(500):
        low, high = int(random.binomial(300, 0.2)), int(random.binomial(400, 0.4))
        estimate = measure(groups_of_counts("SEX", {"1": (300, low), "2": (400, high)}))
        covered += estimate.lower <= truth <= estimate.upper
    assert 0.925 <= covered / 500 <= 0.98


def test_equal_groups_look_unequal_by_chance_and_the_interval_admits_equality() -> None:
    random = np.random.default_rng(8)
    counts = {str(i): (400, int(random.binomial(400, 0.3))) for i in range(2)}
    estimate = selection_rate_ratio(groups_of_counts("RACE", counts))
    assert estimate.value < 1
    assert estimate.upper == 1.0


def test_a_group_with_too_few_labels_of_a_class_leaves_equalised_odds() -> None:
    group, labels, decisions = decided()
    labels[group == 3] = 0
    labels[np.flatnonzero(group == 3)[:29]] = 1
    rates = error_rate_groups("RACE", group, labels, decisions, CLASSES)
    assert [g.slice for g in rates.true_positive.kept] == ["RACE=1", "RACE=2"]
    assert [g.slice for g in rates.false_positive.kept] == ["RACE=1", "RACE=2"]
    assert "29 positive" in rates.left_out[0].reason


def test_equalised_odds_of_one_group_are_refused() -> None:
    group, labels, decisions = decided()
    rates = error_rate_groups("RACE", np.ones_like(group), labels, decisions, CLASSES)
    assert refusal(equalized_odds_difference, rates) == MeasureCode.TOO_FEW_GROUPS


def test_ages_fall_in_bands_and_others_in_none() -> None:
    bands = age_bands([15, 16, 24, 24.9, 25, 34, 35, 44, 45, 54, 55, 64, 65, float("nan"), None])
    young, old = ["16-24"] * 3 + ["25-34"] * 2, ["45-54"] * 2 + ["55-64"] * 2
    assert bands.tolist() == [None, *young, "35-44", "35-44", *old, None, None, None]


def test_ages_that_are_no_numbers_are_refused() -> None:
    assert refusal(age_bands, ["young", "old"]) == MeasureCode.WRONG_TYPE


def test_bad_columns_are_refused() -> None:
    group, _, decisions = decided()
    short = refusal(decision_groups, "RACE", group[1:], decisions, CLASSES)
    unknown = refusal(decision_groups, "RACE", group, decisions + 1, CLASSES)
    empty = refusal(decision_groups, "RACE", [], [], CLASSES)
    assert short == MeasureCode.LENGTH_MISMATCH
    assert unknown == MeasureCode.UNKNOWN_LABEL
    assert empty == MeasureCode.EMPTY


def refusal(measure: Callable[..., Any], *arguments: Any) -> MeasureCode:
    with pytest.raises(MeasureError) as caught:
        measure(*arguments)
    return caught.value.code


def test_groups_speak_in_decimal_strings() -> None:
    group = groups_of_counts("SEX", {"1": (400, 100)}).kept[0].as_dict()
    assert (group["slice"], group["n"], group["positives"], group["value"]) == (
        "SEX=1",
        400,
        100,
        "0.25",
    )
    assert isinstance(group["lower"], str)
    assert isinstance(group["upper"], str)
