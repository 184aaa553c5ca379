"""Results of many systems, the gate and the pages: seconds, percentiles and query counts.

    python -m bench.bench_governance [--systems 1000]

Prints a table. Statements are real and signed; the log is sequenced; nothing is cached between rounds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bench.installation import installation, register_systems, sequencer

ROUNDS = 30
PAGES = ("/", "/systems", "/requirements", "/approvals")


def fill(home: Path, number: int) -> tuple[Any, Any]:
    """One organisation with its cast and `number` systems, one of which has a release."""
    from governance.gates.loading import load_all  # noqa: PLC0415
    from tests import cast as people  # noqa: PLC0415

    load_all()
    with sequencer(home) as log:
        cast = people.make_cast_with(log)
        cast.system = people.register_places(cast)
        release = people.make_release(cast)
        register_systems(cast, number - 1)
        cast.sequence()
    return cast, release


def timed(act: Callable[[], object], rounds: int) -> list[float]:
    found = []
    for _ in range(rounds):
        begin = time.perf_counter()
        act()
        found.append(time.perf_counter() - begin)
    return sorted(found)


def queries(act: Callable[[], object]) -> int:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def line(name: str, seconds: list[float], note: str) -> None:
    p95 = seconds[min(len(seconds) - 1, int(len(seconds) * 0.95))]
    print(f"| {name} | {statistics.median(seconds) * 1000:.0f} | {p95 * 1000:.0f} | {note} |")


def measure(number: int) -> None:
    with installation() as home:
        from django.test import Client  # noqa: PLC0415

        from governance.assessment.results import recompute_system, recompute_unit  # noqa: PLC0415
        from governance.audit.queries import log_size  # noqa: PLC0415
        from governance.gates.actions import weigh  # noqa: PLC0415
        from governance.registry.models import AISystem  # noqa: PLC0415

        cast, release = fill(home, number)
        systems = list(AISystem.objects.select_related("unit"))
        begin, cpu = time.perf_counter(), time.process_time()
        recompute_unit(cast.organisation)
        for system in systems:
            recompute_system(system)
        wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
        print(f"\n{number} systems x 72 requirements judged: {wall:.1f} s wall, {cpu:.1f} s CPU")
        print(f"({number * 72 / wall:.0f} results/s, log of {log_size()} entries)\n")
        print("| what | median ms | p95 ms | queries |\n| --- | --- | --- | --- |")

        def gate() -> object:
            return weigh(release, "production", log_size())

        line("gate, weighed", timed(gate, ROUNDS), str(queries(gate)))
        client = Client(headers={"Host": "127.0.0.1"})
        client.force_login(cast.accounts["dana"])
        own = f"/systems/{cast.system.pk}"
        for page in (*PAGES, own, f"{own}/requirements", f"{own}/requirements/MEASURE-2.11"):
            show = partial(client.get, page)
            assert show().status_code == 200, page
            line(page.replace(str(cast.system.pk), "ID"), timed(show, ROUNDS), str(queries(show)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--systems", type=int, default=1000)
    measure(parser.parse_args().systems)
