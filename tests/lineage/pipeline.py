"""What the tests' pipeline sends, and the workers' part: the log's sequencer, then every job that is due."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from governance.identity.actions import create_token
from governance.identity.models import Unit
from governance.work import runner
from governance.work.models import Job, JobState
from lineage.actions import Receipt, receive_events
from tests.cast import Cast

PRODUCER = "https://example.org/pipeline"
SPEC = "https://openlineage.io/spec"
SCHEMA = f"{SPEC}/2-0-2/OpenLineage.json"
SOURCE, ROWS, TEST, MODEL = "5" * 64, "a" * 64, "7" * 64, "c" * 64
PREPARATION = UUID("01a1f640-bc00-7767-88de-26c9479574e6")
TRAINING = UUID("01a1f640-bc00-7fa1-a437-8726b1e7b201")
BEGUN = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


def facet(**content: Any) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": SCHEMA, **content}


def data(name: str, sha256: str = "", is_source: bool = False) -> dict[str, Any]:
    facets: dict[str, Any] = {}
    if sha256:
        facets["version"] = facet(datasetVersion=f"sha256:{sha256}")
    if is_source:
        facets["lineage"] = facet(inputs=[])
    return {"namespace": "file", "name": name, "facets": facets}


def event(
    kind: str | None, minute: float, job: str, run: UUID, /, **changes: Any
) -> dict[str, Any]:
    """A run event `minute` minutes after nine; a change to None leaves the member out."""
    whole = {
        "eventType": kind,
        "eventTime": (BEGUN + timedelta(minutes=minute)).isoformat(),
        "producer": PRODUCER,
        "schemaURL": SCHEMA,
        "run": {"runId": str(run)},
        "job": {"namespace": "prod", "name": job, "facets": {}},
        "inputs": [],
        "outputs": [],
    } | changes
    return {name: value for name, value in whole.items() if value is not None}


def preparation(is_source: bool = True) -> list[dict[str, Any]]:
    read = [data("survey.pq", SOURCE, is_source)]
    made = [data("train.parquet", ROWS), data("test.parquet", TEST)]
    return [
        event("START", 0, "prepare", PREPARATION, inputs=read),
        event("COMPLETE", 5, "prepare", PREPARATION, inputs=read, outputs=made),
    ]


def training(model: str = MODEL, rows: str = ROWS) -> list[dict[str, Any]]:
    read = [data("train.parquet", rows)]
    return [
        event("START", 10, "train", TRAINING, inputs=read),
        event("COMPLETE", 20, "train", TRAINING, inputs=read, outputs=[data("model", model)]),
    ]


def encoded(events: list[dict[str, Any]]) -> list[bytes]:
    return [json.dumps(one).encode() for one in events]


def post(cast: Cast, events: list[dict[str, Any]], by: str = "dev") -> list[Receipt]:
    return receive_events(cast.system.unit, encoded(events), by=cast.by(by))


def work(cast: Cast) -> None:
    """Sequence and run every job of lineage until none is left, as sequencer and worker do."""
    while True:
        cast.sequence()
        jobs = Job.objects.filter(kind__startswith="lineage.", state=JobState.READY)
        if not jobs:
            return
        for job in jobs.order_by("created_at"):
            state = runner.run(job.pk)
            assert state == JobState.DONE, Job.objects.get(pk=job.pk).error


def tell(cast: Cast, *events: dict[str, Any]) -> None:
    """Post these events in one request and let the workers finish."""
    post(cast, list(events))
    work(cast)


def token(cast: Cast, unit: Unit, *verbs: str) -> str:
    """The Authorization header of a fresh CI token at a unit."""
    _, text = create_token(unit, "pipeline", list(verbs) or ["lineage.post"], 30, by=cast.by("dev"))
    return f"Bearer {text}"
