from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from demo.data.batches import UNIT_ERROR_BATCH, UNIT_ERROR_NOTE, labels_of, quarter
from demo.data.columns import FEATURES, KEY, LABEL, LEFT_OUT
from demo.data.errors import DataError
from demo.data.folder import sha256_of
from demo.data.prepare import Prepared, prepare
from demo.data.tables import read_survey

Survey = dict[str, Path]


@pytest.fixture
def prepared(survey: Survey, tmp_path: Path) -> Prepared:
    return prepare(survey, tmp_path / "data")


def table(prepared: Prepared, path: str) -> pa.Table:
    return pq.read_table(prepared.folder / path)


def test_only_people_of_16_to_64_are_kept(prepared: Prepared, survey: Survey) -> None:
    ages = pq.read_table(survey["employment_MA_reference.pq"])["AGEP"].to_pylist()

    kept = table(prepared, prepared.train.path)["AGEP"].to_pylist()
    kept += table(prepared, prepared.test.path)["AGEP"].to_pylist()

    assert sorted(kept) == sorted(age for age in ages if 16 <= age <= 64)


def test_training_rows_have_features_and_label_only(prepared: Prepared) -> None:
    names = table(prepared, prepared.train.path).schema.names

    assert names == [*FEATURES, LABEL]
    assert not set(names) & set(LEFT_OUT)


def test_seven_of_ten_rows_train(prepared: Prepared) -> None:
    rows = prepared.train.rows + prepared.test.rows

    assert prepared.train.rows == int(rows * 0.7)


def test_preparing_twice_gives_the_same_bytes(
    prepared: Prepared, survey: Survey, tmp_path: Path
) -> None:
    again = prepare(survey, tmp_path / "again")

    assert again.to_json() == prepared.to_json()
    assert sha256_of(again.folder / again.train.path) == prepared.train.sha256


def test_batches_are_twelve_quarters_in_time_order(prepared: Prepared) -> None:
    names = [batch.name for batch in prepared.batches]
    begun = [batch.observed_from for batch in prepared.batches]

    assert names[0] == "2016 part 1 of 4" and names[-1] == "2018 part 4 of 4"
    assert len(names) == 12 and begun == sorted(begun)
    assert [b.observed_to for b in prepared.batches][:-1] == begun[1:]


def test_batches_hold_every_row_once_in_file_order(prepared: Prepared, survey: Survey) -> None:
    rows = pq.read_table(survey["employment_MA_analysis.pq"])
    inside = pc.and_(pc.greater_equal(rows["AGEP"], 16), pc.less_equal(rows["AGEP"], 64))

    found = [i for b in prepared.batches for i in table(prepared, b.data.path)[KEY].to_pylist()]

    assert found == rows.filter(inside)[KEY].to_pylist()


def test_labels_lie_in_their_own_file_and_join_by_id(prepared: Prepared, survey: Survey) -> None:
    known = pq.read_table(survey["employment_MA_analysis_target.pq"])
    truth = dict(zip(known[KEY].to_pylist(), known[LABEL].to_pylist(), strict=True))
    batch = prepared.batches[5]

    labels = table(prepared, batch.labels.path).to_pydict()

    assert LABEL not in table(prepared, batch.data.path).schema.names
    assert labels[KEY] == table(prepared, batch.data.path)[KEY].to_pylist()
    assert labels[LABEL] == [truth[key] for key in labels[KEY]]


def test_a_row_without_label_is_refused() -> None:
    rows = pa.table({KEY: [1, 2]})

    with pytest.raises(DataError, match="1 rows have no label"):
        labels_of(rows, pa.table({KEY: [1], LABEL: [0]}))


def test_only_the_labelled_batch_has_ages_in_months(prepared: Prepared) -> None:
    oldest = {
        batch.name: pc.max(table(prepared, batch.data.path)["AGEP"]).as_py()
        for batch in prepared.batches
    }

    assert oldest.pop(UNIT_ERROR_BATCH) > 16 * 12
    assert max(oldest.values()) <= 64
    assert [b.name for b in prepared.batches if b.note == UNIT_ERROR_NOTE] == [UNIT_ERROR_BATCH]


def test_the_manifest_names_files_with_their_digests(prepared: Prepared) -> None:
    manifest = json.loads((prepared.folder / "prepared.json").read_text())

    assert manifest == prepared.to_json()
    for batch in manifest["batches"]:
        assert sha256_of(prepared.folder / batch["data"]["path"]) == batch["data"]["sha256"]


def test_a_survey_without_a_column_is_refused(survey: Survey, tmp_path: Path) -> None:
    short = tmp_path / "short.pq"
    pq.write_table(pq.read_table(survey["employment_MA_reference.pq"]).drop_columns(["SEX"]), short)

    with pytest.raises(DataError, match="no column SEX"):
        read_survey(short)


def test_the_last_quarter_ends_with_the_year() -> None:
    assert quarter(2016, 3) == ("2016-10-01T00:00:00Z", "2017-01-01T00:00:00Z")
