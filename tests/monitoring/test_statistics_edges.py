"""The narrow cases: one row of a class, zero successes, markers for missing values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from monitoring.statistics.calibration import log_loss
from monitoring.statistics.classification import accuracy, f1
from monitoring.statistics.decimals import decimal_string
from monitoring.statistics.distances import cohens_d
from monitoring.statistics.drift import compare
from monitoring.statistics.errors import MeasureCode, MeasureError
from monitoring.statistics.inputs import BinaryLabels
from monitoring.statistics.intervals import log_ratio, wilson
from monitoring.statistics.merging import profile_parquet
from monitoring.statistics.profile import Profile, profile_columns
from monitoring.statistics.ranking import roc_auc
from monitoring.statistics.spec import DriftSpec

CLASSES = BinaryLabels(negative=0, positive=1)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1, "0.1"), (-0.0, "0"), (3.0, "3"), (1e-7, "0.0000001"), (1e21, "1" + "0" * 21)],
)
def test_decimals_are_plain_and_read_back_equal(value: float, text: str) -> None:
    assert decimal_string(value) == text
    assert float(decimal_string(value)) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_has_no_decimal_is_refused(value: float) -> None:
    with pytest.raises(MeasureError) as caught:
        decimal_string(value)
    assert caught.value.code == MeasureCode.NOT_FINITE


def test_a_proportion_of_nothing_has_no_interval() -> None:
    with pytest.raises(MeasureError) as caught:
        wilson(0, 0, 0.95)
    assert caught.value.code == MeasureCode.EMPTY


def test_the_log_of_a_zero_ratio_is_refused() -> None:
    with pytest.raises(MeasureError) as caught:
        log_ratio((0, 10), (5, 10), 0.95)
    assert caught.value.code == MeasureCode.UNDEFINED


def test_one_row_of_a_class_gives_a_very_wide_auc_interval() -> None:
    labels = np.repeat([0, 1], [59, 1])
    scores = np.append(np.arange(59), 40.5)
    estimate = roc_auc(labels, scores, CLASSES)
    assert estimate.upper - estimate.lower > 0.7


def test_a_senseless_clip_is_refused() -> None:
    with pytest.raises(MeasureError) as caught:
        log_loss([0, 1] * 20, [0.2, 0.7] * 20, CLASSES, clip=0.5)
    assert caught.value.code == MeasureCode.BAD_PARAMETER


def test_two_equal_class_names_are_refused() -> None:
    with pytest.raises(MeasureError) as caught:
        f1([0, 1] * 20, [0, 1] * 20, BinaryLabels(1, 1))
    assert caught.value.code == MeasureCode.BAD_PARAMETER


@pytest.mark.parametrize(
    ("labels", "code"),
    [
        (np.array([0, pd.NA] * 20, dtype=object), MeasureCode.MISSING_VALUE),
        (np.array([{}] * 40, dtype=object), MeasureCode.WRONG_TYPE),
    ],
)
def test_labels_that_are_no_labels_are_refused(labels: Any, code: MeasureCode) -> None:
    with pytest.raises(MeasureError) as caught:
        accuracy(labels, [0, 1] * 20, (0, 1))
    assert caught.value.code == code


def test_two_rows_have_no_pooled_deviation() -> None:
    assert cohens_d(1, 2, 0, 0, 1, 1) is None


def test_a_missing_file_stays_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        profile_parquet(tmp_path / "no.parquet", DriftSpec.of(("x",)), Profile(0, {}))


@pytest.mark.parametrize("kind", ["numeric", "categorical"])
def test_a_reference_without_values_is_a_fault_that_names_itself(kind: str) -> None:
    spec = DriftSpec.of(**{kind: ("x",)})  # type: ignore[arg-type]
    for reference in ({"x": [None] * 50}, profile_columns({"x": [None] * 50}, spec)):
        result = compare(reference, {"x": [1] * 50}, spec)
        assert (result.status, result.reason) == (
            "invalid",
            "In the reference: x holds no value.",
        )


def test_a_fault_in_the_profile_of_a_batch_makes_the_run_invalid() -> None:
    spec = DriftSpec.of(("x",))
    reference = profile_columns({"x": np.arange(50)}, spec)
    result = compare(reference, profile_columns({"x": ["a"] * 50}, spec, reference), spec)
    assert (result.status, result.columns[0].drifted) == ("invalid", None)
