"""Drift of one numeric column."""

from __future__ import annotations

from monitoring.statistics.bounds import binned_wasserstein, ks_bounds
from monitoring.statistics.column_drift import ColumnDrift, DriftStatus
from monitoring.statistics.distances import (
    cohens_d,
    jensen_shannon,
    ks_and_wasserstein,
    ks_p,
    missing_p,
    psi,
)
from monitoring.statistics.inputs import Floats
from monitoring.statistics.profile import NumericProfile
from monitoring.statistics.spec import ColumnKind, DriftSpec


def numeric_drift(
    name: str,
    reference: NumericProfile,
    current: NumericProfile,
    spec: DriftSpec,
    raw: tuple[Floats, Floats] | None,
) -> ColumnDrift:
    """Compare two profiles of one layout that both hold values.

    `raw`, the sorted values of both sides, makes KS and Wasserstein exact. Missing values are one
    more bin of PSI and JS; where there are any, their share is tested too and p is the smaller of
    the two p-values, doubled (Bonferroni).
    """
    upper: float | None = None
    if raw:
        statistic, wasserstein = ks_and_wasserstein(*raw)
        basis = "exact"
    else:
        statistic, upper = ks_bounds(reference, current)
        wasserstein = binned_wasserstein(reference, current)
        basis = f"bounded from {len(reference.counts)} bins"
    p = ks_p(statistic, reference.n, current.n)
    has_missing = bool(reference.nulls or current.nulls)
    if has_missing:
        p = min(1.0, 2 * min(p, missing_p(_missing(reference), _missing(current))))
    r, c = _psi_counts(reference, has_missing), _psi_counts(current, has_missing)
    return ColumnDrift(
        column=name,
        kind=ColumnKind.NUMERIC,
        status=DriftStatus.COMPLETED,
        reason=_remark(current),
        n_reference=reference.n,
        n_current=current.n,
        missing_reference=reference.nulls / (reference.n + reference.nulls),
        missing_current=current.nulls / (current.n + current.nulls),
        out_of_range=(current.counts[0] + current.counts[-1]) / current.n,
        psi=psi(r, c, spec.epsilon),
        js=jensen_shannon(r, c),
        test="ks and missing share" if has_missing else "ks",
        statistic=statistic,
        statistic_upper=upper,
        p=p,
        effect=statistic,
        effect_name="KS D",
        cohens_d=cohens_d(
            reference.mean, current.mean, reference.sd, current.sd, reference.n, current.n
        ),
        wasserstein=wasserstein / reference.sd if reference.sd > 0 else None,
        basis=basis,
    )


def _psi_counts(profile: NumericProfile, has_missing: bool) -> list[int]:
    counts = profile.layout.psi_counts(profile.counts)
    return [*counts, profile.nulls] if has_missing else counts


def _missing(profile: NumericProfile) -> tuple[int, int]:
    return profile.nulls, profile.n + profile.nulls


def _remark(current: NumericProfile) -> str:
    if current.minimum == current.maximum:
        return "The batch holds one value only."
    return ""
