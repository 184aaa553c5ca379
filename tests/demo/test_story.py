"""The whole story on real data, then the audit drill on what it left: each of their acts is a test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from config.start import PROJECT
from demo.drill.__main__ import STEPS
from demo.story.acts import Act
from demo.story.playing import steps

ACTS = [act for step in steps() for act in step.acts]
DRILL = [act for step in STEPS for act in step.acts]
LONGEST_SECONDS = 1500
OURS = ("MUNIMENT_", "DATABASE_", "REDIS_", "DJANGO_")

pytestmark = pytest.mark.long


def play(module: str, home: Path, kept: Path) -> dict[tuple[int, str], Any]:
    """Run the story or the drill on a data folder; what came of each act, by step and what is done."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith(OURS)}
    options = ["--exit"] if module == "demo" else []
    done = subprocess.run(
        [sys.executable, "-m", module, *options, "--outcomes", str(kept)],
        cwd=PROJECT,
        env={**clean, "MUNIMENT_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
    )
    assert kept.exists(), done.stdout + done.stderr
    rows = json.loads(kept.read_text(encoding="utf-8"))
    assert done.returncode == 0 or not all(row["isExpected"] for row in rows)
    return {(row["step"], row["what"]): row for row in rows}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("story") / "home"
    folder.mkdir()
    # The servers' own user must be able to pass through.
    for part in (folder, *folder.parents[:3]):
        part.chmod(0o711)
    return folder


@pytest.fixture(scope="module")
def outcomes(home: Path) -> dict[tuple[int, str], Any]:
    return play("demo", home, home.parent / "story.json")


@pytest.fixture(scope="module")
def drill(home: Path, outcomes: dict[tuple[int, str], Any]) -> dict[tuple[int, str], Any]:
    """What came of the audit drill on the story's data."""
    before = fingerprint(home)
    found = play("demo.drill", home, home.parent / "drill.json")
    assert fingerprint(home) == before, "The drill changed the demonstration's data."
    return found


def fingerprint(home: Path) -> dict[str, str]:
    """Every file of a data folder with its digest."""
    files = sorted(path for path in home.rglob("*") if path.is_file())
    return {str(one.relative_to(home)): sha256(one.read_bytes()).hexdigest() for one in files}


@pytest.mark.parametrize("act", ACTS, ids=lambda act: f"{act.step} {act.who} {act.what}")
def test_the_act_does_what_it_must(act: Act, outcomes: dict[tuple[int, str], Any]) -> None:
    demand(act, outcomes)


@pytest.mark.parametrize("act", DRILL, ids=lambda act: f"{act.step} {act.who} {act.what}")
def test_the_drill_does_what_it_must(act: Act, drill: dict[tuple[int, str], Any]) -> None:
    demand(act, drill)


def demand(act: Act, outcomes: dict[tuple[int, str], Any]) -> None:
    row = outcomes.get((act.step, act.what))
    assert row, "An act before it failed, and ended the story."
    assert row["isExpected"], row["result"]


def test_the_story_has_ten_steps() -> None:
    assert [step.number for step in steps()] == list(range(1, 11))
