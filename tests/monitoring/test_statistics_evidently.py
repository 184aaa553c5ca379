"""Evidently as an oracle, and as a backend on a sample. Its import takes seconds: once, here."""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

from monitoring.evidently_backend import run_evidently
from monitoring.statistics.distances import jensen_shannon, ks_and_wasserstein, psi
from monitoring.statistics.drift import compare
from monitoring.statistics.errors import MeasureCode, MeasureError
from monitoring.statistics.spec import DriftSpec

pytestmark = pytest.mark.filterwarnings("ignore")
SPEC = DriftSpec.of(numeric=("age",), categorical=("race",))


def batch(n: int = 6000, seed: int = 1, shift: float = 0.0) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    race = random.choice(["1", "2", "6", "8"], n, p=[0.7, 0.15, 0.1, 0.05])
    return {"age": random.normal(40 + shift, 12, n), "race": race}


@pytest.fixture(scope="module")
def stattests() -> Any:
    os.environ["DO_NOT_TRACK"] = "1"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from evidently.legacy.calculations import stattests

        return stattests


def theirs(
    stattests: Any, name: str, reference: np.ndarray, current: np.ndarray, kind: str
) -> float:
    from evidently.legacy.calculations.stattests.registry import get_stattest
    from evidently.legacy.core import ColumnType

    before, after = pd.Series(reference), pd.Series(current)
    test = get_stattest(before, after, ColumnType(kind), getattr(stattests, name))
    return float(test(before, after, ColumnType(kind), 0.1).drift_score)


def evidently_bins(reference: np.ndarray, current: np.ndarray) -> list[np.ndarray]:
    edges = np.histogram_bin_edges(np.concatenate([reference, current]), bins="sturges")
    return [np.histogram(side, edges)[0] for side in (reference, current)]


def test_psi_and_js_equal_evidently_on_its_own_bins(stattests: Any) -> None:
    reference, current = batch()["age"], batch(seed=2, shift=5)["age"]
    before, after = evidently_bins(reference, current)
    oracle = theirs(stattests, "psi_stat_test", reference, current, "num")
    assert min(*before, *after) > 0  # no empty bin, so smoothing plays no part
    assert psi(before, after) == pytest.approx(oracle, abs=1e-9)
    oracle = theirs(stattests, "jensenshannon_stat_test", reference, current, "num")
    assert jensen_shannon(before, after) * np.sqrt(np.log(2)) == pytest.approx(oracle, abs=1e-9)


def test_categorical_psi_and_js_equal_evidently(stattests: Any) -> None:
    reference, current = batch()["race"], batch(seed=2)["race"]
    current[:500] = "2"
    found = compare({"race": reference}, {"race": current}, DriftSpec.of(categorical=("race",)))
    oracle = theirs(stattests, "psi_stat_test", reference, current, "cat")
    assert found.columns[0].psi == pytest.approx(oracle, abs=1e-9)
    oracle = theirs(stattests, "jensenshannon_stat_test", reference, current, "cat")
    assert found.columns[0].js * np.sqrt(np.log(2)) == pytest.approx(oracle, abs=1e-9)


def test_wasserstein_equals_evidently(stattests: Any) -> None:
    reference, current = np.sort(batch()["age"]), np.sort(batch(seed=2, shift=5)["age"])
    oracle = theirs(stattests, "wasserstein_stat_test", reference, current, "num")
    ours = ks_and_wasserstein(reference, current)[1] / np.std(reference)
    assert ours == pytest.approx(oracle, abs=1e-9)


def test_evidently_agrees_on_what_has_drifted() -> None:
    reference, current = batch(), batch(seed=2, shift=12)
    found = run_evidently(reference, current, SPEC, rows=2000)
    assert {name: word["drifted"] for name, word in found.items()} == {"age": True, "race": False}
    assert found["age"]["method"].startswith("Wasserstein")
    assert compare(reference, current, SPEC).drifted_columns == ("age",)
    assert found == run_evidently(reference, current, SPEC, rows=2000)


def test_a_p_value_is_read_the_other_way_round() -> None:
    found = run_evidently(batch(800), batch(800, seed=2, shift=12), SPEC)
    assert "p_value" in found["age"]["method"]
    assert (found["age"]["drifted"], found["age"]["score"] < 0.05) == (True, True)


@pytest.mark.parametrize(
    ("current", "code"),
    [
        ({"age": [1.0]}, MeasureCode.MISSING_COLUMN),
        ({"age": [], "race": []}, MeasureCode.EMPTY),
        ({"age": [None] * 9, "race": ["1"] * 9}, MeasureCode.ALL_MISSING),
        ({"age": ["old"] * 90, "race": ["1"] * 90}, MeasureCode.BACKEND_FAILED),
    ],
)
def test_evidently_is_not_asked_what_it_cannot_answer(current: Any, code: MeasureCode) -> None:
    with pytest.raises(MeasureError) as caught:
        run_evidently(batch(800), current, SPEC)
    assert caught.value.code == code
