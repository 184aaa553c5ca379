"""The real rows, where they have been fetched before: the year's honest batches and the labelled unit error."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from demo.data.columns import COLUMNS
from demo.data.fetch import SURVEY_FILES, is_intact
from demo.data.folder import survey_folder
from monitoring.statistics.columns import Table
from monitoring.statistics.drift import compare
from monitoring.statistics.spec import DriftSpec

SURVEY = survey_folder()
IS_THERE = all(is_intact(SURVEY / name, digest) for name, digest in SURVEY_FILES.items())
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not IS_THERE and not os.environ.get("MUNIMENT_NEEDS_SURVEY"),
        reason="the survey is not fetched: python -m demo.data.fetch",
    ),
]
SPEC = DriftSpec.of(
    numeric=tuple(c.name for c in COLUMNS if c.kind == "numeric"),
    categorical=tuple(c.name for c in COLUMNS if c.kind == "categorical"),
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from demo.data.prepare import prepare

    return prepare({name: SURVEY / name for name in SURVEY_FILES}, tmp_path_factory.mktemp("real"))


def read(folder: Path, path: str) -> Table:
    import pyarrow.parquet as pq

    return pq.read_table(folder / path)


def drifted(prepared: Any, name: str) -> set[str]:
    batch = next(one for one in prepared.batches if one.name == name)
    assert datetime.fromisoformat(batch.observed_from) < datetime.fromisoformat(batch.observed_to)
    reference = read(prepared.folder, prepared.test.path)
    return set(compare(reference, read(prepared.folder, batch.data.path), SPEC).drifted_columns)


def test_the_first_year_shows_no_drift(prepared: Any) -> None:
    for part in range(1, 5):
        assert drifted(prepared, f"2016 part {part} of 4") == set()


def test_the_unit_error_is_found_beside_the_surveys_own_change(prepared: Any) -> None:
    assert drifted(prepared, "2017 part 2 of 4") == {"RELP"}
    assert drifted(prepared, "2017 part 3 of 4") == {"AGEP", "RELP"}
