from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cast import Cast
    from tests.monitoring.places import Places
    from tests.monitoring.watched import Watched


@pytest.fixture
def places(cast: Cast) -> Places:
    """A release with a small real model, and rows to evaluate it on."""
    from tests.monitoring.places import make_places

    return make_places(cast)


@pytest.fixture
def watched(places: Places) -> Watched:
    """The release live in production, with a monitor that compares with a reference."""
    from tests.monitoring.watched import make_watched

    return make_watched(places)
