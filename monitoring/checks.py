"""The checks that a plan may name and a worker can measure. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass

ALL = "all"


@dataclass(frozen=True)
class Check:
    """A measure: the themes it may serve, its unit (UCUM), and what its figures look like.

    `by_attribute`: one series per protected attribute, else one over all rows. `is_standard`:
    measured in every evaluation, else only where a plan asks for it. `highest`: no figure lies above
    it (None: there is no such bound); none lies below 0.
    """

    name: str
    label: str
    themes: tuple[str, ...]
    unit: str = "1"
    by_attribute: bool = False
    has_interval: bool = True
    is_standard: bool = True
    highest: int | None = 1


_SCORES = ("calibration", "performance")
_SPEED = ("efficiency", "performance")

CHECKS: dict[str, Check] = {
    check.name: check
    for check in (
        Check("accuracy", "Accuracy", ("performance",)),
        Check("precision", "Precision", ("performance",), is_standard=False),
        Check("recall", "Recall", ("performance",), is_standard=False),
        Check("f1", "F1", ("performance",)),
        Check("roc_auc", "ROC AUC", ("performance",)),
        Check("log_loss", "Log loss", _SCORES, highest=None),
        Check("brier", "Brier score", _SCORES),
        Check("expected_calibration_error", "Calibration error", ("calibration",)),
        Check("selection_rate_ratio", "Selection rate ratio", ("fairness",), by_attribute=True),
        Check(
            "demographic_parity_difference",
            "Selection rate difference",
            ("fairness",),
            by_attribute=True,
            is_standard=False,
        ),
        Check(
            "equalized_odds_difference",
            "Equalised odds difference",
            ("fairness",),
            by_attribute=True,
        ),
        Check(
            "latency_p95",
            "Latency of one row, p95",
            _SPEED,
            unit="s",
            has_interval=False,
            highest=None,
        ),
        Check("throughput", "Throughput", _SPEED, unit="1/s", has_interval=False, highest=None),
    )
}
THEMES = tuple(sorted({theme for check in CHECKS.values() for theme in check.themes}))

Series = tuple[str, str]


def standard_series(attributes: tuple[str, ...]) -> list[Series]:
    """(check, slice) of every evaluation, in the order of CHECKS."""
    return [
        (check.name, slice_)
        for check in CHECKS.values()
        if check.is_standard
        for slice_ in (attributes if check.by_attribute else (ALL,))
    ]
