"""Drift of one categorical column."""

from __future__ import annotations

import numpy as np

from monitoring.statistics.column_drift import ColumnDrift, DriftStatus
from monitoring.statistics.distances import (
    Counts,
    chi_square,
    cramers_v,
    jensen_shannon,
    pool_rare,
    psi,
)
from monitoring.statistics.profile import CategoricalProfile
from monitoring.statistics.spec import ColumnKind, DriftSpec


def categorical_drift(
    name: str, reference: CategoricalProfile, current: CategoricalProfile, spec: DriftSpec
) -> ColumnDrift:
    """Compare two profiles of one layout that both hold values.

    Other categories count as one, missing values as one more. Status no-data where too few rows
    are left for two categories with an expected count of 5.
    """
    has_missing = bool(reference.nulls or current.nulls)
    r, c = _counts(reference, has_missing), _counts(current, has_missing)
    table = pool_rare(r, c)
    if table.shape[1] < 2:
        return ColumnDrift(
            name,
            ColumnKind.CATEGORICAL,
            DriftStatus.NO_DATA,
            f"{name}: all categories but one are too rare to test.",
            reference.n,
            current.n,
        )
    statistic, p = chi_square(table)
    return ColumnDrift(
        column=name,
        kind=ColumnKind.CATEGORICAL,
        status=DriftStatus.COMPLETED,
        reason=_remark(current),
        n_reference=reference.n,
        n_current=current.n,
        missing_reference=reference.nulls / (reference.n + reference.nulls),
        missing_current=current.nulls / (current.n + current.nulls),
        out_of_range=current.other / current.n,
        unseen=current.unseen,
        psi=psi(r, c, spec.epsilon),
        js=jensen_shannon(r, c),
        test="two-sample chi-square",
        statistic=statistic,
        p=p,
        effect=cramers_v(statistic, int(table.sum())),
        effect_name="Cramer's V",
    )


def _counts(profile: CategoricalProfile, has_missing: bool) -> Counts:
    tail = [profile.other, profile.nulls] if has_missing else [profile.other]
    return np.array([*profile.counts, *tail], dtype=np.int64)


def _remark(current: CategoricalProfile) -> str:
    if not current.other:
        return ""
    shown = ", ".join(current.unseen)
    return f"{current.other} rows hold categories the reference does not name: {shown}."
