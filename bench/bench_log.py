"""What the audit log costs: a transaction with its entry against the same without, and how fast entries are proven.

    python -m bench.bench_log [--rounds 400] [--seconds 15]

Real servers, a real sequencer process, commits that are flushed. Bars stand beside the figures.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.installation import PROJECT, installation

WRITERS = 4


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@contextmanager
def sequencer_process(home: Path) -> Iterator[None]:
    environment = {**os.environ, "MUNIMENT_DB_ROLE": "sequencer"}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "run_sequencer"], cwd=PROJECT, env=environment
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def change(number: int, *, audited: bool) -> None:
    """A registration as the platform does it, small: one row that is changed, one that is made."""
    from django.db import transaction  # noqa: PLC0415

    from governance.audit.actions import COMMAND, record  # noqa: PLC0415
    from governance.identity.models import Person, Unit  # noqa: PLC0415

    with transaction.atomic():
        unit = Unit.objects.get(name="Bench", parent=None)
        person = Person.objects.create(unit=unit, name=f"P{number}", email=f"p{number}@bench.test")
        Person.objects.filter(pk=person.pk).update(name=f"P {number}")
        if audited:
            record(
                "bench.person_created", by=COMMAND, object_type="person", object_id=person.pk,
                unit_path=unit.path, facts={"number": str(number)},
            )  # fmt: skip


def timed(act: Callable[[], object]) -> float:
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


def cost(rounds: int) -> None:
    """Turn about, so that the machine's other work falls on both."""
    plain: list[float] = []
    audited: list[float] = []
    for number in range(rounds):
        for kind, found in ((False, plain), (True, audited))[:: 1 if number % 2 else -1]:
            one = 2 * number + kind
            found.append(timed(lambda one=one, kind=kind: change(one, audited=kind)))  # type: ignore[misc]
    for name, share in (("median", 0.5), ("p95", 0.95)):
        without, with_entry = percentile(plain, share), percentile(audited, share)
        print(
            f"transaction {name}: {without * 1000:.2f} ms without, {with_entry * 1000:.2f} ms with its entry: {with_entry / without:.2f}x"
        )
    print("bar: p95 at most 1.25x")


WRITER = """
import sys, time, django
django.setup()
from bench.bench_log import change, unguarded
first, until, audited = int(sys.argv[1]), time.time() + float(sys.argv[2]), sys.argv[3] == "audited"
unguarded()
done = 0
while time.time() < until:
    change(first + done, audited=audited)
    done += 1
print(done)
"""


def throughput(seconds: float) -> None:
    """Transactions a second of several writers, each a process with a connection of its own."""
    plain, audited = written("plain", 1, seconds), written("audited", 11, seconds)
    print(
        f"{WRITERS} writers: {audited:.0f} audited transactions/s (bar: 300), {plain:.0f} of the same without "
        f"their entries: {plain / audited:.2f}x"
    )


def written(kind: str, first: int, seconds: float) -> float:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(10_000_000 * (first + n)), str(seconds), kind],
            cwd=PROJECT, env={**os.environ, "MUNIMENT_DB_ROLE": "app"}, stdout=subprocess.PIPE, text=True,
        )
        for n in range(WRITERS)
    ]  # fmt: skip
    return sum(int(process.communicate()[0] or 0) for process in processes) / seconds


def unguarded() -> None:
    """The guard refuses a change without its entry; the baseline is one, so it asks nothing of this session."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SET muniment.entries = 'written'")


def delays(number: int) -> None:
    """From commit to its place in the log, and to a checkpoint that covers it."""
    from governance.audit.models import Checkpoint, Leaf, OutboxEntry  # noqa: PLC0415

    while OutboxEntry.objects.exists():
        time.sleep(0.1)
    found = []
    for n in range(number):
        before = Leaf.objects.latest("index").index if Leaf.objects.exists() else -1
        change(900_000_000 + n, audited=True)
        begin = time.perf_counter()
        while not Leaf.objects.filter(index__gt=before).exists():
            time.sleep(0.002)
        found.append(time.perf_counter() - begin)
    print(
        f"in the log: median {statistics.median(found) * 1000:.0f} ms, p99 {percentile(found, 0.99) * 1000:.0f} ms (bar: p99 1 s)"
    )
    covered = []
    for n in range(3):
        change(910_000_000 + n, audited=True)
        begin, size = time.perf_counter(), Leaf.objects.count() + 1
        while not Checkpoint.objects.filter(size__gte=size).exists():
            time.sleep(0.05)
        covered.append(time.perf_counter() - begin)
    print(f"in a checkpoint: at most {max(covered):.1f} s (bar: 15 s)")


def proofs() -> None:
    from governance.audit import merkle  # noqa: PLC0415
    from governance.audit.models import Checkpoint  # noqa: PLC0415
    from governance.audit.queries import read_tile  # noqa: PLC0415

    size, tiles = Checkpoint.objects.latest("id").size, {}

    def read(level: int, index: int) -> bytes:
        if (level, index) not in tiles:
            tiles[level, index] = read_tile(level, index)
        return tiles[level, index]

    indices = [size * n // 200 for n in range(200)]
    for n in indices:
        merkle.inclusion_proof(read, n, size)
    memory = [cpu(lambda n=n: merkle.inclusion_proof(read, n, size)) for n in indices]  # type: ignore[misc]
    stored = [timed(lambda n=n: merkle.inclusion_proof(read_tile, n, size)) for n in indices]  # type: ignore[misc]
    print(
        f"inclusion proof in a log of {size:,}: p95 {percentile(memory, 0.95) * 1000:.2f} ms of CPU from tiles "
        f"at hand (bar: 1 ms); median {statistics.median(stored) * 1000:.2f} ms with its tiles read from the database"
    )


def cpu(act: Callable[[], object]) -> float:
    begin = time.process_time()
    act()
    return time.process_time() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=15)
    options = parser.parse_args()
    with installation() as home:
        from governance.identity.models import Unit  # noqa: PLC0415

        unguarded()
        Unit.objects.create(kind="organisation", name="Bench")
        for number in range(20):
            change(-1 - number, audited=bool(number % 2))
        with sequencer_process(home):
            cost(options.rounds)
            throughput(options.seconds)
            delays(100)
            proofs()


if __name__ == "__main__":
    main()
