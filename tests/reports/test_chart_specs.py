from __future__ import annotations

from typing import Any

from reports.chart_specs import digest, drift_heat, interval_rows, posture_bars, series_lines


def points(*values: str | None) -> list[dict[str, Any]]:
    return [
        {"label": f"batch {n}", "value": v, "lower": None, "upper": None}
        for n, v in enumerate(values, 1)
    ]


def test_a_missing_value_is_a_gap_and_never_a_zero() -> None:
    spec = series_lines("ROC AUC", "", points("0.8", None))
    assert [one["value"] for one in spec["data"]["values"]] == [0.8, None]
    assert "1 without a value" in spec["description"]


def test_the_words_of_a_picture_hold_its_figures_and_threshold() -> None:
    spec = series_lines("ROC AUC", "", points("0.871"), threshold="0.80")
    assert spec["description"] == "ROC AUC by batch: batch 1 0.871. The threshold is 0.80."


def test_intervals_are_told_in_words() -> None:
    row = {"label": "Accuracy", "value": "0.79", "lower": "0.78", "upper": "0.8", "threshold": None}
    assert "Accuracy 0.790 (0.780 to 0.800)" in interval_rows("Figures", [row])["description"]


def test_the_same_figures_give_the_same_digest() -> None:
    counts = {"GOVERN": {"satisfied": 3}}
    assert digest(posture_bars(counts)) == digest(posture_bars(dict(counts)))
    assert digest(posture_bars(counts)) != digest(posture_bars({"GOVERN": {"satisfied": 4}}))


def test_a_column_that_was_not_compared_is_white() -> None:
    cells = [{"column": "AGEP", "batch": "1", "psi": None}]
    spec = drift_heat("Drift", ["AGEP"], ["1"], cells)
    assert spec["data"]["values"][0]["psi"] is None
    assert "0 cells at a PSI of 0.25 or more" in spec["description"]
