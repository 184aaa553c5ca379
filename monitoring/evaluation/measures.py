"""One figure each: from scored rows to a value with its interval, its groups, and who was left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from inference.engine.scores import Latency
from monitoring.checks import CHECKS, Series
from monitoring.statistics import calibration, classification, fairness
from monitoring.statistics.decimals import decimal_string
from monitoring.statistics.errors import MeasureCode, MeasureError
from monitoring.statistics.estimate import Estimate
from monitoring.statistics.groups import DecisionGroups, decision_groups
from monitoring.statistics.inputs import BinaryLabels
from monitoring.statistics.ranking import roc_auc

JSON = dict[str, Any]

CLIP = 1e-6
MOST_GROUPS = 200
POSITIVE = BinaryLabels(negative=0, positive=1)
EVERY_ROW = "every row of the data set"
FIRST_ROWS = "single-row runs over the first rows of the data set"


@dataclass(frozen=True)
class Scored:
    """Scored rows: arrays of shape (n,). Labels and decisions are 1 for the positive class.

    `favourable` is the decision (1 or 0) that is good for the person. `rows_per_second` is that
    of the scoring; `latency` was measured row by row.
    """

    labels: Any
    scores: Any
    decisions: Any
    favourable: int
    attributes: Mapping[str, Any]
    rows_per_second: float | None = None
    latency: Latency | None = None

    @property
    def n(self) -> int:
        return len(self.scores)

    @property
    def offers(self) -> BinaryLabels:
        return BinaryLabels(negative=1 - self.favourable, positive=self.favourable)


@dataclass(frozen=True)
class Measured:
    """A series' figure as the measurement statement holds it; without `value` there is a `reason`.

    `sample` rows were looked at, chosen as `method` says.
    """

    check: str
    slice: str
    sample: int
    method: str = EVERY_ROW
    value: JSON | None = None
    reason: str | None = None
    group_metric: str | None = None
    groups: list[JSON] = field(default_factory=list)
    left_out: list[JSON] = field(default_factory=list)


def measure(series: Series, scored: Scored) -> Measured:
    """Measure one series. What cannot be given honestly comes back invalid, with its reason."""
    check, slice_ = series
    bare = Measured(check, slice_, scored.n)
    try:
        return _MEASURES[check](bare, scored)
    except MeasureError as error:
        return replace(bare, reason=error.sentence)


def invalid(series: Series, reason: str) -> Measured:
    """A series of a run that gave no figure at all."""
    return Measured(*series, sample=0, reason=reason)


def _valued(bare: Measured, estimate: Estimate) -> Measured:
    value = {**_holding(estimate).as_dict(), "unit": CHECKS[bare.check].unit}
    return replace(bare, value=value)


def _holding(estimate: Estimate) -> Estimate:
    """The interval, made to hold its value.

    A bootstrap of extremes may lie wholly on one side of the value; widening it never flatters.
    """
    low, high = min(estimate.lower, estimate.value), max(estimate.upper, estimate.value)
    if (low, high) == (estimate.lower, estimate.upper):
        return estimate
    method = f"{estimate.method}, widened to hold the value"
    return replace(estimate, lower=low, upper=high, method=method)


Measure = Callable[[Measured, Scored], Measured]


def _of_decisions(measure_: Callable[..., Estimate]) -> Measure:
    def measured(bare: Measured, scored: Scored) -> Measured:
        return _valued(bare, measure_(scored.labels, scored.decisions, POSITIVE))

    return measured


def _of_scores(measure_: Callable[..., Estimate], **options: Any) -> Measure:
    def measured(bare: Measured, scored: Scored) -> Measured:
        return _valued(bare, measure_(scored.labels, scored.scores, POSITIVE, **options))

    return measured


def _accuracy(bare: Measured, scored: Scored) -> Measured:
    return _valued(bare, classification.accuracy(scored.labels, scored.decisions, (0, 1)))


def _calibration(bare: Measured, scored: Scored) -> Measured:
    given = (scored.labels, scored.scores, POSITIVE)
    measured = _valued(bare, calibration.expected_calibration_error(*given))
    bins = [
        {
            "slice": f"{place}: mean score {bin_.mean_score:.4f}",
            "n": bin_.n,
            "value": decimal_string(bin_.observed),
            "lower": decimal_string(bin_.lower),
            "upper": decimal_string(bin_.upper),
            "positives": round(bin_.observed * bin_.n),
        }
        for place, bin_ in enumerate(calibration.reliability_table(*given), 1)
    ]
    return replace(measured, group_metric="observed_share", groups=bins)


def _selection(measure_: Callable[..., Estimate]) -> Measure:
    def measured(bare: Measured, scored: Scored) -> Measured:
        values = _attribute(scored, bare.slice)
        groups = decision_groups(bare.slice, values, scored.decisions, scored.offers)
        _check_groups(groups)
        shown = replace(bare, left_out=[one.as_dict() for one in groups.left_out])
        try:
            # Choosing extremes among more than two groups makes an interval for one pair too narrow.
            estimate = measure_(groups, bootstrap=len(groups.kept) > 2)
        except MeasureError as error:
            return replace(shown, reason=error.sentence)
        rates = [one.as_dict() for one in groups.kept]
        return replace(_valued(shown, estimate), group_metric="selection_rate", groups=rates)

    return measured


def _equalized_odds(bare: Measured, scored: Scored) -> Measured:
    values = _attribute(scored, bare.slice)
    rates = fairness.error_rate_groups(
        bare.slice, values, scored.labels, scored.decisions, scored.offers
    )
    _check_groups(rates.true_positive)
    shown = replace(bare, left_out=[one.as_dict() for one in rates.left_out])
    try:
        estimate = fairness.equalized_odds_difference(rates)
    except MeasureError as error:
        return replace(shown, reason=error.sentence)
    favourable = scored.favourable
    groups = [
        {**one.as_dict(), "slice": f"{one.slice}, label {label}"}
        for label, side in (
            (favourable, rates.true_positive),
            (1 - favourable, rates.false_positive),
        )
        for one in side.kept
    ]
    return replace(_valued(shown, estimate), group_metric="selection_rate", groups=groups)


def _attribute(scored: Scored, name: str) -> Any:
    if name not in scored.attributes:
        words = f"{name} is no protected attribute of the model's signature."
        raise MeasureError(MeasureCode.MISSING_COLUMN, words)
    return scored.attributes[name]


def _check_groups(groups: DecisionGroups) -> None:
    count = len(groups.kept) + len(groups.left_out)
    if count > MOST_GROUPS:
        words = f"{groups.attribute} has {count} different values; put them into at most "
        raise MeasureError(MeasureCode.WRONG_TYPE, f"{words}{MOST_GROUPS} groups.")


def _latency(bare: Measured, scored: Scored) -> Measured:
    if scored.latency is None:
        raise MeasureError(MeasureCode.EMPTY, "No single-row run was timed.")
    seconds = decimal_string(scored.latency.p95_ms / 1000)
    bare = replace(bare, sample=scored.latency.runs, method=FIRST_ROWS)
    return _plain(bare, seconds, scored.latency.runs)


def _throughput(bare: Measured, scored: Scored) -> Measured:
    if scored.rows_per_second is None:
        raise MeasureError(MeasureCode.EMPTY, "The scoring was not timed.")
    return _plain(bare, decimal_string(scored.rows_per_second), scored.n)


def _plain(bare: Measured, value: str, n: int) -> Measured:
    """A value without an interval."""
    missing = dict.fromkeys(("lower", "upper", "level", "method"))
    unit = CHECKS[bare.check].unit
    return replace(
        bare, value={"metric": bare.check, "unit": unit, "value": value, **missing, "n": n}
    )


_MEASURES: dict[str, Measure] = {
    "accuracy": _accuracy,
    "precision": _of_decisions(classification.precision),
    "recall": _of_decisions(classification.recall),
    "f1": _of_decisions(classification.f1),
    "roc_auc": _of_scores(roc_auc),
    "log_loss": _of_scores(calibration.log_loss, clip=CLIP),
    "brier": _of_scores(calibration.brier),
    "expected_calibration_error": _calibration,
    "selection_rate_ratio": _selection(fairness.selection_rate_ratio),
    "demographic_parity_difference": _selection(fairness.demographic_parity_difference),
    "equalized_odds_difference": _equalized_odds,
    "latency_p95": _latency,
    "throughput": _throughput,
}
