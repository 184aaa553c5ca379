"""Lineage: events a second through the door and into the graph, and the closure of a graph of 50,000 nodes.

Run: python -m bench.bench_lineage [nodes]. Uses the embedded servers of the tests and a database of its own.
Wall seconds, in one process; the last column is how much of them this process computed itself: the rest went to
PostgreSQL, or to neighbours on the machine. The door is Django's own test client, without a socket.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from tests.environment import session

session.prepare()

import django  # noqa: E402

django.setup()

import psycopg  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from governance.audit.queries import log_size  # noqa: E402
from governance.identity.actions import create_token  # noqa: E402
from governance.identity.models import Unit  # noqa: E402
from governance.work import runner  # noqa: E402
from governance.work.models import Job, JobState  # noqa: E402
from lineage.flow import Look, add_flow, trace_of  # noqa: E402
from lineage.models import DataUse, DataVersion, LineageJob, RawEvent, RunAttempt  # noqa: E402
from lineage.records import Statement  # noqa: E402
from lineage.things import Flow  # noqa: E402
from lineage.upstream import Moment, upstream  # noqa: E402
from tests.cast import Cast, make_cast, register_places  # noqa: E402
from tests.environment import databases  # noqa: E402

CAPTURE = Path(__file__).parents[1] / "tests/lineage/fixtures/airflow_capture.ndjson"
SINGLE, BATCHES, BATCH, LAYERS = 300, 4, 500, 60


def seconds(work: Callable[[], object]) -> float:
    """Wall seconds; the share that this process computed is kept for the line."""
    start, used = time.perf_counter(), time.process_time()
    work()
    taken = time.perf_counter() - start
    SHARES.append((time.process_time() - used) / taken)
    return taken


SHARES: list[float] = []


def line(name: str, value: str) -> None:
    share = f"{SHARES.pop():.0%} of it here" if SHARES else ""
    SHARES.clear()
    print(f"{name:<60}{value:>16}{share:>18}", flush=True)


def captured(count: int) -> list[bytes]:
    """Real Airflow events (about 6 KB each), with run ids of their own so that each is new."""
    whole = [json.loads(text) for text in CAPTURE.read_bytes().splitlines()]
    made = []
    for number in range(count):
        event = whole[number % len(whole)]
        run = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{number // len(whole)}/{event['run']['runId']}"))
        made.append(json.dumps(event | {"run": event["run"] | {"runId": run}}).encode())
    return made


def ingest(cast: Cast) -> None:
    _, text = create_token(cast.system.unit, "bench", ["lineage.post"], 1, by=cast.by("dev"))
    header: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Bearer {text}"}
    client, events = Client(SERVER_NAME="localhost"), captured(SINGLE + BATCHES * BATCH)

    def one_by_one() -> None:
        for body in events[:SINGLE]:
            answer = client.post("/api/v1/lineage", body, content_type="application/json", **header)
            assert answer.status_code == 201, answer.content

    def in_batches() -> None:
        for start in range(SINGLE, len(events), BATCH):
            body = b"\n".join(events[start : start + BATCH])
            url = "/api/v1/lineage/batch"
            answer = client.post(url, body, content_type="application/x-ndjson", **header)
            assert answer.json()["accepted"] == BATCH, answer.content

    line("POST /api/v1/lineage, one event a request", f"{SINGLE / seconds(one_by_one):,.0f}/s")
    line(
        f"POST /api/v1/lineage/batch, {BATCH} events",
        f"{BATCHES * BATCH / seconds(in_batches):,.0f}/s",
    )
    cast.sequence()
    taken = seconds(run_jobs)
    count = RawEvent.objects.count()
    line(f"projection with signed run records, {count:,} events", f"{count / taken:,.0f}/s")


def run_jobs() -> None:
    for job in Job.objects.filter(kind="lineage.project", state=JobState.READY):
        runner.run(job.pk)


def _data(organisation: Unit, n: int) -> DataVersion:
    digest = f"{n:064x}"
    return DataVersion(
        organisation=organisation,
        key=digest,
        digest=digest,
        namespace="bench",
        name=f"data {n}",
        recorded=0,
    )


def _run(unit: Unit, job: LineageJob, n: int, now: datetime) -> RunAttempt:
    return RunAttempt(
        id=uuid.UUID(int=n + 1),
        unit=unit,
        job=job,
        run_id=uuid.UUID(int=n + 1),
        number=1,
        producer="urn:bench",
        state="completed",
        ended_with="COMPLETE",
        began_at=now,
        ended_at=now,
        events=2,
        recorded=0,
        end_recorded=0,
    )


def _use(unit: Unit, n: int, data: int, role: str, now: datetime) -> DataUse:
    attempt = uuid.UUID(int=n + 1)
    return DataUse(
        unit=unit, attempt_id=attempt, data_id=data, role=role, recorded=0, valid_from=now
    )


def grow(cast: Cast, nodes: int) -> str:
    """Half runs, half data, in layers: each run reads three data of the layer before. The last one's digest."""
    organisation, unit, now = cast.organisation, cast.system.unit, timezone.now()
    half = nodes // 2
    width = half // LAYERS
    job = LineageJob.objects.create(
        unit=unit, key="0" * 64, namespace="bench", name="step", recorded=0
    )
    data = [_data(organisation, n) for n in range(half)]
    DataVersion.objects.bulk_create(data, batch_size=5000)
    RunAttempt.objects.bulk_create([_run(unit, job, n, now) for n in range(half)], batch_size=5000)
    ids, random = [one.pk for one in data], Random(1)
    uses = []
    for n in range(half):
        first = (n // width - 1) * width
        spread = {first + random.randrange(width) for _ in range(3)} if first >= 0 else set()
        pairs = [("output", n), *(("input", other) for other in sorted(spread))]
        uses += [_use(unit, n, ids[other], role, now) for role, other in pairs]
    DataUse.objects.bulk_create(uses, batch_size=5000)
    with psycopg.connect(session.url("owner")) as owner:
        owner.execute("ANALYZE")
    return f"{half - 1:064x}"


def closure(cast: Cast, nodes: int) -> None:
    digest = grow(cast, nodes)
    moment = Moment(timezone.now(), log_size())
    organisation = cast.organisation.pk
    found = upstream(organisation, [digest], moment)
    total = len(found.data) + len(found.attempts)
    line("graph: nodes, uses", f"{nodes:,}, {DataUse.objects.count():,}")
    line("upstream closure: nodes found", f"{total:,}")
    taken = min(seconds(lambda: upstream(organisation, [digest], moment)) for _ in range(3))
    line("upstream closure, queries and rows", f"{taken:.2f} s")
    model = Statement(
        uuid.UUID(int=0), 0, 0, "record", moment.at, (),
        {"fields": {"digest": digest, "trainingData": [], "model": "m", "number": "1", "method": "m"}},
    )  # fmt: skip

    def whole() -> None:
        flow = Flow()
        add_flow(flow, Look(organisation, None, moment), [model])
        trace_of(flow, [model])

    line("the same as a graph, with its completeness", f"{seconds(whole):.2f} s")
    near = f"{3 * (nodes // 2) // LAYERS:064x}"
    small = min(seconds(lambda: upstream(organisation, [near], moment)) for _ in range(5))
    line("upstream closure three steps deep", f"{small * 1000:.0f} ms")


def main(nodes: int) -> None:
    with session.running_servers():
        name = "muniment_bench_lineage"
        databases.drop(name)
        databases.clone(databases.ensure_template(), name)
        with databases.pointed_at(name), tempfile.TemporaryDirectory() as keys:
            cast = make_cast(lambda role: psycopg.connect(session.url(role)), Path(keys))
            cast.system = register_places(cast)
            ingest(cast)
            closure(cast, nodes)
    session.forget()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
