"""Prepare the survey: training and test rows of 2015, and the batches of 2016 to 2018.

Run it alone with `python -m demo.data.prepare`.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from demo.data.batches import REPLAY_NOTE, Batch, write_batches
from demo.data.columns import COLUMNS, FEATURES, KEY, LABEL
from demo.data.errors import DataError
from demo.data.fetch import fetch
from demo.data.folder import demo_folder
from demo.data.tables import DataFile, of_working_age, read_survey, write

SPLIT_SEED = 2015
TRAINING_SHARE = 0.7
MANIFEST = "prepared.json"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What preparation wrote, below `folder`: `train` and `test` are of 2015."""

    folder: Path
    train: DataFile
    test: DataFile
    batches: list[Batch]

    def to_json(self) -> dict[str, object]:
        return {
            "label": LABEL,
            "key": KEY,
            "columns": [asdict(column) | {"dtype": column.dtype} for column in COLUMNS],
            "train": self.train.to_json(),
            "test": self.test.to_json(),
            "reference": self.test.to_json(),
            "replay": REPLAY_NOTE,
            "batches": [batch.to_json() for batch in self.batches],
        }


def prepare(survey: dict[str, Path], folder: Path | None = None) -> Prepared:
    """Write the prepared files and the manifest below `folder` (default `demo_folder()/data`).

    `survey` gives the fetched files by name. Raises DataError when they do not fit together.
    """
    target = folder or demo_folder() / "data"
    return prepare_batches(survey, target, prepare_training(survey, target))


def prepare_training(survey: dict[str, Path], folder: Path) -> tuple[DataFile, DataFile]:
    """Write the training and the test rows of 2015."""
    rows = of_working_age(read_survey(survey["employment_MA_reference.pq"]))
    train, test = split(rows.select([*FEATURES, LABEL]))
    return write(train, folder, "train-2015.parquet"), write(test, folder, "test-2015.parquet")


def prepare_batches(
    survey: dict[str, Path], folder: Path, training: tuple[DataFile, DataFile]
) -> Prepared:
    """Write the batches of 2016 to 2018 and the manifest of everything prepared."""
    batches = write_batches(
        survey["employment_MA_analysis.pq"], survey["employment_MA_analysis_target.pq"], folder
    )
    prepared = Prepared(folder, *training, batches)
    (folder / MANIFEST).write_text(json.dumps(prepared.to_json(), indent=1) + "\n")
    return prepared


def split(rows: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Training (70 %) and test rows, drawn with a fixed seed, each in file order."""
    order = np.random.default_rng(SPLIT_SEED).permutation(rows.num_rows)
    cut = int(rows.num_rows * TRAINING_SHARE)
    return rows.take(np.sort(order[:cut])), rows.take(np.sort(order[cut:]))


def main() -> int:
    try:
        prepared = prepare(fetch())
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    for file in (prepared.train, prepared.test):
        print(f"{file.path:40} {file.rows:>8,} rows  {file.sha256[:12]}…")
    for batch in prepared.batches:
        print(
            f"{batch.name:40} {batch.data.rows:>8,} rows  {batch.data.sha256[:12]}…  "
            f"{batch.note or ''}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
