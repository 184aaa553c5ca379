"""Profiles: bins, exact merging, JSON."""

from __future__ import annotations

import json
from functools import reduce
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from monitoring.statistics.errors import MeasureCode, MeasureError
from monitoring.statistics.layout import numeric_layout
from monitoring.statistics.merging import merge_profiles, profile_parquet
from monitoring.statistics.profile import (
    CategoricalProfile,
    Fault,
    NumericProfile,
    Profile,
    profile_columns,
)
from monitoring.statistics.profile_json import profile_from_json, profile_to_json
from monitoring.statistics.spec import DriftSpec

SPEC = DriftSpec.of(numeric=("income", "age"), categorical=("race",))


def table(n: int = 5000, seed: int = 1) -> pa.Table:
    random = np.random.default_rng(seed)
    income = pa.array(random.lognormal(10, 1, n), mask=random.random(n) < 0.05)
    race = pa.array(random.choice(list("abcde"), n), mask=random.random(n) < 0.02)
    return pa.table({"income": income, "age": random.integers(16, 65, n), "race": race})


def exact_part(profile: Profile) -> dict[str, object]:
    columns = profile_to_json(profile)["columns"]
    return {
        name: {key: value for key, value in column.items() if key not in ("mean", "m2")}
        for name, column in columns.items()
    }


def test_decile_bins_hold_a_tenth_each() -> None:
    values = np.sort(np.random.default_rng(2).normal(size=10_000))
    layout = numeric_layout(values)
    assert layout.psi_counts(layout.counts(values)) == [1000] * 10


def test_every_value_falls_in_the_bin_that_numpy_says() -> None:
    random = np.random.default_rng(3)
    layout = numeric_layout(np.sort(random.normal(size=3000)))
    values = np.sort(np.append(random.normal(0, 3, 1000), layout.uppers[:50]))
    place = np.searchsorted(layout.uppers, values, side="left") + 1
    place[values < layout.low] = 0
    assert layout.counts(values) == tuple(np.bincount(place, minlength=len(layout.uppers) + 2))


def test_ties_make_fewer_bins_but_never_split_equal_values() -> None:
    values = np.sort(np.append(np.zeros(950), np.arange(1.0, 51.0)))
    layout = numeric_layout(values)
    assert layout.psi_counts(layout.counts(values)) == [950, 50]


def test_outliers_count_in_the_outer_bins() -> None:
    layout = numeric_layout(np.arange(1000.0))
    counts = layout.counts(np.array([-5.0, 10.0, 5e6, 6e6]))
    assert (counts[0], counts[-1], sum(counts)) == (1, 2, 4)


def test_a_constant_reference_still_sees_other_values() -> None:
    layout = numeric_layout(np.full(100, 7.0))
    assert layout.psi_counts(layout.counts(np.array([6.0, 7.0, 7.0, 8.0]))) == [1, 2, 1]


@pytest.mark.parametrize("cuts", [(0, 5000), (0, 1, 5000), (0, 700, 701, 3000, 5000)])
def test_partitions_merge_to_the_same_counts(cuts: Any) -> None:
    whole, reference = table(), profile_columns(table(seed=9), SPEC)
    parts = [whole.slice(a, b - a) for a, b in pairwise(cuts)]
    merged = reduce(merge_profiles, [profile_columns(p, SPEC, reference) for p in parts])
    at_once = profile_columns(whole, SPEC, reference)
    assert exact_part(merged) == exact_part(at_once)
    assert merged.rows == 5000


def test_merged_mean_and_deviation_agree_to_rounding() -> None:
    whole, reference = table(), profile_columns(table(seed=9), SPEC)
    halves = [profile_columns(whole.slice(s, 2500), SPEC, reference) for s in (0, 2500)]
    income = merge_profiles(*halves).columns["income"]
    values = whole["income"].drop_null().to_numpy()
    assert isinstance(income, NumericProfile)
    assert (income.mean, income.sd) == pytest.approx((values.mean(), values.std(ddof=1)))


def test_merging_does_not_depend_on_order() -> None:
    reference = profile_columns(table(seed=9), SPEC)
    parts = [profile_columns(table(300, seed), SPEC, reference) for seed in range(4)]
    forward, backward = reduce(merge_profiles, parts), reduce(merge_profiles, parts[::-1])
    assert exact_part(forward) == exact_part(backward)


def test_a_parquet_file_is_profiled_in_batches_as_at_once(tmp_path: Path) -> None:
    whole, reference = table(), profile_columns(table(seed=9), SPEC)
    pq.write_table(whole, tmp_path / "batch.parquet", row_group_size=1300)
    batched = profile_parquet(tmp_path / "batch.parquet", SPEC, reference, batch_rows=777)
    assert exact_part(batched) == exact_part(profile_columns(whole, SPEC, reference))


def test_a_parquet_file_without_a_column_is_refused(tmp_path: Path) -> None:
    pq.write_table(table().select(["income"]), tmp_path / "batch.parquet")
    with pytest.raises(MeasureError, match="age, race") as caught:
        profile_parquet(tmp_path / "batch.parquet", SPEC, profile_columns(table(), SPEC))
    assert caught.value.code == MeasureCode.MISSING_COLUMN


