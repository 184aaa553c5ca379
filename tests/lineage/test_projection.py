from __future__ import annotations

import socket
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError

from governance.audit.models import Leaf
from governance.evidence.models import Evidence
from lineage.actions import receive_events
from lineage.models import (
    Contradiction,
    DataAlias,
    DataUse,
    DataVersion,
    LineageJob,
    ProjectionMark,
    RawEvent,
    RunAttempt,
)
from lineage.projection import project_all
from tests.cast import Cast
from tests.lineage.pipeline import (
    MODEL,
    ROWS,
    TEST,
    TRAINING,
    data,
    encoded,
    event,
    facet,
    post,
    preparation,
    tell,
    training,
    work,
)

CAPTURE = Path(__file__).parent / "fixtures" / "airflow_capture.ndjson"


def attempts() -> list[tuple[str, int, str]]:
    found = RunAttempt.objects.order_by("job__name", "number").select_related("job")
    return [(one.job.name, one.number, one.state) for one in found]


def uses() -> set[tuple[str, str, str]]:
    return set(DataUse.objects.values_list("attempt__job__name", "role", "data__name"))


def airflow(cast: Cast) -> None:
    receive_events(cast.system.unit, CAPTURE.read_bytes().splitlines(), by=cast.by("dev"))
    work(cast)


def test_events_are_kept_byte_for_byte_with_one_entry_naming_each(cast: Cast) -> None:
    receipts = post(cast, preparation())
    cast.sequence()
    assert [bytes(row.body) for row in RawEvent.objects.all()] == encoded(preparation())
    leaf = Leaf.objects.get(action="lineage.events_received")
    assert all(one.sha256.encode() in bytes(leaf.body) for one in receipts)
    assert RawEvent.objects.filter(entry_id=leaf.entry_id).count() == 2


def test_no_process_of_the_platform_can_change_or_delete_an_event(cast: Cast) -> None:
    post(cast, preparation())
    with pytest.raises(DatabaseError):
        RawEvent.objects.update(type="FAIL")
    with pytest.raises(DatabaseError):
        RawEvent.objects.all().delete()


def test_not_even_the_owner_of_the_tables_can_change_an_event(cast: Cast, connect_as) -> None:
    post(cast, preparation())
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        connect_as("owner").execute("UPDATE lineage_rawevent SET type = 'FAIL'")


def test_the_same_event_a_hundred_times_is_one(cast: Cast) -> None:
    found = [post(cast, training()[:1])[0].outcome for _ in range(100)]
    assert found == ["accepted", *["duplicate"] * 99]
    cast.sequence()
    assert RawEvent.objects.count() == 1
    assert Leaf.objects.filter(action="lineage.events_received").count() == 1


def test_runs_attempts_data_and_uses_follow_from_the_events(cast: Cast) -> None:
    tell(cast, *preparation(), *training())
    assert attempts() == [("prepare", 1, "completed"), ("train", 1, "completed")]
    assert uses() == {
        ("prepare", "input", "survey.pq"),
        ("prepare", "output", "train.parquet"),
        ("prepare", "output", "test.parquet"),
        ("train", "input", "train.parquet"),
        ("train", "output", "model"),
    }


def test_the_captured_airflow_day_keeps_both_attempts_of_every_run(cast: Cast) -> None:
    airflow(cast)
    steps = ("ingest", "featurize", "train")
    rerun = [(f"credit_training.{step}", n) for step in sorted(steps) for n in (1, 2)]
    found = [(name, number) for name, number, _ in attempts() if "credit_training." in name]
    assert found == rerun
    assert ("credit_fail.train", 1, "failed") in attempts()
    assert ("credit_training", 2, "completed") in attempts()


def test_airflow_s_files_without_version_join_by_name_and_say_so(cast: Cast) -> None:
    airflow(cast)
    features = DataVersion.objects.get(name__endswith="features.csv")
    assert (features.digest, features.version) == ("", "")
    makers = set(features.uses.filter(role="output").values_list("attempt__job__name", flat=True))
    assert makers == {"credit_training.featurize", "credit_fail.featurize"}


def test_an_end_that_arrives_before_its_start_is_one_attempt(cast: Cast) -> None:
    start, complete = training()
    tell(cast, complete)
    tell(cast, start)
    (attempt,) = RunAttempt.objects.all()
    assert (attempt.number, attempt.state, attempt.events) == (1, "completed", 2)
    assert attempt.began_at.minute == 10


def test_a_late_event_joins_the_attempt_in_whose_time_it_lies(cast: Cast) -> None:
    start, complete = training()
    again = event("START", 60, "train", TRAINING)
    tell(cast, start, complete, again)
    tell(cast, event("RUNNING", 15, "train", TRAINING, inputs=[data("late.csv", "1" * 64)]))
    late = DataUse.objects.get(data__name="late.csv")
    assert late.attempt.number == 1
    assert attempts() == [("train", 1, "completed"), ("train", 2, "running")]


def test_two_ends_with_other_outputs_keep_both(cast: Cast) -> None:
    start, complete = training()
    other = event("COMPLETE", 21, "train", TRAINING, outputs=[data("model", "d" * 64)])
    tell(cast, start, complete, other)
    made = DataUse.objects.filter(role="output").values_list("data__digest", flat=True)
    assert set(made) == {MODEL, "d" * 64}


def test_an_attempt_that_ended_two_ways_is_a_contradiction(cast: Cast) -> None:
    tell(cast, *training(), event("FAIL", 21, "train", TRAINING))
    (found,) = Contradiction.objects.all()
    assert "COMPLETE, FAIL" in found.sentence and found.run_ids == [TRAINING]


