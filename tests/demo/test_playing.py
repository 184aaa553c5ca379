from __future__ import annotations

from typing import Any, cast

import pytest

from demo.story.acts import Act, Step
from demo.story.playing import play
from demo.story.stage import Stage, Unexpected
from demo.telling import Teller, table

STAGE = cast(Stage, None)


def story(*acts: Any) -> list[Step]:
    step = Step(1, "A story")
    for number, do in enumerate(acts):
        step.acts.append(Act(1, "somebody", f"act {number}", do))
    return [step]


def good(stage: Stage) -> str:
    return "Done"


def bad(stage: Stage) -> str:
    raise Unexpected("Something else came of it.")


def broken(stage: Stage) -> str:
    raise ZeroDivisionError


def test_the_first_act_that_fails_ends_the_story() -> None:
    outcomes = list(play(story(good, bad, good), STAGE, Teller()))
    assert [one.is_expected for one in outcomes] == [True, False]
    assert outcomes[1].result == "Unexpected: Something else came of it."


def test_a_mistake_of_the_program_is_no_outcome() -> None:
    with pytest.raises(ZeroDivisionError):
        list(play(story(broken), STAGE, Teller()))


def test_the_table_says_what_was_not_as_it_must_be() -> None:
    lines = table(list(play(story(good, bad), STAGE, Teller()))).splitlines()
    assert lines[2].endswith("yes")
    assert lines[3].endswith("NO")
    assert max(len(line) for line in lines) <= 118
