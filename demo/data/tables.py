"""Read the survey's tables and write the prepared ones, byte for byte the same each time."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from demo.data.columns import COLUMNS, KEY, LABEL, OLDEST, YOUNGEST
from demo.data.errors import DataError
from demo.data.folder import sha256_of


@dataclass(frozen=True, slots=True)
class DataFile:
    """A written Parquet file: `path` is relative to the folder it was written below."""

    path: str
    rows: int
    sha256: str

    def to_json(self) -> dict[str, str | int]:
        return asdict(self)


def read_survey(path: Path) -> pa.Table:
    """The file's columns that are features, label, id or year, with codes as whole numbers."""
    table = pq.read_table(path)
    columns = {name: table[name] for name in (KEY, "year", LABEL) if name in table.schema.names}
    for column in COLUMNS:
        if column.name not in table.schema.names:
            raise DataError(f"{path.name} has no column {column.name}; fetch the survey again.")
        kind = pa.float64() if column.dtype == "float" else pa.int64()
        columns[column.name] = table[column.name].cast(_plain(table, column.name)).cast(kind)
    return pa.table(columns)


def read_labels(path: Path) -> pa.Table:
    """The labels that the survey keeps in a file of their own: id and label."""
    return pq.read_table(path, columns=[KEY, LABEL]).replace_schema_metadata(None)


def of_working_age(table: pa.Table) -> pa.Table:
    age = table["AGEP"]
    inside = pc.and_(pc.greater_equal(age, YOUNGEST), pc.less_equal(age, OLDEST))
    return table.filter(inside)


def write(table: pa.Table, folder: Path, path: str) -> DataFile:
    """Write `table` to `folder/path` as Parquet, without metadata of the writer's program."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    plain = table.replace_schema_metadata(None).combine_chunks()
    pq.write_table(plain, part, compression="zstd", store_schema=False)
    part.replace(target)
    return DataFile(path, table.num_rows, sha256_of(target))


def _plain(table: pa.Table, name: str) -> pa.DataType:
    kind = table.schema.field(name).type
    return kind.value_type if pa.types.is_dictionary(kind) else kind