def test_one_version_made_by_two_runs_is_a_contradiction_unless_the_bytes_are_equal(
    cast: Cast,
) -> None:
    def made(run: str, minute: int) -> list[dict[str, object]]:
        named = data("labels") | {"facets": {"version": facet(datasetVersion="7")}}
        return [event("COMPLETE", minute, run, TRAINING, outputs=[named, data("rows", ROWS)])]

    tell(cast, *made("label", 1))
    assert not Contradiction.objects.exists()
    tell(cast, event("START", 30, "label", TRAINING), *made("label", 40))
    (found,) = Contradiction.objects.all()
    assert found.sentence == "2 attempts say that they made labels version 7."


def test_a_use_without_version_is_replaced_when_the_version_comes(cast: Cast) -> None:
    start = event("START", 0, "train", TRAINING, inputs=[data("rows")])
    complete = event("COMPLETE", 9, "train", TRAINING, inputs=[data("rows", ROWS)])
    tell(cast, start)
    tell(cast, complete)
    bare = DataUse.objects.get(data__digest="")
    exact = DataUse.objects.get(data__digest=ROWS)
    assert bare.replaced == exact.recorded > bare.recorded and exact.replaced is None


def test_aliases_join_two_names_of_the_same_data(cast: Cast) -> None:
    link = facet(identifiers=[{"namespace": "hive", "name": "rows", "type": "TABLE"}])
    named = data("rows") | {"facets": {"symlinks": link}}
    tell(cast, event("COMPLETE", 0, "prepare", TRAINING, outputs=[named]))
    pairs = set(DataAlias.objects.values_list("data__namespace", "other__namespace"))
    assert pairs == {("file", "hive"), ("hive", "file")}


def test_an_event_of_a_dataset_alone_can_declare_it_a_source(cast: Cast) -> None:
    alone = event(None, 0, "", TRAINING, run=None, job=None, inputs=None, outputs=None)
    tell(cast, alone | {"dataset": data("survey.pq", ROWS, is_source=True)})
    found = DataVersion.objects.get(digest=ROWS)
    assert found.declared == found.recorded


def test_a_job_s_own_event_makes_a_job_and_no_use(cast: Cast) -> None:
    tell(cast, event(None, 0, "nightly", TRAINING, run=None, inputs=[data("rows", ROWS)]))
    assert LineageJob.objects.get().name == "nightly"
    assert not DataUse.objects.exists()


def test_facets_that_nobody_knows_are_kept_and_their_addresses_never_asked(cast: Cast) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/schema.json"
        odd = facet(answer=42) | {"_schemaURL": address}
        run = {"runId": str(TRAINING), "facets": {"odd": odd}}
        tell(cast, event("START", 0, "train", TRAINING, run=run))
        with pytest.raises(BlockingIOError):
            listening.accept()
    assert b'"answer": 42' in bytes(RawEvent.objects.get().body)


def test_projecting_again_from_nothing_gives_the_same_rows(cast: Cast) -> None:
    airflow(cast)
    tell(cast, *preparation(), *training())
    before = list(RunAttempt.objects.order_by("pk").values()), uses()
    for table in (DataUse, DataAlias, Contradiction, DataVersion, RunAttempt, LineageJob):
        table.objects.all().delete()
    ProjectionMark.objects.update(log_size=0)
    project_all(cast.organisation)
    kept = [{k: v for k, v in row.items() if k != "job_id"} for row in before[0]]
    after = [
        {k: v for k, v in row.items() if k != "job_id"}
        for row in RunAttempt.objects.order_by("pk").values()
    ]
    assert (after, uses()) == (kept, before[1])


def test_events_in_any_number_of_requests_give_the_same_rows(cast: Cast) -> None:
    for one in (*training(), *preparation()):
        tell(cast, one)
    apart = uses()
    assert apart and attempts() == [("prepare", 1, "completed"), ("train", 1, "completed")]


def test_another_organisation_s_events_join_nothing_here(cast: Cast) -> None:
    nina = cast.by("nina")
    elsewhere = cast.person("nina").unit
    with pytest.raises(Exception, match="needs the role"):
        receive_events(elsewhere, encoded(training()), by=nina)
    tell(cast, *training())
    assert set(DataVersion.objects.values_list("organisation", flat=True)) == {cast.organisation.pk}


def test_each_attempt_that_ended_is_a_signed_record_at_the_system(cast: Cast) -> None:
    tell(cast, *preparation(), *training()[:1])
    (stated,) = Evidence.objects.records("lineage-run")
    assert stated.state == "completed" and stated.scope_id == cast.system.pk
    assert stated.fields["outputs"] == [TEST, ROWS]
    assert stated.subjects[1:] == [TEST, ROWS]


def test_a_failed_attempt_is_stated_as_failed_and_its_retry_apart(cast: Cast) -> None:
    start, complete = training()
    tell(cast, start, event("FAIL", 12, "train", TRAINING))
    again = event("START", 30, "train", TRAINING)
    tell(cast, again, complete | {"eventTime": "2026-11-03T09:40:00Z"})
    found = [(one.state, one.fields["attempt"]) for one in Evidence.objects.records("lineage-run")]
    assert found == [("failed", 1), ("completed", 2)]


def test_a_late_event_makes_a_new_revision_of_the_record(cast: Cast) -> None:
    tell(cast, *training())
    tell(cast, event("RUNNING", 15, "train", TRAINING, inputs=[data("late.csv", "1" * 64)]))
    found = Evidence.objects.records("lineage-run").order_by("revision")
    assert [one.fields["inputs"] for one in found] == [[ROWS], ["1" * 64, ROWS]]
