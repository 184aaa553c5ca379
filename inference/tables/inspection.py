"""Look into an uploaded table from outside the process that reads it. Standard library only."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference.engine.confined import Message, Outcome, read_confined
from inference.engine.reasons import Reason, printable
from inference.tables.limits import TableLimits


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column: its type in Arrow's words, and how many rows have no value."""

    name: str
    dtype: str
    nulls: int


@dataclass(frozen=True, slots=True)
class TableInspection:
    """What is known of a table's file. `admitted` only when nothing speaks against it.

    `format` is parquet or csv ("" where neither was read). `confined` tells whether the
    system-call filter was in force. Seconds are wall time; memory is the child's peak, bytes.
    """

    admitted: bool
    digest: str | None = None
    size: int = 0
    reasons: tuple[Reason, ...] = ()
    format: str = ""
    rows: int = 0
    row_groups: int = 0
    columns: tuple[TableColumn, ...] = ()
    confined: bool = False
    seconds: float = 0.0
    peak_memory_bytes: int = 0


def inspect_table(path: Path, limits: TableLimits | None = None) -> TableInspection:
    """Say whether the file at `path` is a table that may be admitted. Never raises for a file."""
    limits = limits or TableLimits()
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        return _refused("file_unreadable", f"The file cannot be opened: {error.strerror}.")
    try:
        return _inspect(descriptor, limits)
    except OSError as error:
        return _refused("file_unreadable", f"The file cannot be inspected: {error.strerror}.")
    finally:
        os.close(descriptor)


def _inspect(descriptor: int, limits: TableLimits) -> TableInspection:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_size == 0:
        return _refused("not_a_table", "The file is empty or no ordinary file. Upload it again.")
    if status.st_size > limits.file_bytes:
        words = f"The file has {status.st_size} bytes; at most {limits.file_bytes} are admitted."
        return _refused("file_too_large", words, size=status.st_size)
    with os.fdopen(os.dup(descriptor), "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    outcome = read_confined("inference.tables.child", descriptor, limits)
    return _judged(outcome, digest, status.st_size, limits)


def _judged(outcome: Outcome, digest: str, size: int, limits: TableLimits) -> TableInspection:
    if outcome.ending != "exited":
        code, words = f"inspection_{outcome.ending}", _ending(outcome, limits)
        return _refused(code, words, digest=digest, size=size)
    said = outcome.messages[-1] if outcome.messages else {}
    try:
        return _from_message(said, outcome, digest, size)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return _refused("inspection_garbled", _GARBLED, digest=digest, size=size)


def _from_message(said: Message, outcome: Outcome, digest: str, size: int) -> TableInspection:
    """Take nothing from the child that has another type or length than expected."""
    reasons = tuple(
        Reason(printable(r["code"], 64), printable(r["sentence"], 800)) for r in said["reasons"]
    )
    columns = () if reasons else tuple(_column(one) for one in said["columns"])
    return TableInspection(
        admitted=not reasons,
        digest=digest,
        size=size,
        reasons=reasons[:20],
        format="" if reasons else printable(said["format"], 10),
        rows=0 if reasons else int(said["rows"]),
        row_groups=0 if reasons else int(said["row_groups"]),
        columns=columns,
        confined=said["confined"] is True,
        seconds=outcome.seconds,
        peak_memory_bytes=outcome.peak_memory_bytes,
    )


def _column(said: Any) -> TableColumn:
    name = str(said["name"])
    if not name.isprintable():
        raise ValueError("not the name of a column")
    return TableColumn(name, printable(said["dtype"], 60), int(said["nulls"]))


def _ending(outcome: Outcome, limits: TableLimits) -> str:
    return {
        "out_of_time": f"The table was not read through within {limits.wall_seconds:g} s. "
        "Split it, or write it again without compression.",
        "out_of_memory": f"Reading the table takes more than {limits.memory_bytes // 2**20} MiB "
        "of memory. Write it with smaller row groups, or split it.",
        "crashed": f"The reader crashed (exit {outcome.exit_code}). The file is damaged or made "
        "to do harm. Write it again.",
        "cancelled": "The inspection was cancelled. Start it again.",
    }.get(outcome.ending, _GARBLED)


def _refused(code: str, words: str, digest: str | None = None, size: int = 0) -> TableInspection:
    return TableInspection(False, digest, size, (Reason(code, words),))


_GARBLED = "The inspection gave no readable answer. The file is damaged or made to do harm."
