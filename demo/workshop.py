"""The outside team's own work: preparing rows and training, while the platform starts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.start import PROJECT
from demo.data.fetch import fetch

SECONDS = 600.0
STEPS = ("demo.pipeline.preparation", "demo.pipeline.train 1", "demo.pipeline.train 2")


class WorkshopError(Exception):
    """Preparing or training failed; the text is what it printed."""


@dataclass
class Workshop:
    """Runs STEPS one after the other, as low-priority processes."""

    home: Path
    done: dict[str, threading.Event] = field(
        default_factory=lambda: {step: threading.Event() for step in STEPS}
    )
    said: dict[str, str] = field(default_factory=dict)
    failure: str = ""

    def start(self) -> None:
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        try:
            for step in STEPS:
                self.said[step] = run_module(step)
                self.done[step].set()
        except WorkshopError as error:
            self.failure = str(error)
            for event in self.done.values():
                event.set()

    def wait_for(self, step: str) -> str:
        """What the step printed. Raises WorkshopError where it or one before it failed."""
        if not self.done[step].wait(SECONDS):
            raise WorkshopError(f"{step} has not ended after {SECONDS:.0f} s.")
        if step not in self.said:
            raise WorkshopError(self.failure)
        return self.said[step]

    @property
    def folder(self) -> Path:
        return self.home / "demo"

    def prepared(self) -> dict[str, Any]:
        """The manifest of the prepared rows."""
        self.wait_for(STEPS[0])
        return read_json(self.folder / "data" / "prepared.json")

    def model(self, version: int) -> Path:
        """The folder of a trained version: model.onnx, signature.json, model.json."""
        self.wait_for(STEPS[version])
        return self.folder / "models" / f"v{version}"

    def events(self, *jobs: str) -> list[Path]:
        """The files of the jobs' OpenLineage events, in order."""
        folder = self.folder / "events"
        return [folder / f"{job}.{state}.json" for job in jobs for state in ("start", "complete")]


def fetch_survey() -> None:
    """Get the survey's files once; raises DataError with what to do."""
    fetch()


def run_module(step: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *step.split()],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        # The first page comes first.
        preexec_fn=step_back,
    )
    if done.returncode != 0:
        raise WorkshopError(f"{step} failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout.strip()


def step_back() -> None:
    os.nice(10)


def read_json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
