"""The whole story on real data, as `make demo ARGS=--exit` plays it: each of its acts is a test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from config.start import PROJECT
from demo.story.acts import Act
from demo.story.playing import steps

ACTS = [act for step in steps() for act in step.acts]
LONGEST_SECONDS = 1500
OURS = ("MUNIMENT_", "DATABASE_", "REDIS_", "DJANGO_")

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[int, str], Any]:
    """What came of each act, by step and what is done."""
    kept = tmp_path_factory.mktemp("story") / "outcomes.json"
    home = tmp_path_factory.mktemp("demo-home")
    # The servers' own user must be able to pass through.
    for folder in (home, *home.parents[:2]):
        folder.chmod(0o711)
    clean = {name: text for name, text in os.environ.items() if not name.startswith(OURS)}
    done = subprocess.run(
        [sys.executable, "-m", "demo", "--exit", "--outcomes", str(kept)],
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


@pytest.mark.parametrize("act", ACTS, ids=lambda act: f"{act.step} {act.who} {act.what}")
def test_the_act_does_what_it_must(act: Act, outcomes: dict[tuple[int, str], Any]) -> None:
    row = outcomes.get((act.step, act.what))
    assert row, "An act before it failed, and ended the story."
    assert row["isExpected"], row["result"]


def test_the_story_has_ten_steps() -> None:
    assert [step.number for step in steps()] == list(range(1, 11))
