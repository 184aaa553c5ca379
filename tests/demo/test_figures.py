from __future__ import annotations

import numpy as np
import pytest

from demo.data.columns import FEATURES
from demo.pipeline.figures import Group, drift, groups, offered, ratio, stability_index


def test_a_place_goes_to_scores_below_the_cut_off() -> None:
    assert offered(np.array([0.49, 0.5, 0.51])).tolist() == [True, False, False]


def test_the_ratio_leaves_out_small_groups() -> None:
    found = [
        Group("SEX", "1", 300, 0.4),
        Group("SEX", "2", 300, 0.2),
        Group("SEX", "3", 199, 0.01),
    ]

    assert ratio(found, "SEX") == 0.5


def test_selection_rates_are_counted_by_group() -> None:
    rows = np.ones((4, len(FEATURES)), np.float32)
    rows[:, FEATURES.index("AGEP")] = [16, 24, 25, 64]
    rows[2:, FEATURES.index("SEX")] = 2

    found = {(g.attribute, g.name): g for g in groups(rows, np.array([True, False, True, True]))}

    assert found["SEX", "1"].rate == 0.5 and found["SEX", "2"].rate == 1.0
    assert found["AGEP", "16-24"].rows == 2 and found["AGEP", "55-64"].rows == 1


def test_stability_index_of_codes_is_the_formula() -> None:
    reference, current = np.array([1.0] * 5 + [2.0] * 5), np.array([1.0] * 8 + [2.0] * 2)

    expected = (0.8 - 0.5) * np.log(0.8 / 0.5) + (0.2 - 0.5) * np.log(0.2 / 0.5)
    assert stability_index(reference, current, categorical=True) == pytest.approx(expected)


def test_ages_in_months_are_the_largest_drift() -> None:
    draw = np.random.default_rng(1)
    rows = draw.integers(1, 3, (500, len(FEATURES))).astype(np.float32)
    rows[:, 0] = draw.integers(16, 65, 500)
    wrong = rows.copy()
    wrong[:, 0] *= 12

    found = drift(rows, wrong)

    assert max(found, key=lambda name: found[name]) == "AGEP"
    assert found["AGEP"] > 1 and found["SEX"] == 0
