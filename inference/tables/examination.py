"""Open and read an uploaded table. Only ever called in a confined process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from inference.engine.reasons import Reason, printable
from inference.tables.limits import TableLimits

Message = dict[str, Any]

_MAGIC = b"PAR1"
_BATCH_ROWS = 65_536
_BLOCK_BYTES = 4 * 1024 * 1024
_THRIFT_BYTES = 64 * 1024 * 1024


class Refused(Exception):
    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = Reason(code, sentence)


def examine(file: BinaryIO, limits: TableLimits) -> Message:
    """What is in the file: format, rows, columns with type and nulls; or why it is refused."""
    head = file.read(512)
    file.seek(0)
    answer: Message = {"kind": "answer", "reasons": []}
    try:
        if head.startswith(_MAGIC):
            return answer | _parquet(file, limits)
        return answer | _csv(file, head, limits)
    except Refused as refused:
        reason = refused.reason
    except MemoryError:
        words = f"Reading the table takes more than {limits.memory_bytes // 2**20} MiB. Split it."
        reason = Reason("table_too_large", words)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        words = f"The table cannot be read ({printable(error, 200)}). Write it again."
        reason = Reason("table_unreadable", words)
    return answer | {"reasons": [{"code": reason.code, "sentence": reason.sentence}]}


def _parquet(file: BinaryIO, limits: TableLimits) -> Message:
    table = pq.ParquetFile(
        file,
        thrift_string_size_limit=_THRIFT_BYTES,
        thrift_container_size_limit=1_000_000,
    )
    held = table.metadata
    _check_size("columns", held.num_columns, limits.columns)
    _check_size("row groups", held.num_row_groups, limits.row_groups)
    _check_size("rows", held.num_rows, limits.rows)
    groups = (held.row_group(i) for i in range(held.num_row_groups))
    _check_size("bytes", sum(group.total_byte_size for group in groups), limits.decoded_bytes)
    _check_schema(table.schema_arrow, limits)
    batches = table.iter_batches(_BATCH_ROWS, use_threads=False)
    rows, nulls = _read_through(batches, limits)
    if rows != held.num_rows:
        words = f"The file says {held.num_rows} rows and holds {rows}. Write it again."
        raise Refused("rows_miscounted", words)
    return _described("parquet", table.schema_arrow, rows, nulls) | {
        "row_groups": held.num_row_groups
    }


def _csv(file: BinaryIO, head: bytes, limits: TableLimits) -> Message:
    if not head or b"\0" in head or not _is_utf8(head):
        raise Refused("not_a_table", _NOT_A_TABLE)
    reader = pcsv.open_csv(
        file,
        read_options=pcsv.ReadOptions(use_threads=False, block_size=_BLOCK_BYTES),
        convert_options=pcsv.ConvertOptions(strings_can_be_null=True),
    )
    _check_schema(reader.schema, limits)
    rows, nulls = _read_through(reader, limits)
    return _described("csv", reader.schema, rows, nulls) | {"row_groups": 0}


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        # The cut at the end of the head may fall within a character.
        return error.start >= len(head) - 3
    return True


def _read_through(batches: Iterable[Any], limits: TableLimits) -> tuple[int, Counter[str]]:
    rows, nulls = 0, Counter[str]()
    for batch in batches:
        rows += batch.num_rows
        _check_size("rows", rows, limits.rows)
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            nulls[name] += column.null_count
    if rows == 0:
        raise Refused("no_rows", "The table has no rows.")
    return rows, nulls


def _check_size(what: str, found: int, most: int) -> None:
    if found > most:
        words = f"The table has {found:,} {what}; at most {most:,} are admitted. Split it."
        raise Refused("table_too_large", words)


def _check_schema(schema: Any, limits: TableLimits) -> None:
    _check_size("columns", len(schema.names), limits.columns)
    if not schema.names:
        raise Refused("no_columns", "The table has no columns.")
    for name, count in Counter(schema.names).items():
        if count > 1:
            words = f"The column '{printable(name)}' occurs {count} times. Name each column once."
            raise Refused("column_twice", words)
        if not name.strip() or not name.isprintable() or len(name) > limits.name_characters:
            words = f"A column is named '{printable(name)}'. Use printable names of at most "
            raise Refused("column_name", f"{words}{limits.name_characters} characters.")
    for field in schema:
        if not _is_flat(field.type):
            words = f"The column '{printable(field.name)}' holds {printable(field.type)}. "
            raise Refused("column_nested", f"{words}Use numbers, text, dates or truth values.")


def _is_flat(kind: Any) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_flat(kind.value_type)
    return any(
        is_kind(kind)
        for is_kind in (
            pa.types.is_boolean,
            pa.types.is_integer,
            pa.types.is_floating,
            pa.types.is_decimal,
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_temporal,
            pa.types.is_null,
        )
    )


def _described(format_: str, schema: Any, rows: int, nulls: Counter[str]) -> Message:
    columns = [
        {"name": field.name, "dtype": printable(field.type, 60), "nulls": nulls[field.name]}
        for field in schema
    ]
    return {"format": format_, "rows": rows, "columns": columns}


_NOT_A_TABLE = (
    "This is neither a Parquet file nor CSV text in UTF-8. Write the table as Parquet "
    "(pandas: to_parquet, R: arrow::write_parquet) and upload that file."
)
