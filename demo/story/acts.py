"""Steps and acts: what is done, by whom, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from demo.story.stage import Stage

Do = Callable[[Stage], str]


@dataclass(frozen=True)
class Act:
    """`do` returns what happened, in a sentence; it raises where that is not what must happen."""

    step: int
    who: str
    what: str
    do: Do


@dataclass
class Step:
    """A step of the story; its functions become its acts in the order they are written."""

    number: int
    title: str
    acts: list[Act] = field(default_factory=list)

    def act(self, who: str, what: str) -> Callable[[Do], Do]:
        def add(do: Do) -> Do:
            self.acts.append(Act(self.number, who, what, do))
            return do

        return add


@dataclass(frozen=True)
class Outcome:
    act: Act
    result: str
    seconds: float
    is_expected: bool
