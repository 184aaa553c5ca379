"""Fairness of a decision between groups: ratio, difference, equalised odds.

Every figure compares the two extreme groups. Picking extremes makes unequal what chance alone
left unequal, so the value errs toward unfairness and a pair interval is too narrow; the
bootstrap repeats the picking and shows that bias. Values and names as in fairlearn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitoring.statistics.errors import MeasureCode, MeasureError
from monitoring.statistics.estimate import Estimate
from monitoring.statistics.groups import (
    MINIMUM_GROUP,
    DecisionGroup,
    DecisionGroups,
    LeftOut,
    group_counts,
    groups_of_counts,
)
from monitoring.statistics.inputs import (
    BinaryLabels,
    Floats,
    check_same_length,
    is_positive,
    one_dimensional,
)
from monitoring.statistics.intervals import (
    Interval,
    log_ratio,
    newcombe_difference,
    percentile_interval,
    zero_ratio,
)

MINIMUM_CLASS = 30
RESAMPLES = 2000


@dataclass(frozen=True)
class ErrorRateGroups:
    """True and false positive rates per group, over the same kept groups."""

    true_positive: DecisionGroups
    false_positive: DecisionGroups
    left_out: tuple[LeftOut, ...]


def selection_rate_ratio(
    groups: DecisionGroups, *, bootstrap: bool = False, seed: int = 0, resamples: int = RESAMPLES
) -> Estimate:
    """Lowest over highest selection rate of the kept groups (fairlearn demographic_parity_ratio).

    Interval: log-ratio delta method for the two extreme groups, or the percentile bootstrap of
    the whole rule. Limits stay in [0, 1]. Raises MeasureError(too_few_groups, undefined).
    """
    low, high = _extremes(groups)
    if high.positives == 0:
        raise MeasureError(
            MeasureCode.UNDEFINED, "No group has a favourable decision: the ratio is 0 / 0."
        )
    if bootstrap:
        rates = _resampled_rates(groups, seed, resamples)
        highest = rates.max(axis=1)
        draws = rates.min(axis=1)[highest > 0] / highest[highest > 0]
        lower, upper = percentile_interval(draws, groups.level)
        method = _bootstrap_method(resamples, seed)
    else:
        (lower, upper), method = _pair_ratio(low, high, groups.level)
    return Estimate(
        metric="selection_rate_ratio",
        value=low.value / high.value,
        lower=lower,
        upper=min(1.0, upper),
        level=groups.level,
        method=method,
        n=groups.n,
    )


def demographic_parity_difference(
    groups: DecisionGroups, *, bootstrap: bool = False, seed: int = 0, resamples: int = RESAMPLES
) -> Estimate:
    """Highest minus lowest selection rate of the kept groups.

    Interval: Newcombe's for the two extreme groups, or the percentile bootstrap of the whole
    rule. Limits stay in [0, 1]. Raises MeasureError(too_few_groups).
    """
    low, high = _extremes(groups)
    if bootstrap:
        rates = _resampled_rates(groups, seed, resamples)
        lower, upper = percentile_interval(np.ptp(rates, axis=1), groups.level)
        method = _bootstrap_method(resamples, seed)
    else:
        pair = (high.positives, high.n), (low.positives, low.n)
        lower, upper = newcombe_difference(*pair, groups.level)
        method = f"Newcombe, {high.slice} minus {low.slice}"
    return Estimate(
        metric="demographic_parity_difference",
        value=high.value - low.value,
        lower=max(0.0, lower),
        upper=upper,
        level=groups.level,
        method=method,
        n=groups.n,
    )


def error_rate_groups(
    attribute: str,
    values: object,
    labels: object,
    decisions: object,
    classes: BinaryLabels,
    *,
    minimum: int = MINIMUM_GROUP,
    minimum_class: int = MINIMUM_CLASS,
    level: float = 0.95,
) -> ErrorRateGroups:
    """True and false positive rates per attribute value; arrays of shape (n,).

    A group is left out when it has fewer than `minimum` rows, or fewer than `minimum_class` rows
    with a positive or with a negative label. Raises MeasureError(empty, length_mismatch,
    missing_value, unknown_label).
    """
    actual = is_positive(labels, classes, "labels")
    favourable = is_positive(decisions, classes, "decisions")
    array = one_dimensional(values, "attribute values")
    check_same_length(array, actual, favourable)
    sizes = groups_of_counts(attribute, group_counts(array, actual), minimum=minimum, level=level)
    thin = tuple(filter(None, (_thin_class(g, minimum_class) for g in sizes.kept)))
    kept = {group.slice for group in sizes.kept} - {group.slice for group in thin}

    def rates(rows: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> DecisionGroups:
        counts = group_counts(array[rows], favourable[rows]) if rows.any() else {}
        every = groups_of_counts(attribute, counts, minimum=1, level=level)
        chosen = tuple(group for group in every.kept if group.slice in kept)
        return DecisionGroups(attribute, chosen, (), level)

    return ErrorRateGroups(rates(actual), rates(~actual), sizes.left_out + thin)


def equalized_odds_difference(
    groups: ErrorRateGroups, *, seed: int = 0, resamples: int = RESAMPLES
) -> Estimate:
    """The larger of the spreads of true and of false positive rates (Hardt et al. 2016).

    Interval: percentile bootstrap of the whole rule. Raises MeasureError(too_few_groups).
    """
    true, false = groups.true_positive, groups.false_positive
    spreads = [high.value - low.value for low, high in map(_extremes, (true, false))]
    drawn = [
        np.ptp(_resampled_rates(side, seed + i, resamples), axis=1)
        for i, side in enumerate((true, false))
    ]
    lower, upper = percentile_interval(np.maximum(*drawn), true.level)
    return Estimate(
        metric="equalized_odds_difference",
        value=max(spreads),
        lower=lower,
        upper=upper,
        level=true.level,
        method=_bootstrap_method(resamples, seed),
        n=true.n + false.n,
    )


def _extremes(groups: DecisionGroups) -> tuple[DecisionGroup, DecisionGroup]:
    if len(groups.kept) < 2:
        raise MeasureError(
            MeasureCode.TOO_FEW_GROUPS,
            f"{groups.attribute} has {len(groups.kept)} group(s) large enough to compare; "
            "two are needed.",
        )
    ordered = sorted(groups.kept, key=lambda group: group.value)
    return ordered[0], ordered[-1]


def _pair_ratio(low: DecisionGroup, high: DecisionGroup, level: float) -> tuple[Interval, str]:
    pair = (low.positives, low.n), (high.positives, high.n)
    names = f"{low.slice} over {high.slice}"
    if low.positives == 0:
        return zero_ratio(*pair, level), f"MOVER-R of Wilson limits, {names}"
    return log_ratio(*pair, level), f"log-ratio delta method, {names}"


def _resampled_rates(groups: DecisionGroups, seed: int, resamples: int) -> Floats:
    # Rows resampled with replacement inside a group give a binomial count, so no row is needed.
    n = np.array([group.n for group in groups.kept])
    positives = np.array([group.positives for group in groups.kept])
    random = np.random.default_rng(seed)
    drawn = random.binomial(n, positives / n, size=(resamples, len(n)))
    return np.asarray(drawn / n, dtype=np.float64)


def _bootstrap_method(resamples: int, seed: int) -> str:
    return f"percentile bootstrap within groups ({resamples} resamples, seed {seed})"


def _thin_class(group: DecisionGroup, minimum: int) -> LeftOut | None:
    negatives = group.n - group.positives
    if min(group.positives, negatives) >= max(minimum, 1):
        return None
    reason = f"{group.positives} positive and {negatives} negative labels, fewer than {minimum}"
    return LeftOut(group.slice, group.n, reason)
