from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from lineage.attempts import Attempt, conflicts, segment
from lineage.openlineage import DatasetUse, EventType, Name, RunEvent, parse

FIXTURES = Path(__file__).parent / "fixtures"
FIRST = UUID("01a1f640-bc00-7767-88de-26c9479574e6")
SECOND = UUID("01a1f640-bc00-7767-88de-26c9479574e7")


def event(
    kind: EventType | None,
    minute: int,
    run: UUID = FIRST,
    job: str = "train",
    version: str | None = None,
    **facets: Any,
) -> RunEvent:
    made = DatasetUse(Name("file", "model"), version, None, (), False, {}, {})
    return RunEvent(
        at=datetime(2026, 11, 3, tzinfo=UTC) + timedelta(minutes=minute),
        producer="urn:example:p",
        schema_url="urn:example:s",
        event_type=kind,
        run_id=run,
        run_facets=facets,
        parent=None,
        job=Name("prod", job),
        job_facets={},
        inputs=(),
        outputs=(made,) if version else (),
    )


def airflow(run_id: str) -> dict[str, Any]:
    return {"dagRun": {"run_id": run_id}}


def states(*events: RunEvent) -> list[str | None]:
    return [attempt.state for attempt in segment(events)]


def test_a_real_rerun_under_the_same_ids_gives_two_attempts_each() -> None:
    lines = (FIXTURES / "airflow_rerun.ndjson").read_bytes().splitlines()
    events = [e for e in map(parse, lines) if isinstance(e, RunEvent)]

    found = [(attempt.job.name, attempt.number, attempt.state) for attempt in segment(events)]

    assert found == [
        ("credit_training.train", 1, "COMPLETE"),
        ("credit_training.train", 2, "COMPLETE"),
        ("credit_training", 1, "COMPLETE"),
        ("credit_training", 2, "COMPLETE"),
    ]


def test_start_after_the_end_begins_another_attempt() -> None:
    found = states(event("START", 0), event("FAIL", 1), event("START", 2), event("COMPLETE", 3))

    assert found == ["FAIL", "COMPLETE"]


def test_start_that_arrives_late_joins_its_attempt() -> None:
    (attempt,) = segment([event("COMPLETE", 5), event("START", 0)])

    assert attempt.state == "COMPLETE" and len(attempt.events) == 2


def test_an_end_without_start_is_an_attempt() -> None:
    (attempt,) = segment([event("COMPLETE", 5)])

    assert attempt.began_at == event("COMPLETE", 5).at


def test_the_same_event_sent_twice_counts_once() -> None:
    (attempt,) = segment([event("START", 0), event("START", 0)])

    assert len(attempt.events) == 1


def test_other_after_the_end_changes_nothing() -> None:
    (attempt,) = segment([event("START", 0), event("COMPLETE", 1), event("OTHER", 2)])

    assert attempt.state == "COMPLETE" and len(attempt.events) == 3


def test_a_late_event_joins_the_attempt_in_whose_time_it_lies() -> None:
    first, second = segment(
        [event("START", 0), event("FAIL", 5), event("START", 10), event("RUNNING", 3)]
    )

    assert [e.event_type for e in first.events] == ["START", "FAIL", "RUNNING"]
    assert [e.event_type for e in second.events] == ["START"]


def test_airflow_s_own_run_id_tells_ends_without_start_apart() -> None:
    found = states(
        event("FAIL", 0, airflowDagRun=airflow("a")),
        event("COMPLETE", 9, airflowDagRun=airflow("b")),
    )

    assert found == ["FAIL", "COMPLETE"]


def test_a_late_event_of_an_unknown_airflow_run_is_kept_apart() -> None:
    attempts = segment(
        [event("START", 5, airflow=airflow("b")), event("FAIL", 0, airflow=airflow("a"))]
    )

    assert [attempt.number for attempt in attempts] == [1, 2]


def test_a_run_still_going_says_so() -> None:
    assert states(event("START", 0), event(None, 1)) == ["START"]
    assert states(event(None, 1)) == [None]


def test_outputs_of_an_attempt_are_told_once_each() -> None:
    (attempt,) = segment([event("START", 0, version="v1"), event("COMPLETE", 1, version="v1")])

    assert [use.version for use in attempt.outputs] == ["v1"]


def test_two_ends_of_one_attempt_are_a_conflict() -> None:
    found = conflicts(segment([event("START", 0), event("FAIL", 2), event("COMPLETE", 2)]))

    assert [conflict.kind for conflict in found] == ["two-ends"]


def test_one_run_id_for_two_jobs_is_a_conflict() -> None:
    found = conflicts(segment([event("START", 0), event("RUNNING", 1, job="score")]))

    assert [conflict.kind for conflict in found] == ["two-jobs"]


def test_one_version_made_by_two_runs_is_a_conflict() -> None:
    found = conflicts(
        segment([event("COMPLETE", 0, version="v1"), event("COMPLETE", 1, SECOND, version="v1")])
    )

    assert [(c.kind, c.run_ids) for c in found] == [("version-made-twice", (FIRST, SECOND))]


def test_versions_of_one_dataset_by_two_runs_are_no_conflict() -> None:
    attempts = segment(
        [event("COMPLETE", 0, version="v1"), event("COMPLETE", 1, SECOND, version="v2")]
    )

    assert conflicts(attempts) == [] and all(isinstance(a, Attempt) for a in attempts)
