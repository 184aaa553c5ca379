from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cast import Cast
    from tests.evidence.pipelines import Pipeline


@pytest.fixture
def pipeline(cast: Cast) -> Pipeline:
    """A pipeline with a token and a registered key, at a system with a release and data."""
    from tests.evidence.pipelines import make_pipeline

    return make_pipeline(cast)
