"""Every table as CSV: a room registers columns and the rows that its page shows under the same filters."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from governance.identity.principal import Principal

BOM = "\ufeff"
# A spreadsheet runs a cell that begins so.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
CHUNK = 500

Builder = Callable[[Principal, QueryDict], Iterable[Any]]
Read = Callable[[Any], object]


@dataclass(frozen=True)
class Column:
    """A column's heading, and how its value is read: a function of the row or a dotted path of names."""

    title: str
    read: Read | str

    def value(self, row: Any) -> object:
        if not isinstance(self.read, str):
            return self.read(row)
        found = row
        for name in self.read.split("."):
            found = getattr(found, name, None)
            if callable(found):
                found = found()
        return found


@dataclass(frozen=True)
class Table:
    slug: str
    columns: tuple[Column, ...]
    rows: Builder
    action: str = "read"


TABLES: dict[str, Table] = {}


def table(
    slug: str, *columns: tuple[str, Read | str], action: str = "read"
) -> Callable[[Builder], Builder]:
    """Decorator: `rows(principal, query)` gives what the principal sees under the page's filters.

    `action` is what the principal must be allowed somewhere; the rows narrow it to where.
    """

    def add(rows: Builder) -> Builder:
        TABLES[slug] = Table(slug, tuple(Column(*one) for one in columns), rows, action)
        return rows

    return add


class Echo:
    """A file for csv.writer that gives back what is written."""

    def write(self, text: str) -> str:
        return text


def stream(chosen: Table, rows: Iterable[Any]) -> Iterator[str]:
    """The table's text, line by line, with a byte order mark so that a spreadsheet reads UTF-8."""
    writer = csv.writer(Echo())
    yield BOM + str(writer.writerow([column.title for column in chosen.columns]))
    found = rows.iterator(chunk_size=CHUNK) if isinstance(rows, QuerySet) else rows
    for row in found:
        yield str(writer.writerow([cell(column.value(row)) for column in chosen.columns]))


def cell(value: object) -> str:
    """A value as text. Text that a spreadsheet would run begins with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple | set):
        return cell(", ".join(str(one) for one in value))
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
