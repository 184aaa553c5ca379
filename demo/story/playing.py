"""Which steps there are here, and playing them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import httpx

from demo.command_line import CommandFailed
from demo.people.person import PageRefused
from demo.story.acts import Act, Outcome, Step
from demo.story.stage import Stage, Unexpected
from demo.telling import Teller
from demo.workshop import WorkshopError

# What can go wrong in an act: the platform's answer, not a mistake of this program.
FAILURES = (
    PageRefused, CommandFailed, Unexpected, WorkshopError, LookupError, httpx.HTTPError, TimeoutError,
)  # fmt: skip


def steps() -> list[Step]:
    """The steps in order."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("step_*.py"))
    found: list[Step] = [import_module(f"demo.story.{name}").step for name in names]
    return found


def play(story: list[Step], stage: Stage, teller: Teller) -> Iterator[Outcome]:
    """Act after act. What did not do what it must ends the story: the rest stands on it."""
    for step in story:
        teller.say(f"\nStep {step.number}: {step.title}")
        for act in step.acts:
            outcome = play_act(act, stage, teller)
            yield outcome
            if not outcome.is_expected:
                return


def play_act(act: Act, stage: Stage, teller: Teller) -> Outcome:
    teller.begin(act)
    begun = time.monotonic()
    try:
        result, is_expected = act.do(stage), True
    except FAILURES as error:
        result, is_expected = f"{type(error).__name__}: {error}", False
    outcome = Outcome(act, result, time.monotonic() - begun, is_expected)
    teller.end(outcome)
    return outcome
