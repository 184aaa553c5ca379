"""Progress lines while the story plays, and the table at its end."""

from __future__ import annotations

import sys
import textwrap
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from demo.story.acts import Act, Outcome

WIDTH = 118
WHO, WHAT, RESULT = 13, 36, 45


@dataclass
class Teller:
    begun: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begun

    def say(self, text: str = "") -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def show(self, line: str) -> None:
        """One line of what is going on, with the time since the start."""
        self.say(f"[{self.seconds:6.1f} s]   {line}")

    def begin(self, act: Act) -> None:
        self.say(f"[{self.seconds:6.1f} s] {act.step:>2}  {act.who}: {act.what}")

    def end(self, outcome: Outcome) -> None:
        self.show(f"    {'' if outcome.is_expected else 'NOT AS IT MUST BE: '}{outcome.result}")


def table(outcomes: Sequence[Outcome]) -> str:
    """What, who, result, seconds, as expected: for a terminal of 118 columns."""
    head = row("Step", "Who", "What", "Result", "Seconds", "Expected")
    lines = [head, "-" * WIDTH]
    for one in outcomes:
        lines += rows_of(one)
    return "\n".join(lines)


def rows_of(one: Outcome) -> list[str]:
    cells = [
        textwrap.wrap(text, width) or [""]
        for text, width in ((one.act.who, WHO), (one.act.what, WHAT), (one.result, RESULT))
    ]
    height = max(len(cell) for cell in cells)
    filled = [cell + [""] * (height - len(cell)) for cell in cells]
    expected = "yes" if one.is_expected else "NO"
    who, what, result = filled
    first = row(str(one.act.step), who[0], what[0], result[0], f"{one.seconds:.1f}", expected)
    return [first, *(row("", who[n], what[n], result[n]) for n in range(1, height))]


def row(step: str, who: str, what: str, result: str, seconds: str = "", expected: str = "") -> str:
    return (
        f"{step:<5}{who:<{WHO + 1}}{what:<{WHAT + 1}}{result:<{RESULT + 1}}{seconds:>7} {expected}"
    ).rstrip()
