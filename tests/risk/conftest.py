from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from risk.models import Risk
    from tests.cast import Cast


@pytest.fixture
def risk(cast: Cast) -> Risk:
    from tests.risk.writing import write

    return write(cast)
