from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cast import Cast
    from tests.monitoring.places import Places


@pytest.fixture
def places(cast: Cast) -> Places:
    """A release with a small real model, and rows to evaluate it on."""
    from tests.monitoring.places import make_places  # noqa: PLC0415 (needs Django set up)

    return make_places(cast)
