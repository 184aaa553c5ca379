"""Running the two child programs: what goes in, what comes out, and why nothing did."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference.engine.confined import Outcome, run_confined
from inference.engine.limits import MIB, ProcessLimits
from reports.engine.child_typeset import DOCUMENT, PDF

PAGE_LIMITS = ProcessLimits(
    wall_seconds=300.0, cpu_seconds=280, memory_bytes=2048 * MIB, written_bytes=128 * MIB
)
DRAW_LIMITS = ProcessLimits(
    wall_seconds=90.0, cpu_seconds=80, memory_bytes=1024 * MIB, written_bytes=64 * MIB
)
ENDINGS = {
    "out_of_time": "it took longer than is allowed",
    "out_of_memory": "it needed more memory than is allowed",
    "crashed": "the program that makes it broke",
    "garbled": "the program that makes it spoke nonsense",
    "cancelled": "it was cancelled",
}
# The document brings the fonts itself; the letters inside a picture are for pages.
LETTERS = re.compile(rb"<style>@font-face.*?</style>", re.DOTALL)
Said = Callable[[dict[str, Any]], None]


class EngineFailed(Exception):
    """Nothing came out; the message is for people. `outcome` has the child's last words."""

    def __init__(self, sentence: str, outcome: Outcome) -> None:
        super().__init__(sentence)
        self.outcome = outcome


@dataclass(frozen=True)
class Typeset:
    """A finished PDF, its pages, and what making it took (seconds, peak bytes)."""

    pdf: bytes
    pages: int
    complaints: tuple[str, ...]
    seconds: float
    peak_memory_bytes: int


def typeset(
    html: str,
    assets: Mapping[str, Path],
    pictures: Mapping[str, bytes],
    *,
    limits: ProcessLimits = PAGE_LIMITS,
    on_message: Said | None = None,
) -> Typeset:
    """Set a document. `assets` are files, `pictures` SVG bytes, both under their `asset:` names.

    Raises EngineFailed when the child is killed or breaks, and when the document reached for something
    that was not given to it.
    """
    with tempfile.TemporaryDirectory(prefix="mnm-pages-") as name:
        folder = Path(name)
        (folder / DOCUMENT).write_text(html, encoding="utf-8")
        files = {key: str(path) for key, path in assets.items()}
        for key, svg in pictures.items():
            path = folder / f"{len(files)}.svg"
            path.write_bytes(LETTERS.sub(b"", svg))
            files[key] = str(path)
        request = {"limits": limits.to_json(), "assets": files}
        outcome = run("reports.engine.child_typeset", request, folder, limits, on_message)
        last = outcome.messages[-1]
        if last["refused"]:
            raise EngineFailed(f"The document asked for {last['refused'][0]!r}.", outcome)
        return Typeset(
            (folder / PDF).read_bytes(),
            int(last["pages"]),
            tuple(last["complaints"]),
            outcome.seconds,
            outcome.peak_memory_bytes,
        )


def draw(
    specs: Sequence[Mapping[str, Any]],
    fonts: Mapping[int, Path],
    family: str,
    *,
    limits: ProcessLimits = DRAW_LIMITS,
    on_message: Said | None = None,
) -> list[bytes]:
    """SVG of each Vega-Lite spec, in order. `fonts`: weight to file. Raises EngineFailed."""
    if not specs:
        return []
    with tempfile.TemporaryDirectory(prefix="mnm-charts-") as name:
        folder = Path(name)
        request = {
            "limits": limits.to_json(),
            "specs": [dict(spec) for spec in specs],
            "fonts": {str(weight): str(path) for weight, path in fonts.items()},
            "family": family,
        }
        run("reports.engine.child_draw", request, folder, limits, on_message)
        return [(folder / f"{place}.svg").read_bytes() for place in range(len(specs))]


def run(
    module: str,
    request: dict[str, Any],
    folder: Path,
    limits: ProcessLimits,
    on_message: Said | None,
) -> Outcome:
    stdin = os.open(os.devnull, os.O_RDONLY)
    try:
        outcome = run_confined(
            module, request, folder=folder, stdin=stdin, limits=limits, on_message=on_message
        )
    finally:
        os.close(stdin)
    if outcome.ending != "exited" or not outcome.messages:
        why = ENDINGS.get(outcome.ending, "the program that makes it ended early")
        raise EngineFailed(f"It could not be made: {why}.", outcome)
    return outcome
