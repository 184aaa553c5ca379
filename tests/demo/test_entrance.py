"""What the demonstration says at its end: where to go in now, or how to start again."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from config.start import PROJECT
from demo.__main__ import start_again, tell_entrance
from demo.story.stage import Stage
from demo.telling import Teller

OWEN = SimpleNamespace(role="owner", login="owen@demo.test", password="words")
STAGE = cast(
    Stage,
    SimpleNamespace(
        home=PROJECT / "var" / "demo", site="http://127.0.0.1:8000", people={"owen": OWEN}
    ),
)


def test_a_platform_that_stays_is_named_by_its_address(capsys: pytest.CaptureFixture[str]) -> None:
    tell_entrance(STAGE, Teller(), ends=False)
    said = capsys.readouterr().out
    assert "Open http://127.0.0.1:8000 and sign in" in said and "owen@demo.test" in said


def test_a_platform_that_ends_is_named_by_how_it_starts_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tell_entrance(STAGE, Teller(), ends=True)
    said = capsys.readouterr().out
    assert "make demo-up" in said and "http://" not in said and "owen@demo.test" in said


def test_another_folder_is_named_with_the_command() -> None:
    assert start_again(Path("/data/my demo")) == "MUNIMENT_HOME='/data/my demo' make demo-up"


def test_the_target_is_there() -> None:
    assert "\ndemo-up: " in (PROJECT / "Makefile").read_text(encoding="utf-8")
