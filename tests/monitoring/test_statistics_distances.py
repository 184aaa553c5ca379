"""Distances and tests, against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from monitoring.statistics.distances import (
    chi_square,
    cohens_d,
    cramers_v,
    jensen_shannon,
    ks_and_wasserstein,
    ks_p,
    missing_p,
    pool_rare,
    psi,
)
from monitoring.statistics.multiple import benjamini_hochberg


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(20)


def test_psi_is_the_symmetrised_relative_entropy(random: np.random.Generator) -> None:
    r, c = random.integers(1, 100, 10), random.integers(1, 100, 10)
    oracle = stats.entropy(c, r) + stats.entropy(r, c)
    assert psi(r, c) == pytest.approx(oracle, abs=1e-12)


def test_an_empty_bin_counts_as_epsilon() -> None:
    assert psi([50, 50, 0], [50, 40, 10], epsilon=0.001) == pytest.approx(
        (0.4 - 0.5) * np.log(0.4 / 0.5) + (0.1 - 0.001) * np.log(0.1 / 0.001)
    )


def test_jensen_shannon_equals_scipy(random: np.random.Generator) -> None:
    r, c = random.integers(0, 100, 30), random.integers(0, 100, 30)
    assert jensen_shannon(r, c) == pytest.approx(jensenshannon(r, c, base=2), abs=1e-12)
    assert jensen_shannon([1, 0], [0, 5]) == 1.0


def test_ks_p_of_large_samples_is_scipys_to_two_hundred_thousandths() -> None:
    for d in np.linspace(0.001, 0.06, 60):
        assert ks_p(d, 4500, 4500) == pytest.approx(stats.kstwo.sf(d, 2250), abs=2e-5)


@pytest.mark.parametrize("decimals", [0, 8])
@pytest.mark.parametrize("m", [40, 2000])
def test_ks_and_wasserstein_equal_scipy(random: np.random.Generator, decimals: int, m: int) -> None:
    r, c = (np.sort(random.normal(size=n).round(decimals)) for n in (1000, m))
    d, w = ks_and_wasserstein(r, c)
    oracle = stats.ks_2samp(r, c, method="asymp")
    assert d == pytest.approx(oracle.statistic, abs=1e-12)
    assert w == pytest.approx(stats.wasserstein_distance(r, c), abs=1e-12)
    assert ks_p(d, 1000, m) == pytest.approx(oracle.pvalue, abs=1e-12)


def test_chi_square_and_cramers_v_equal_scipy(random: np.random.Generator) -> None:
    table = random.integers(20, 90, (2, 6))
    oracle = stats.chi2_contingency(table, correction=False)
    statistic, p = chi_square(table)
    assert (statistic, p) == pytest.approx((oracle.statistic, oracle.pvalue), rel=1e-12)
    assert cramers_v(statistic, int(table.sum())) == pytest.approx(
        stats.contingency.association(table, method="cramer")
    )


def test_rare_categories_are_pooled_until_five_are_expected(random: np.random.Generator) -> None:
    for _ in range(200):
        k = int(random.integers(2, 15))
        r, c = random.integers(0, 12, k), random.integers(0, 40, k)
        table = pool_rare(r, c)
        assert table.sum(axis=1).tolist() == [r.sum(), c.sum()]
        if table.shape[1] > 1:
            assert stats.contingency.expected_freq(table).min() >= 5


def test_missing_shares_use_fisher_where_counts_are_small() -> None:
    small = stats.fisher_exact([[1, 99], [6, 94]]).pvalue
    large = stats.chi2_contingency([[10, 90], [30, 70]], correction=False).pvalue
    assert missing_p((1, 100), (6, 100)) == pytest.approx(small)
    assert missing_p((10, 100), (30, 100)) == pytest.approx(large)
    assert missing_p((0, 100), (0, 100)) == 1.0


def test_cohens_d_counts_pooled_standard_deviations() -> None:
    assert cohens_d(10, 12, 3, 5, 101, 101) == pytest.approx(2 / np.sqrt((9 + 25) / 2))
    assert cohens_d(10, 12, 0, 0, 50, 50) is None


def test_q_values_equal_scipy(random: np.random.Generator) -> None:
    p = random.random(50) ** 2
    assert benjamini_hochberg(p.tolist()) == pytest.approx(
        stats.false_discovery_control(p).tolist()
    )
    assert benjamini_hochberg([]) == []
