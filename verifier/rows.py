"""CSV as a package has it, row by row, so that a table of any size needs the memory of one row."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from .archive import MOST_LINE, Archive, too_long
from .faults import Changed, Unfit

BOM = b"\xef\xbb\xbf"
MOST_COLUMNS = 4096
# A spreadsheet calculates a cell that begins so.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def read_table(
    archive: Archive, name: str, least: int = 1
) -> tuple[list[str], Iterator[list[str]]]:
    """Names and rows of a CSV; rows are read as they are taken.

    Raises Changed for another form or fewer than `least` columns, Unfit beyond what is read.
    """
    rows = _rows(archive, name)
    header = next(rows, [])
    if len(header) < least:
        raise Changed(f"The table has fewer than {least} columns.", name)
    if len(header) > MOST_COLUMNS:
        raise Unfit(f"{name} has {len(header)} columns; in a package at most {MOST_COLUMNS}.")
    return header, _even(rows, name, len(header))


def plain(cell: str) -> str:
    """A cell without the mark that keeps a spreadsheet from calculating it."""
    return cell.removeprefix("'")


def marked(text: str) -> str:
    """A text as a cell, with the mark where a spreadsheet would calculate it."""
    return f"'{text}" if text.startswith(FORMULA) else text


def unmarked(cell: str) -> str:
    """The text of which `marked` made the cell."""
    return cell[1:] if marked(cell[1:]) == cell else cell


def _even(rows: Iterator[list[str]], name: str, columns: int) -> Iterator[list[str]]:
    for place, row in enumerate(rows, 2):
        if len(row) != columns:
            raise Changed(f"Row {place} has {len(row)} cells, not {columns}.", name)
        yield row


def _rows(archive: Archive, name: str) -> Iterator[list[str]]:
    csv.field_size_limit(MOST_LINE)
    for text in _texts(archive, name):
        try:
            found = list(csv.reader([text.decode()], strict=True))
        except (UnicodeDecodeError, csv.Error) as error:
            raise Changed(f"This is no table: {error}.", name) from None
        # Pythons disagree about NUL; a quote or a line break at a wrong place makes two rows.
        if len(found) != 1 or b"\0" in text:
            raise Changed("This is no table: a row holds a character that it may not hold.", name)
        yield found[0]


def _texts(archive: Archive, name: str) -> Iterator[bytes]:
    """The text of each row: lines up to the one that ends outside of quotes."""
    held: list[bytes] = []
    size = quotes = 0
    for number, line in enumerate(archive.lines(name)):
        if not number and not line.startswith(BOM):
            raise Changed("The table does not start with a byte order mark.", name)
        held.append(line if number else line[len(BOM) :])
        size, quotes = size + len(line) + 1, quotes + line.count(b'"')
        if size > MOST_LINE:
            raise too_long(name)
        if not quotes % 2:
            yield b"\n".join(held)
            held, size, quotes = [], 0, 0
    if held:
        raise Changed("The table's last row is cut off.", name)
