"""The evaluation plan of the story: what is measured, on which rows, and what must come out."""

from __future__ import annotations

from typing import Any

from demo.data.columns import PROTECTED

TITLE = "Places: performance, calibration and four-fifths on the 2015 test rows"
RATIONALE = (
    "Performance: below a ROC AUC of 0.75 the offer list would not be worth replacing applications "
    "by; accuracy must beat 0.74, since a rule that offers nobody a place is right for the 70 % who "
    "are employed; both and F1 are judged at the lower confidence bound. Calibration: the cut-off "
    "is read as a probability, so an average gap of more than 0.05 would mislead. Fairness: the "
    "four-fifths rule on the offer of a place, the favourable outcome, for sex, race as recorded, "
    "disability and age band, judged at the point as the rule is used. Groups under 200 rows enter "
    "no ratio and are listed. The rows were not used in training."
)
ROWS = 10_000


def criterion(
    theme: str, check: str, comparator: str, threshold: str, use: str, slice_: str = "all"
) -> dict[str, Any]:
    return {
        "id": f"{check.replace('_', '-')}-{slice_.lower()}",
        "theme": theme,
        "check": check,
        "slice": slice_,
        "comparator": comparator,
        "threshold": threshold,
        "use": use,
        "minimumSample": ROWS,
    }


CRITERIA = [
    criterion("performance", "roc_auc", ">=", "0.75", "lower"),
    criterion("performance", "accuracy", ">=", "0.74", "lower"),
    criterion("performance", "f1", ">=", "0.80", "lower"),
    criterion("calibration", "expected_calibration_error", "<=", "0.05", "upper"),
    *(
        criterion("fairness", "selection_rate_ratio", ">=", "0.80", "point", attribute)
        for attribute in PROTECTED
    ),
]
