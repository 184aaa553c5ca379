from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from demo.data import fetch
from demo.data.columns import FEATURES

YEAR_ROWS = 240


def survey_table(years: tuple[int, ...], seed: int) -> pa.Table:
    """Rows shaped as the survey's: codes as dictionaries of text, ages as doubles."""
    draw = np.random.default_rng(seed)
    rows = YEAR_ROWS * len(years)
    columns: dict[str, pa.Array] = {"id": pa.array(range(rows))}
    for name in FEATURES:
        codes = pa.array([str(code) for code in draw.integers(1, 3, rows)])
        columns[name] = codes.dictionary_encode()
    columns["AGEP"] = pa.array(draw.integers(0, 95, rows).astype(float))
    columns["employed"] = pa.array((draw.random(rows) < 0.6).astype(int))
    columns["year"] = pa.array(np.repeat(years, YEAR_ROWS))
    columns["prediction"] = columns["employed"]
    columns["predicted_probability"] = pa.array(draw.random(rows))
    return pa.table(columns)


@pytest.fixture
def survey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """The three survey files, small, with their own digests pinned."""
    folder = tmp_path / "home" / "demo" / "survey"
    folder.mkdir(parents=True)
    analysis = survey_table((2016, 2017, 2018), 2)
    backwards = np.arange(analysis.num_rows)[::-1]
    tables = {
        "employment_MA_reference.pq": survey_table((2015,), 1),
        "employment_MA_analysis.pq": analysis.drop_columns(["employed"]),
        "employment_MA_analysis_target.pq": analysis.select(["id", "employed"]).take(backwards),
    }
    paths = {name: folder / name for name in tables}
    for name, table in tables.items():
        pq.write_table(table, paths[name])
        digest = hashlib.sha256(paths[name].read_bytes()).hexdigest()
        monkeypatch.setitem(fetch.SURVEY_FILES, name, digest)
    return paths


@pytest.fixture
def wheel(survey: dict[str, Path], tmp_path: Path) -> Path:
    """The three files in a zip, as the real wheel has them, in a folder of their own."""
    path = tmp_path / "new" / fetch.WHEEL
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        for name, file in survey.items():
            archive.write(file, fetch.INSIDE + name)
    return path
