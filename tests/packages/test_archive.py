"""The zip as the platform writes it is the one that the verifier demands; what no verifier reads is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from governance.identity.tables import FORMULA
from governance.work.kinds import WorkFailed
from packages import archive as making
from packages.archive import Archive
from packages.parts.results import TITLES
from verifier import archive as reading
from verifier import listing, rows


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    found = Archive(tmp_path / "p.zip")
    yield found
    found.zip.close()


def fill(archive: Archive) -> None:
    archive.add("log/checkpoint", [b"a", b"", b"b" * 3_000_000])
    archive.add("documents/EV-1-policy.pdf", [bytes(range(256)) * 10_000])
    archive.add("empty.txt", [])
    archive.add_table("t.csv", ("a", "b"), [("=1", 'x"\r\n'), (None, True)])
    archive.add_json_lines("x.ndjson", [{"a": 1}, "b"])
    archive.close({"format": "x"}, lambda data: data[::-1])


def test_its_layout_is_the_one_that_the_verifier_demands(archive: Archive, tmp_path: Path) -> None:
    fill(archive)
    found = reading.Archive(tmp_path / "p.zip")
    found.check_layout()
    assert found.names == [*(one["path"] for one in archive.files)]
    for one in archive.files:
        assert (found.digest(one["path"]), found.bytes_of(one["path"])) == (
            one["sha256"],
            one["bytes"],
        )
    header, held = rows.read_table(found, "t.csv")
    assert [header, *held] == [["a", "b"], ["'=1", 'x"\r\n'], ["", "yes"]]


def test_the_same_content_gives_the_same_bytes(archive: Archive, tmp_path: Path) -> None:
    fill(archive)
    again = Archive(tmp_path / "q.zip")
    fill(again)
    assert (tmp_path / "p.zip").read_bytes() == (tmp_path / "q.zip").read_bytes()


def test_what_the_plain_form_of_a_zip_cannot_hold_is_refused(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "LARGEST", 1000)
    with pytest.raises(WorkFailed, match=r"a\.txt would have more than 1,000 bytes"):
        archive.add("a.txt", [b"x" * 1001])
    archive.add("b.pdf", [b"x" * 500])
    with pytest.raises(WorkFailed, match="the whole zip would have more than 1,000 bytes"):
        archive.add("c.pdf", [b"x" * 500])


def test_a_line_and_a_manifest_that_no_verifier_reads_are_refused(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "MOST_LINE", 100)
    with pytest.raises(WorkFailed, match=r"a line of t\.csv would have more than 100 bytes"):
        archive.add_table("t.csv", ("a",), [("x" * 100,)])
    with pytest.raises(WorkFailed, match=r"a line of x\.ndjson"):
        archive.add_json_lines("x.ndjson", ["x" * 100])
    monkeypatch.setattr(making, "MAX_PAYLOAD_BYTES", 50)
    with pytest.raises(WorkFailed, match="which names 0 files, would have more than 50 bytes"):
        archive.close({"format": "x" * 50}, sign_nothing)


def sign_nothing(data: bytes) -> Any:
    raise AssertionError(data)


def test_tables_are_read_back_by_the_rules_they_are_written_by() -> None:
    assert tuple(listing.TITLES) == TITLES
    assert rows.FORMULA == FORMULA
