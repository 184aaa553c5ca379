"""Seconds and memory of a control report: one system with a story, and an organisation of many systems.

    python -m bench.bench_pdf [--systems 50] [--rounds 3]

Prints a table. Statements are real and signed, the log is sequenced and signed, pages are set by the same confined
child that a worker starts. "Draw" is cold in the first round: charts are kept by digest afterwards.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.installation import installation, register_systems, sequencer

MIB = 2**20


@dataclass(frozen=True)
class Row:
    """One report: pages, seconds of each step, and the child's peak memory in MiB."""

    subject: str
    pages: int
    kilobytes: int
    read: float
    draw: float
    typeset: float
    memory: int

    def line(self) -> str:
        total = self.read + self.draw + self.typeset
        return (
            f"{self.subject:<34}{self.pages:>6}{self.kilobytes:>8}{self.read:>9.2f}{self.draw:>9.2f}"
            f"{self.typeset:>9.2f}{total:>9.2f}{self.memory:>9}"
        )


HEAD = (
    f"{'report on':<34}{'pages':>6}{'KB':>8}{'read s':>9}{'draw s':>9}{'set s':>9}{'all s':>9}"
    f"{'MiB':>9}"
)


def fill(home: Path, number: int) -> Any:
    """The tests' organisation: one system with a story, and `number` - 1 that were only registered."""
    from governance.gates.loading import load_all  # noqa: PLC0415
    from tests import cast as people  # noqa: PLC0415
    from tests.reports.story import tell  # noqa: PLC0415

    load_all()
    with sequencer(home) as log:
        cast = people.make_cast_with(log)
        cast.system = people.register_places(cast)
        tell(cast)
        register_systems(cast, number - 1)
        log.append_all()
        log.sign()
    return cast


def measure(home: Path, cast: Any, unit: Any, subject: str) -> Row:
    """Ask for a report, then do what its job does, step by step under the clock."""
    from reports import pages  # noqa: PLC0415
    from reports.actions import request_report  # noqa: PLC0415
    from reports.content.document import build  # noqa: PLC0415
    from reports.content.snapshot import frozen, take  # noqa: PLC0415
    from reports.engine.running import typeset  # noqa: PLC0415
    from reports.rendering import pictures_of  # noqa: PLC0415

    report = request_report(unit, by=cast.by("dana"))
    with sequencer(home) as log:
        log.append_all()
        log.sign()
    clock = [time.perf_counter()]
    with frozen():
        snapshot = take(report.entry_id, report.effective_at, None)
        content = build(report, snapshot)
    clock.append(time.perf_counter())
    pictures = pictures_of(report, content)
    clock.append(time.perf_counter())
    made = typeset(pages.document(content), pages.assets(), pictures)
    clock.append(time.perf_counter())
    read, draw, setting = (later - sooner for sooner, later in pairwise(clock))
    size = len(made.pdf) // 1024
    return Row(subject, made.pages, size, read, draw, setting, made.peak_memory_bytes // MIB)


def rows(home: Path, number: int, rounds: int) -> Iterator[Row]:
    cast = fill(home, number)
    for n in range(1, rounds + 1):
        yield measure(home, cast, cast.system.unit, f"one system, round {n}")
    for n in range(1, rounds + 1):
        yield measure(home, cast, cast.organisation, f"{number} systems, round {n}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--systems", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with installation() as home:
        print(HEAD)
        for row in rows(home, asked.systems, asked.rounds):
            print(row.line(), flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"Peak memory of the process that reads and judges: {peak} MiB")


if __name__ == "__main__":
    main()
