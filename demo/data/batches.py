"""Cut the rows of 2016 to 2018 into twelve batches, labels apart, as a replay in file order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from demo.data.columns import FEATURES, KEY, LABEL
from demo.data.errors import DataError
from demo.data.tables import DataFile, of_working_age, read_labels, read_survey, write

YEARS = (2016, 2017, 2018)
PARTS = 4
UNIT_ERROR_BATCH = "2017 part 3 of 4"
UNIT_ERROR_NOTE = "AGEP is given in months instead of years: a unit error made on purpose."
REPLAY_NOTE = (
    "A replay: the survey does not say when in its year a row was collected. Each year's rows, "
    "in file order, are cut into four parts and shown as the year's quarters. The file's order "
    "is not random: from 2017 on, people in group quarters (RELP 16 and 17) stand together, so "
    "that 2017 part 4 and 2018 part 1 hold all of them."
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one quarter: `observed_from` is included, `observed_to` is not (RFC 3339, UTC)."""

    name: str
    observed_from: str
    observed_to: str
    data: DataFile
    labels: DataFile
    note: str | None

    def to_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "observed": {"from": self.observed_from, "to": self.observed_to},
            "data": self.data.to_json(),
            "labels": self.labels.to_json(),
            "note": self.note,
        }


def write_batches(analysis: Path, targets: Path, folder: Path) -> list[Batch]:
    """The twelve batches in time order, written below `folder/batches`.

    A batch's rows have the id and the features; its labels file has the same ids and the label.
    Raises DataError when a row has no label.
    """
    rows = of_working_age(read_survey(analysis))
    labels = read_labels(targets)
    return [_write_batch(table, labels, folder, year, part) for year, part, table in _parts(rows)]


def _parts(rows: pa.Table) -> Iterator[tuple[int, int, pa.Table]]:
    for year in YEARS:
        of_year = rows.filter(pc.equal(rows["year"], year))
        bounds = [of_year.num_rows * part // PARTS for part in range(PARTS + 1)]
        for part in range(PARTS):
            length = bounds[part + 1] - bounds[part]
            yield year, part, of_year.slice(bounds[part], length)


def _write_batch(rows: pa.Table, labels: pa.Table, folder: Path, year: int, part: int) -> Batch:
    name = f"{year} part {part + 1} of {PARTS}"
    stem = f"batches/{name.replace(' ', '-')}"
    data = rows.select([KEY, *FEATURES])
    is_wrong = name == UNIT_ERROR_BATCH
    begin, end = quarter(year, part)
    return Batch(
        name=name,
        observed_from=begin,
        observed_to=end,
        data=write(in_months(data) if is_wrong else data, folder, f"{stem}.parquet"),
        labels=write(labels_of(data, labels), folder, f"{stem}.labels.parquet"),
        note=UNIT_ERROR_NOTE if is_wrong else None,
    )


def labels_of(rows: pa.Table, labels: pa.Table) -> pa.Table:
    """The labels of exactly these rows, in their order, joined by id."""
    found = labels.take(pc.index_in(rows[KEY], value_set=labels[KEY].combine_chunks()))
    missing = found[LABEL].null_count
    if missing:
        raise DataError(f"{missing} rows have no label; fetch the survey again.")
    return found


def in_months(rows: pa.Table) -> pa.Table:
    """The same rows with AGEP times twelve."""
    place = rows.schema.get_field_index("AGEP")
    return rows.set_column(place, "AGEP", pc.multiply(rows["AGEP"], 12.0))


def quarter(year: int, part: int) -> tuple[str, str]:
    """First instant of the quarter `part` (0 to 3), and first instant after it."""
    month = 3 * part + 1
    after = f"{year}-{month + 3:02}" if part < PARTS - 1 else f"{year + 1}-01"
    return f"{year}-{month:02}-01T00:00:00Z", f"{after}-01T00:00:00Z"
