"""The real rows, where they have been fetched before; nothing is downloaded here."""

from __future__ import annotations

import json
import os

import pytest

from demo.data.fetch import SURVEY_FILES, is_intact
from demo.data.folder import survey_folder
from demo.data.prepare import Prepared, prepare
from demo.pipeline.figures import drift
from demo.pipeline.rows import read_features

SURVEY = survey_folder()
IS_THERE = all(is_intact(SURVEY / name, digest) for name, digest in SURVEY_FILES.items())
pytestmark = pytest.mark.skipif(
    not IS_THERE and not os.environ.get("MUNIMENT_NEEDS_SURVEY"),
    reason="the survey is not fetched: python -m demo.data.fetch",
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepare({name: SURVEY / name for name in SURVEY_FILES}, tmp_path_factory.mktemp("real"))


def batch_drift(prepared: Prepared, path: str) -> dict[str, float]:
    reference = read_features(prepared.folder / prepared.test.path)
    return drift(reference, read_features(prepared.folder / path))


def test_45118_rows_of_2015_are_of_working_age(prepared: Prepared) -> None:
    assert (prepared.train.rows, prepared.test.rows) == (31_582, 13_536)


def test_the_batches_hold_135542_rows_of_working_age(prepared: Prepared) -> None:
    assert sum(batch.data.rows for batch in prepared.batches) == 135_542
    assert all(batch.data.rows == batch.labels.rows for batch in prepared.batches)


def test_the_unit_error_is_the_largest_drift_of_all(prepared: Prepared) -> None:
    found = {
        (batch.name, column): index
        for batch in prepared.batches
        for column, index in batch_drift(prepared, batch.data.path).items()
    }

    assert max(found, key=lambda key: found[key]) == ("2017 part 3 of 4", "AGEP")


def test_2016_does_not_drift(prepared: Prepared) -> None:

    for batch in prepared.batches[:4]:
        assert max(batch_drift(prepared, batch.data.path).values()) < 0.02


def test_the_manifest_says_that_it_is_a_replay(prepared: Prepared) -> None:
    manifest = json.loads((prepared.folder / "prepared.json").read_text())

    assert manifest["replay"].startswith("A replay")
