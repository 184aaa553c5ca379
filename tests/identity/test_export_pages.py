from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from governance.identity import actions
from governance.identity.tables import TABLES, cell
from tests.cast import PASSWORD, Cast
from tests.pages.browse import asks_to_sign_in, signed_in


def rows_of(client: Client, path: str) -> list[list[str]]:
    answer = client.get(path)
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8")  # type: ignore[attr-defined]
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_text_that_a_spreadsheet_would_run_is_made_plain(start: str) -> None:
    assert cell(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (-3, "-3"),
        (True, "yes"),
        (date(2026, 11, 24), "2026-11-24"),
        (datetime(2026, 11, 24, 10, 4, tzinfo=UTC), "2026-11-24T10:04:00Z"),
        (["a", "b"], "a, b"),
        ("plain - text", "plain - text"),
    ],
)
def test_a_value_is_written_as_people_and_programs_read_it(value: object, text: str) -> None:
    assert cell(value) == text


def test_export_is_a_download_of_what_the_page_shows(cast: Cast) -> None:
    answer = signed_in(cast, "abel").get("/export/people.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="people.csv"'
    rows = rows_of(signed_in(cast, "abel"), "/export/people.csv")
    assert rows[0][:2] == ["Name", "E-mail"]
    assert "dana (test)" in {row[0] for row in rows}
    assert "nina (test)" not in {row[0] for row in rows}


def test_export_takes_the_filters_of_the_page(cast: Cast) -> None:
    rows = rows_of(signed_in(cast, "abel"), "/export/people.csv?q=dana")
    assert [row[0] for row in rows[1:]] == ["dana (test)"]


def test_a_name_that_is_a_formula_does_not_run(cast: Cast) -> None:
    by = cast.by("adam")
    actions.create_person(cast.organisation, "=HYPERLINK(1)", "h@x.test", PASSWORD, by=by)
    rows = rows_of(signed_in(cast, "abel"), "/export/people.csv?q=HYPERLINK")
    assert rows[1][0] == "'=HYPERLINK(1)"


def test_an_unknown_table_is_not_found(cast: Cast) -> None:
    assert signed_in(cast, "abel").get("/export/secrets.csv").status_code == 404


def test_export_asks_a_stranger_to_sign_in(cast: Cast) -> None:
    assert asks_to_sign_in("/export/people.csv")


@pytest.mark.parametrize("table", sorted(TABLES))
def test_no_table_shows_anything_of_another_organisation(cast: Cast, table: str) -> None:
    cast.judge()
    answer = signed_in(cast, "nina").get(f"/export/{table}.csv?system={cast.system.pk}")
    if answer.status_code in {403, 404}:
        return
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "(test)" not in text.replace("nina (test)", "")


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_table_is_there_for_who_may_see_it(cast: Cast, table: str) -> None:
    cast.judge()
    who = "adam" if table == "jobs" else "dana"
    rows = rows_of(signed_in(cast, who), f"/export/{table}.csv?system={cast.system.pk}")
    assert rows[0] == [column.title for column in TABLES[table].columns]
    assert {len(row) for row in rows} == {len(rows[0])}
