from __future__ import annotations

import pytest

from governance.identity.errors import InvalidInput
from governance.registry.importing import import_systems, preview
from governance.registry.models import AISystem
from tests.cast import Cast

HEADER = "name,purpose,role,tier,owner_email,unit,intended_use,affected_people\n"
GOOD = "Router,Routes letters,deployer,minimal,owen@service.test,,Letters,Nobody\n"


def csv(*rows: str) -> bytes:
    return (HEADER + "".join(rows)).encode()


def test_every_row_or_none_is_imported(cast: Cast) -> None:
    done = import_systems(
        csv(GOOD, GOOD.replace("Router", "Sorter")), cast.organisation, by=cast.by("dana")
    )
    assert [str(system) for system in done] == ["Router", "Sorter"]


def test_one_bad_row_keeps_all_out_and_names_row_and_problem(cast: Cast) -> None:
    bad = GOOD.replace("Router", "Sorter").replace("minimal", "tiny")
    with pytest.raises(InvalidInput) as refusal:
        import_systems(csv(GOOD, bad), cast.organisation, by=cast.by("dana"))
    assert refusal.value.problems[0]["pointer"] == "/rows/3"
    assert AISystem.objects.count() == 1


def test_a_preview_writes_nothing(cast: Cast) -> None:
    rows = preview(csv(GOOD, GOOD), cast.organisation, by=cast.by("dana"))
    assert "exists already" in rows[1].problems[0]
    assert AISystem.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\xff\xfe", "UTF-8"),
        (b"", "no rows"),
        (b"name\nx\n", "The header must be"),
        (HEADER.encode() + b'"unclosed', "cannot be read"),
        (HEADER.encode() + b"a\0b,,,,,,,\n", "NUL"),
        (HEADER.encode() + b"x" * (2**20 + 1), "1 MiB"),
    ],
)
def test_a_file_that_is_no_such_csv_is_refused(cast: Cast, data: bytes, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        preview(data, cast.organisation, by=cast.by("dana"))


def test_a_header_that_names_a_column_twice_is_refused(cast: Cast) -> None:
    twice = HEADER.replace("\n", ",name\n") + GOOD.replace("\n", ",Other\n")
    with pytest.raises(InvalidInput, match=r"names \['name'\] twice"):
        import_systems(twice.encode(), cast.organisation, by=cast.by("dana"))
    assert AISystem.objects.count() == 1


def test_a_row_with_more_cells_than_the_header_is_a_problem_of_that_row(cast: Cast) -> None:
    longer = GOOD.replace("Router", "Sorter").replace("\n", ",and the elderly\n")
    rows = preview(csv(GOOD, longer), cast.organisation, by=cast.by("dana"))
    assert rows[0].problems == []
    assert "1 cells more than the header" in rows[1].problems[0]
    with pytest.raises(InvalidInput, match="nothing was imported"):
        import_systems(csv(GOOD, longer), cast.organisation, by=cast.by("dana"))
    assert AISystem.objects.count() == 1
