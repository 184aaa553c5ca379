"""Comparing a batch with its reference: statuses, figures, judgement."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from monitoring.statistics.column_drift import ColumnDrift, DriftResult, DriftStatus
from monitoring.statistics.drift import compare
from monitoring.statistics.predictions import (
    DECISION,
    SCORE,
    prediction_spec,
    prediction_table,
)
from monitoring.statistics.profile import Profile, profile_columns
from monitoring.statistics.spec import DriftSpec

SPEC = DriftSpec.of(numeric=("age",), categorical=("race",))


def batch(n: int = 2000, seed: int = 1, shift: float = 0.0) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    return {
        "age": random.normal(40 + shift, 12, n).clip(16, 90),
        "race": random.choice(["1", "2", "6", "8"], n, p=[0.7, 0.15, 0.1, 0.05]),
    }


def number(value: float | None) -> float:
    assert value is not None
    return value


def column(result: DriftResult, name: str) -> ColumnDrift:
    return next(c for c in result.columns if c.column == name)


def test_the_same_population_has_not_drifted() -> None:
    result = compare(batch(), batch(seed=2), SPEC)
    assert (result.status, result.reason, result.drifted_columns) == ("completed", "", ())
    assert all(c.drifted is False for c in result.columns)


def test_a_shift_is_found_and_every_figure_is_given() -> None:
    result = compare(batch(), batch(seed=2, shift=12), SPEC)
    age = column(result, "age")
    assert result.drifted_columns == ("age",)
    assert age.cohens_d == pytest.approx(1, abs=0.1)
    assert age.wasserstein == pytest.approx(1, abs=0.1)
    assert (age.psi or 0) > 0.5
    assert (age.basis, age.effect_name, age.n_current) == ("exact", "KS D", 2000)


def test_a_significant_difference_too_small_to_matter_is_no_drift() -> None:
    result = compare(batch(200_000), batch(200_000, seed=2, shift=0.5), SPEC)
    age = column(result, "age")
    assert (age.q or 1) < 1e-6
    assert age.drifted is False


def test_floors_are_parameters() -> None:
    spec = DriftSpec.of(numeric=("age",), psi_floor=0.001)
    result = compare(batch(200_000), batch(200_000, seed=2, shift=0.5), spec)
    assert result.drifted_columns == ("age",)


def test_from_profiles_alone_the_bins_agree_and_ks_is_bounded() -> None:
    reference, current = batch(), batch(seed=2, shift=3)
    profile = profile_columns(reference, SPEC)
    exact = compare(reference, current, SPEC)
    binned = compare(profile, profile_columns(current, SPEC, profile), SPEC)
    a, b = column(exact, "age"), column(binned, "age")
    assert (a.psi, a.js) == (b.psi, b.js)
    low, exact_d, high = (number(x) for x in (b.statistic, a.statistic, b.statistic_upper))
    assert low <= exact_d <= high <= low + 0.02
    assert re.fullmatch(r"bounded from 2\d\d bins", b.basis)
    assert b.wasserstein == pytest.approx(a.wasserstein, rel=0.05)
    assert column(exact, "race") == column(binned, "race")


@pytest.mark.parametrize("seed", range(30))
def test_ks_bounds_hold_for_ties_outliers_and_few_values(seed: int) -> None:
    random = np.random.default_rng(seed)
    scale = random.choice([1, 10, 1000])
    reference = (random.normal(size=500) * scale).round()
    current = (random.standard_t(2, 300) * scale + random.choice([0, 1])).round(1)
    spec = DriftSpec.of(numeric=("x",))
    result = compare(profile_columns({"x": reference}, spec), {"x": current}, spec)
    exact = stats.ks_2samp(reference, current, method="asymp").statistic
    found = result.columns[0]
    assert number(found.statistic) - 1e-12 <= exact <= number(found.statistic_upper) + 1e-12


def test_few_distinct_values_give_ks_exactly_from_bins() -> None:
    random = np.random.default_rng(5)
    reference, current = random.integers(0, 2, 400), random.choice([0, 1], 400, p=[0.3, 0.7])
    spec = DriftSpec.of(numeric=("x",))
    found = compare(profile_columns({"x": reference}, spec), {"x": current}, spec).columns[0]
    assert found.statistic == pytest.approx(stats.ks_2samp(reference, current).statistic)


def test_a_table_reference_equals_arrow_and_mapping() -> None:
    as_arrow = compare(pa.table(batch()), pa.table(batch(seed=2)), SPEC)
    assert as_arrow == compare(batch(), batch(seed=2), SPEC)


def test_a_batch_without_rows_is_no_data_not_no_drift() -> None:
    result = compare(batch(), batch(0), SPEC)
    assert result.status == DriftStatus.NO_DATA
    assert result.reason == "The batch has no rows."
    assert [c.drifted for c in result.columns] == [None, None]


def test_a_batch_below_the_minimum_is_no_data() -> None:
    result = compare(batch(), batch(29), SPEC)
    assert result.status == DriftStatus.NO_DATA
    assert "29 values in the batch, at least 30 needed" in result.reason


def ruined(values: object) -> DriftResult:
    return compare(batch(), {**batch(seed=2), "age": values}, SPEC)


def test_a_column_that_went_missing_entirely_makes_the_run_invalid() -> None:
    result = ruined([None] * 2000)
    assert column(result, "age").status == DriftStatus.NO_DATA
    assert column(result, "race").status == DriftStatus.COMPLETED
    assert result.status == DriftStatus.INVALID
    assert result.reason == "age: all 2000 values of the batch are missing."


def nan_among(n: int = 2000) -> np.ndarray:
    values = batch(n, seed=2)["age"]
    values[5] = np.nan
    return values


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (nan_among(), "NaN"),
        (np.append(np.ones(1999), np.inf), "infinite"),
        (np.append(np.ones(1999), 1e200), "beyond"),
        (["40"] * 2000, "string"),
        ([True] * 2000, "bool"),
        (np.array(["2020-01-01"] * 2000, dtype="datetime64[D]"), "date32"),
        ([1, "x"] * 1000, "not one column of one type"),
    ],
)
def test_values_of_another_kind_make_the_run_invalid(values: Any, words: str) -> None:
    result = ruined(values)
    age = column(result, "age")
    assert (result.status, age.status) == (DriftStatus.INVALID, DriftStatus.INVALID)
    assert (age.drifted, age.psi, age.p) == (None, None, None)
    assert words in result.reason


def test_a_missing_column_makes_the_run_invalid() -> None:
    result = compare(batch(), {"age": batch()["age"]}, SPEC)
    assert (result.status, result.reason) == (DriftStatus.INVALID, "The column race is missing.")


def test_a_column_named_twice_makes_the_run_invalid() -> None:
    twice = pa.table([pa.array([1.0] * 50)] * 2, names=["age", "age"])
    result = compare(batch(), twice, DriftSpec.of(numeric=("age",)))
    assert "more than once" in result.reason


def test_a_fault_of_the_reference_names_the_reference() -> None:
    for reference in ({"age": ["x"] * 50}, profile_columns({"age": ["x"] * 50}, SPEC)):
        result = compare(reference, batch(), DriftSpec.of(numeric=("age",)))
        assert result.reason.startswith("In the reference: age holds string")
        assert result.status == DriftStatus.INVALID


def test_a_profile_with_other_bins_is_refused() -> None:
    foreign = profile_columns(batch(seed=9), SPEC)
    result = compare(profile_columns(batch(), SPEC), foreign, SPEC)
    assert "bins of this reference" in column(result, "age").reason
    assert column(result, "race").status == DriftStatus.COMPLETED


def test_a_column_not_in_the_profile_is_refused() -> None:
    result = compare(Profile(2000, {}), batch(), SPEC)
    assert "not in the reference profile" in result.reason


def test_another_kind_than_in_the_profile_is_refused() -> None:
    profile = profile_columns(batch(), SPEC)
    result = compare(profile, batch(), DriftSpec.of(categorical=("age",)))
    assert "age is not categorical in the reference" in result.reason


def test_the_same_constant_on_both_sides_stands_aside() -> None:
    constant = {"age": np.full(2000, 40.0)}
    result = compare({**batch(), **constant}, {**batch(seed=2), **constant}, SPEC)
    assert result.status == DriftStatus.COMPLETED
    assert (column(result, "age").status, column(result, "age").drifted) == ("constant", None)
    assert "one and the same value" in result.reason


def test_a_run_of_nothing_but_constants_is_invalid() -> None:
    constant = {"age": np.full(50, 40.0), "race": ["1"] * 50}
    assert compare(constant, constant, SPEC).status == DriftStatus.INVALID


@pytest.mark.parametrize("other", [39.0, 41.0])
def test_a_constant_that_changed_has_drifted(other: float) -> None:
    spec = DriftSpec.of(numeric=("age",))
    result = compare({"age": [40.0] * 100}, {"age": [other] * 100}, spec)
    assert result.drifted_columns == ("age",)
    assert result.columns[0].wasserstein is None


def test_a_column_frozen_at_one_value_has_drifted_and_says_so() -> None:
    age = column(ruined(np.full(2000, 40.0)), "age")
    assert (age.drifted, age.reason) == (True, "The batch holds one value only.")


def test_a_new_category_is_named_counted_and_found() -> None:
    current = batch(seed=2)
    current["race"] = np.where(np.arange(2000) % 5 == 0, "99", current["race"])
    race = column(compare(batch(), current, SPEC), "race")
    assert (race.unseen, race.out_of_range, race.drifted) == (("99",), 0.2, True)
    assert race.reason == "400 rows hold categories the reference does not name: 99."


def test_one_row_of_a_new_category_is_named_but_no_drift() -> None:
    current = batch(seed=2)
    current["race"][0] = "9"
    race = column(compare(batch(), current, SPEC), "race")
    assert (race.unseen, race.drifted) == (("9",), False)


@pytest.mark.parametrize("name", ["age", "race"])
def test_values_that_go_missing_are_drift(name: str) -> None:
    current = batch(seed=2)
    current[name] = pa.array(current[name], mask=np.arange(2000) % 4 == 0)
    found = column(compare(batch(), current, SPEC), name)
    assert (found.missing_reference, found.missing_current, found.drifted) == (0, 0.25, True)


def test_categories_too_rare_to_test_are_no_data() -> None:
    spec = DriftSpec.of(categorical=("x",))
    result = compare({"x": ["a"] * 60 + ["b"]}, {"x": ["a"] * 40 + ["b"]}, spec)
    assert result.status == DriftStatus.NO_DATA
    assert "too rare to test" in result.reason


def test_out_of_range_values_are_counted() -> None:
    spec = DriftSpec.of(numeric=("x",))
    result = compare({"x": np.arange(100.0)}, {"x": np.arange(-10.0, 110.0)}, spec)
    assert result.columns[0].out_of_range == pytest.approx(20 / 120)


def test_predictions_drift_on_scores_and_on_decisions() -> None:
    random = np.random.default_rng(4)
    before, after = random.beta(2, 3, 2000), random.beta(3, 2, 2000)
    result = compare(
        prediction_table(before, before > 0.5),
        prediction_table(after, after > 0.5),
        prediction_spec(),
    )
    assert result.drifted_columns == (SCORE, DECISION)


def test_a_nan_score_makes_prediction_drift_invalid() -> None:
    good, bad = np.linspace(0, 1, 100), np.append(np.linspace(0, 1, 99), np.nan)
    result = compare(
        prediction_table(good, good > 0.5), prediction_table(bad, good > 0.5), prediction_spec()
    )
    assert result.status == DriftStatus.INVALID


def test_a_result_speaks_as_the_statement_does() -> None:
    words: dict[str, Any] = compare(batch(), batch(seed=2, shift=12), SPEC).as_dict()
    age = words["columns"][0]
    keys = "column kind psi js test statistic p q effect effectName drifted"
    assert list(age) == keys.split()
    assert (words["status"], age["drifted"], age["test"]) == ("completed", True, "ks")
    assert isinstance(age["psi"], str)
