from __future__ import annotations

import pytest

from cli.main import main
from cli.reference import markdown
from config.start import PROJECT

PAGE = PROJECT / "docs" / "reference" / "cli.md"


def test_the_page_is_what_the_program_says_of_itself() -> None:
    assert PAGE.read_text(encoding="utf-8") == markdown(), (
        "Write it anew: python -m cli.reference > docs/reference/cli.md"
    )


def test_every_argument_says_what_it_is_for() -> None:
    rows = [line for line in markdown().splitlines() if line.startswith("| `")]
    assert rows
    silent = [row for row in rows if row.endswith("|  |")]
    assert not silent, "\n".join(silent)


def test_without_a_token_it_says_where_one_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--token", "", "systems"]) == 2
    assert "A system's owner creates one" in capsys.readouterr().err