def test_a_file_that_is_not_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "batch.parquet").write_text("age,race\n41,1\n")
    with pytest.raises(MeasureError, match="not sound Parquet") as caught:
        profile_parquet(tmp_path / "batch.parquet", SPEC, profile_columns(table(), SPEC))
    assert caught.value.code == MeasureCode.WRONG_TYPE


def test_a_parquet_file_without_rows_is_an_empty_profile(tmp_path: Path) -> None:
    pq.write_table(table().slice(0, 0), tmp_path / "batch.parquet")
    empty = profile_parquet(tmp_path / "batch.parquet", SPEC, profile_columns(table(), SPEC))
    assert (empty.rows, empty.columns["age"].n) == (0, 0)  # type: ignore[union-attr]


def test_profiles_with_other_bins_do_not_merge() -> None:
    with pytest.raises(MeasureError) as caught:
        merge_profiles(profile_columns(table(), SPEC), profile_columns(table(seed=2), SPEC))
    assert caught.value.code == MeasureCode.LAYOUT_MISMATCH


def test_profiles_of_other_columns_do_not_merge() -> None:
    other = profile_columns(table(), DriftSpec.of(numeric=("age",)))
    with pytest.raises(MeasureError, match="different columns"):
        merge_profiles(profile_columns(table(), SPEC), other)


def test_a_profile_reads_back_equal_from_json() -> None:
    profile = profile_columns(table(), SPEC)
    assert profile_from_json(json.loads(json.dumps(profile_to_json(profile)))) == profile


def test_json_holds_no_binary_fractions() -> None:
    def floats(node: object) -> list[float]:
        if isinstance(node, dict):
            return [f for value in node.values() for f in floats(value)]
        if isinstance(node, list):
            return [f for value in node for f in floats(value)]
        return [node] if isinstance(node, float) else []

    assert floats(profile_to_json(profile_columns(table(), SPEC))) == []


@pytest.mark.parametrize("damage", ["counts", "uppers", "kind", "psiEnds"])
def test_a_damaged_profile_is_refused(damage: str) -> None:
    data = profile_to_json(profile_columns(table(), SPEC))
    data["columns"]["income"][damage] = []
    with pytest.raises(MeasureError, match="damaged"):
        profile_from_json(data)


@pytest.mark.parametrize("data", [{}, {"version": 2}, [], None])
def test_something_else_is_no_profile(data: Any) -> None:
    with pytest.raises(MeasureError, match="not a drift profile"):
        profile_from_json(data)


def test_a_fault_stays_a_fault_through_merge_and_json() -> None:
    spec = DriftSpec.of(numeric=("x",))
    good = profile_columns({"x": [1.0, 2.0]}, spec)
    bad = profile_columns({"x": ["one"]}, spec, good)
    for merged in (merge_profiles(good, bad), merge_profiles(bad, good)):
        assert isinstance(profile_from_json(profile_to_json(merged)).columns["x"], Fault)


def test_categories_beyond_a_thousand_count_together() -> None:
    names = [f"c{i:04}" for i in range(1200)] + ["c1199"] * 5
    column = profile_columns({"x": names}, DriftSpec.of(categorical=("x",))).columns["x"]
    assert isinstance(column, CategoricalProfile)
    assert (len(column.counts), column.other, column.n) == (1000, 200, 1205)
    assert "c1199" in column.layout.categories


@pytest.mark.parametrize(
    "values",
    [
        [1, 2, None],
        [1.0, 2.0, None],
        ["1", "2", None],
        pa.array(["1", "2", None]).dictionary_encode(),
    ],
)
def test_categories_are_the_same_text_whatever_their_type(values: Any) -> None:
    column = profile_columns({"x": values}, DriftSpec.of(categorical=("x",))).columns["x"]
    assert isinstance(column, CategoricalProfile)
    assert (column.layout.categories, column.nulls) == (("1", "2"), 1)


@pytest.mark.parametrize("values", [[0.5, 1.0], [float("nan")], [1e300], [b"x"]])
def test_values_that_are_no_categories_are_a_fault(values: Any) -> None:
    column = profile_columns({"x": values}, DriftSpec.of(categorical=("x",))).columns["x"]
    assert isinstance(column, Fault)
    assert column.code == MeasureCode.WRONG_TYPE


def test_ragged_columns_are_refused() -> None:
    with pytest.raises(MeasureError, match="different lengths"):
        profile_columns({"x": [1, 2], "y": [1]}, DriftSpec.of(numeric=("x",)))


@pytest.mark.parametrize("names", [(), ("x", "x")])
def test_a_spec_names_columns_and_each_once(names: Any) -> None:
    with pytest.raises(MeasureError, match="each column once"):
        DriftSpec.of(numeric=names)


@pytest.mark.parametrize(
    "rule", [{"alpha": 5}, {"epsilon": 0}, {"psi_floor": -1}, {"minimum_rows": 1}]
)
def test_a_spec_with_senseless_thresholds_is_refused(rule: Any) -> None:
    with pytest.raises(MeasureError) as caught:
        DriftSpec.of(numeric=("x",), **rule)
    assert caught.value.code == MeasureCode.BAD_PARAMETER
