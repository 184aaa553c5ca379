from __future__ import annotations

import pytest

from risk import scales


def test_no_severe_impact_is_low() -> None:
    assert all(scales.rank(likelihood, 5) > 0 for likelihood in scales.LIKELIHOODS)


def test_a_level_never_falls_when_likelihood_or_impact_rises() -> None:
    for likelihood in (1, 2, 3, 4):
        for impact in (1, 2, 3, 4):
            here = scales.rank(likelihood, impact)
            assert scales.rank(likelihood + 1, impact) >= here
            assert scales.rank(likelihood, impact + 1) >= here


def test_what_is_not_rated_has_no_level() -> None:
    assert scales.level(3, None) is None
    assert scales.level(5, 5) == "very high"


def test_a_rating_outside_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="from 1 to 5"):
        scales.rank(0, 3)
