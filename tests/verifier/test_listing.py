"""results.csv is what people read: it says what the results say, cell for cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from governance.assessment.naming import WITH_ID
from tests.verifier import making
from tests.verifier.conftest import Kit, check
from tests.verifier.making import Package
from verifier import listing
from verifier.rows import marked, unmarked

NAME = "results/results.csv"
Rows = list[list[str]]


@pytest.fixture(scope="module")
def whole(kit: Kit) -> Package:
    """The organisation's package: five results."""
    return making.package(kit.house, "organisation")


def rows_of(package: Package, name: str = NAME) -> Rows:
    return list(csv.reader(io.StringIO(package.members[name].decode("utf-8-sig"), newline="")))


def judged(package: Package, rows: Rows, kit: Kit, folder: Path, name: str = NAME) -> str:
    """The first fault when the table has these rows, under a manifest that is signed anew."""
    package = package.copy()
    package.members[name] = making.table(rows[0], rows[1:])
    verdict = check(package.write(folder / "p.zip"), kit.key, kit.kept())
    assert verdict.exit == 1
    assert verdict.findings.number == 1
    return verdict.findings.faults[0].line


@pytest.mark.parametrize("column", range(len(making.LISTED)))
def test_a_changed_cell_is_named(whole: Package, kit: Kit, tmp_path: Path, column: int) -> None:
    rows = rows_of(whole)
    rows[2][column] += "x"
    line = judged(whole, rows, kit, tmp_path)
    assert line.startswith(f"{NAME}: Row 2, ")
    assert f"it says {making.LISTED[column]} " in line


CHANGES: dict[str, tuple[Callable[[Rows], Rows], str]] = {
    "first missing": (lambda rows: [rows[0], *rows[2:]], "Row 1, "),
    "last missing": (lambda rows: rows[:-1], "Row 5 is missing: "),
    "all missing": (lambda rows: rows[:1], "Row 1 is missing: "),
    "one added": (lambda rows: [*rows, rows[1]], "Row 6 is one too many: there are 5 results."),
    "two exchanged": (lambda rows: [rows[0], rows[2], rows[1], *rows[3:]], "Row 1, "),
    "titles": (lambda rows: [["x", *rows[0][1:]], *rows[1:]], "has other columns"),
    "one column less": (lambda rows: [row[:-1] for row in rows], "has other columns"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_another_list_is_a_change(whole: Package, kit: Kit, tmp_path: Path, change: str) -> None:
    alter, sentence = CHANGES[change]
    assert sentence in judged(whole, alter(rows_of(whole)), kit, tmp_path)


def test_nothing_is_inherited_by_an_organisation(whole: Package, kit: Kit, tmp_path: Path) -> None:
    line = judged(whole, rows_of(whole)[:2], kit, tmp_path, "results/inherited.csv")
    assert "Nothing stands above an organisation" in line


def test_people_are_named_as_the_platform_names_them() -> None:
    names = {making.uuid(1): "Ada"}
    text = f"Person {making.uuid(1)} and person {making.uuid(2)}; personperson {making.uuid(1)}."
    assert listing._with_names(text, names) == (
        f"Ada ({making.uuid(1)}) and {making.uuid(2)}; personperson {making.uuid(1)}."
    )
    assert listing._PERSON.pattern == WITH_ID.pattern


@pytest.mark.parametrize("text", ["", "a", "=1", "-", "+", "@x", "\tx", "\nx", "'t Hooft", "'"])
def test_a_cell_gives_back_its_text(text: str) -> None:
    assert unmarked(marked(text)) == text
