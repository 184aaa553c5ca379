"""Labels and protected attributes of an evaluation's rows, read by digest."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from inference.engine.encoding import encode_labels
from inference.engine.reasons import EngineError, printable
from inference.engine.signature import Signature
from monitoring.statistics.groups import age_bands

AGE_COLUMNS = ("AGE", "AGEP")
LONGEST_TEXT = 200


@dataclass(frozen=True)
class Source:
    """A Parquet file in the artefact store, and the digest its bytes must have."""

    path: Path
    sha256: str


@dataclass(frozen=True)
class Rows:
    """Labels (int64, 1 = positive class) and protected attributes, each of shape (n,).

    Ages are in bands; other attributes are as the file has them.
    """

    labels: Any
    attributes: dict[str, Any]

    @property
    def n(self) -> int:
        return len(self.labels)


def read_rows(data: Source, labels: Source | None, signature: Signature) -> Rows:
    """Read what judging needs, without the model's other columns.

    Labels in a file of their own stand in the same order; columns both files have must agree.
    Raises EngineError: data_digest_mismatch, data_unreadable, columns_missing, column_*,
    label_unknown, labels_unmatched.
    """
    protected = [name for name in signature.protected if name != signature.label_column]
    label = [signature.label_column]
    if labels is None:
        table = read_columns(data, [*protected, *label])
        return rows_of(table, table, protected, signature)
    said = read_columns(labels, None)
    shared = [n for n in said.column_names if n in names_of(data) and n not in label]
    table = read_columns(data, [*protected, *(name for name in shared if name not in protected)])
    check_same_rows(table, said, shared)
    return rows_of(table, said, protected, signature)


def rows_of(table: Any, labelled: Any, protected: Sequence[str], signature: Signature) -> Rows:
    attributes = {name: attribute(table.column(name), name) for name in protected}
    return Rows(encode_labels(labelled, signature), attributes)


def attribute(column: Any, name: str) -> Any:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    values = column.to_numpy(zero_copy_only=False)
    if is_age_column(name) and values.dtype.kind in "iuf":
        return age_bands(values)
    if values.dtype.kind in "mM":
        return values.astype(str)
    return values


def check_same_rows(table: Any, labels: Any, shared: Sequence[str]) -> None:
    if table.num_columns and table.num_rows != labels.num_rows:
        words = f"{table.num_rows} rows, but {labels.num_rows} labels. Deliver one label a row."
        raise EngineError("labels_unmatched", words)
    for name in shared:
        try:
            same = pc.equal(
                table.column(name).combine_chunks(), labels.column(name).combine_chunks()
            )
        except (pa.ArrowException, AttributeError) as error:
            words = f"Column '{printable(name)}' has another type in the labels' file."
            raise EngineError("labels_unmatched", words) from error
        if not pc.all(pc.fill_null(same, False)).as_py():
            words = (
                f"Column '{printable(name)}' differs between the rows and their labels: the files "
                "are not in the same order. Sort both alike."
            )
            raise EngineError("labels_unmatched", words)


def names_of(source: Source) -> list[str]:
    with opened(source) as file:
        return list(file.schema_arrow.names)


def read_columns(source: Source, names: Sequence[str] | None) -> Any:
    """The named columns (None: all) as an Arrow table; text stays encoded and must be short."""
    with opened(source) as file:
        schema = file.schema_arrow
        wanted = list(schema.names) if names is None else list(dict.fromkeys(names))
        missing = [printable(name) for name in wanted if name not in schema.names]
        if missing:
            listed = ", ".join(missing[:20])
            words = f"The data lacks {len(missing)} column(s) the evaluation needs: {listed}."
            raise EngineError("columns_missing", words)
        table = file.read(columns=wanted, use_threads=False)
    for name in table.column_names:
        check_short(table.column(name), name)
    return table


def check_short(column: Any, name: str) -> None:
    if not pa.types.is_dictionary(column.type):
        return
    for chunk in column.chunks:
        longest = pc.max(pc.binary_length(chunk.dictionary)).as_py() or 0
        if longest > LONGEST_TEXT:
            words = f"Column '{printable(name)}' holds text of {longest} bytes; "
            raise EngineError(
                "column_value", f"{words}labels and groups have at most {LONGEST_TEXT}."
            )


@contextmanager
def opened(source: Source) -> Iterator[Any]:
    """The file, its digest checked; text columns are read as dictionaries, which stay small."""
    try:
        descriptor = os.open(source.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise EngineError("file_unreadable", f"The data file: {error.strerror}.") from error
    with os.fdopen(descriptor, "rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != source.sha256:
            words = f"The stored data has digest {found}, not {source.sha256}; it was changed."
            raise EngineError("data_digest_mismatch", words)
        file.seek(0)
        try:
            schema = pq.read_schema(file)
            texts = [
                field.name
                for field in schema
                if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
            ]
            file.seek(0)
            yield pq.ParquetFile(file, read_dictionary=texts)
        except (pa.ArrowException, OSError) as error:
            words = f"The data cannot be read as Parquet ({printable(error, 200)})."
            raise EngineError("data_unreadable", words) from error


def is_age_column(name: str) -> bool:
    """Whether the attribute is read as years and put into age bands."""
    return name.upper() in AGE_COLUMNS
