from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.openlineage import (
    DatasetEvent,
    DatasetUse,
    EventRefused,
    JobEvent,
    Name,
    RunEvent,
    canonical_names,
    parse,
)

FIXTURES = Path(__file__).parent / "fixtures"
PRODUCER = "https://example.org/pipeline"
SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json"
RUN_ID = "01a1f640-bc00-7767-88de-26c9479574e6"
DIGEST = "ab" * 32

json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def facet(**content: Any) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": SCHEMA, **content}


def event(**changes: Any) -> dict[str, Any]:
    """A correct run event; a change to None leaves the member out."""
    whole = {
        "eventType": "COMPLETE",
        "eventTime": "2026-11-03T10:04:00Z",
        "producer": PRODUCER,
        "schemaURL": SCHEMA,
        "run": {"runId": RUN_ID},
        "job": {"namespace": "prod", "name": "train"},
        "inputs": [{"namespace": "file", "name": "rows"}],
        "outputs": [{"namespace": "file", "name": "model"}],
    } | changes
    return {name: value for name, value in whole.items() if value is not None}


def read(value: Any) -> Any:
    return parse(json.dumps(value).encode())


def output(facets: dict[str, Any]) -> DatasetUse:
    found = read(event(outputs=[{"namespace": "file", "name": "model", "facets": facets}]))
    use: DatasetUse = found.outputs[0]
    return use


def refusal(body: bytes) -> dict[str, str]:
    with pytest.raises(EventRefused) as refused:
        parse(body)
    return {fault.pointer: fault.sentence for fault in refused.value.faults}


def faults(**changes: Any) -> dict[str, str]:
    return refusal(json.dumps(event(**changes)).encode())


def test_a_run_event_is_read() -> None:
    found = read(event())

    assert isinstance(found, RunEvent) and found.is_terminal
    assert str(found.run_id) == RUN_ID
    assert found.job == Name("prod", "train")
    assert [use.dataset.name for use in (*found.inputs, *found.outputs)] == ["rows", "model"]


def test_an_event_without_run_is_a_job_event() -> None:
    assert isinstance(read(event(run=None)), JobEvent)


def test_an_event_of_a_dataset_alone_is_a_dataset_event() -> None:
    found = read(event(run=None, job=None, dataset={"namespace": "file", "name": "rows"}))

    assert isinstance(found, DatasetEvent) and found.dataset.dataset == Name("file", "rows")


def test_job_and_dataset_together_are_refused() -> None:
    assert "" in faults(run=None, dataset={"namespace": "file", "name": "rows"})


def test_a_run_without_job_is_refused() -> None:
    assert "job" in faults(job=None)[""]


def test_an_event_about_nothing_is_refused() -> None:
    assert "needs run and job" in faults(run=None, job=None)[""]


def test_the_event_type_may_be_left_out() -> None:
    assert read(event(eventType=None)).event_type is None


def test_times_are_read_as_utc() -> None:
    found = read(event(eventTime="2026-11-03T12:04:00.123456789+02:00"))

    assert found.at == datetime(2026, 11, 3, 10, 4, 0, 123456, UTC)


@pytest.mark.parametrize(
    "time",
    [
        "2026-11-03T10:04:00",
        "2026-11-03",
        "now",
        "2026-13-03T10:04:00Z",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_a_time_without_zone_or_sense_is_refused(time: str) -> None:
    assert "time with zone" in faults(eventTime=time)["/eventTime"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"run": {"runId": "run_id"}}, "/run/runId"),
        ({"run": {}}, "/run/runId"),
        ({"eventType": "DONE"}, "/eventType"),
        ({"producer": "me"}, "/producer"),
        ({"schemaURL": 1}, "/schemaURL"),
        ({"job": {"namespace": "prod"}}, "/job/name"),
        ({"job": {"namespace": " ", "name": "x"}}, "/job/namespace"),
        ({"job": {"namespace": "a\nb", "name": "x"}}, "/job/namespace"),
        ({"inputs": {}}, "/inputs"),
        ({"inputs": ["rows"]}, "/inputs/0"),
        ({"inputs": [{"namespace": "file", "name": "x" * 2049}]}, "/inputs/0/name"),
        ({"run": {"runId": RUN_ID, "facets": {"a/b": {}}}}, "/run/facets/a~1b/_producer"),
        ({"run": {"runId": RUN_ID, "facets": []}}, "/run/facets"),
    ],
)
def test_a_fault_is_named_by_its_pointer(changes: dict[str, Any], pointer: str) -> None:
    found = faults(**changes)

    assert pointer in found and found[pointer].endswith(".")


def test_all_faults_are_told_at_once() -> None:
    assert set(faults(eventTime=None, producer=None, eventType="X")) == {
        "/eventTime",
        "/producer",
        "/eventType",
    }


@pytest.mark.parametrize(
    "namespace",
    [
        "javascript:alert(1)",
        "JaVaScript:x",
        " java\u200bscript:x",
        "data:text/html,x",
        "vbscript:x",
    ],
)
def test_script_addresses_are_no_namespaces(namespace: str) -> None:
    assert "script" in faults(job={"namespace": namespace, "name": "x"})["/job/namespace"]


def test_unknown_facets_stay_as_they_came() -> None:
    own = facet(deep={"list": [1, None, {"ä": "<script>"}]})

    assert output({"ours": own}).facets == {"ours": own}


def test_facets_of_one_use_stay_apart_from_the_dataset_s() -> None:
    rows = {"namespace": "file", "name": "rows", "inputFacets": {"stats": facet(rowCount=3)}}

    (use,) = read(event(inputs=[rows])).inputs

    assert use.facets == {} and use.use_facets["stats"]["rowCount"] == 3


@pytest.mark.parametrize("key", ["version", "datasetVersion"])
def test_a_version_that_is_a_digest_is_both(key: str) -> None:
    use = output({key: facet(datasetVersion=f"sha256:{DIGEST}")})

    assert (use.version, use.digest) == (f"sha256:{DIGEST}", DIGEST)


def test_a_digest_facet_gives_the_digest_of_a_named_version() -> None:
    use = output({"version": facet(datasetVersion="v7"), "digest": facet(sha256=DIGEST.upper())})

    assert (use.version, use.digest) == ("v7", DIGEST)


def test_a_deleted_facet_says_nothing() -> None:
    assert output({"version": facet(datasetVersion="v7", _deleted=True)}).version is None


def test_a_version_that_is_no_text_is_refused() -> None:
    entry = {"namespace": "file", "name": "m", "facets": {"version": facet(datasetVersion=7)}}

    assert "/outputs/0/facets/version/datasetVersion" in faults(outputs=[entry])


def test_declared_without_upstream_is_not_the_same_as_silent() -> None:
    assert output({"lineage": facet(inputs=[])}).is_declared_source
    assert not output({}).is_declared_source
    assert not output({"lineage": facet(inputs=[], fields={"a": {}})}).is_declared_source


def test_a_job_can_declare_a_dataset_without_upstream() -> None:
    entry = {"namespace": "file", "name": "model", "type": "DATASET", "inputs": []}
    job = {"namespace": "prod", "name": "x", "facets": {"lineage": facet(entries=[entry])}}

    assert read(event(job=job)).outputs[0].is_declared_source


def test_a_parent_run_is_read() -> None:
    parent = facet(run={"runId": RUN_ID}, job={"namespace": "prod", "name": "dag"})

    found = read(event(run={"runId": RUN_ID, "facets": {"parent": parent}})).parent

    assert found is not None and found.job.name == "dag"


def test_symlinks_join_names_whatever_their_order() -> None:
    table, path, view = Name("hive", "t"), Name("s3", "p"), Name("hive", "v")
    uses = [use_of(path, table), use_of(view, table), use_of(Name("z", "z"))]

    assert canonical_names(uses) == canonical_names(uses[::-1])
    assert {canonical_names(uses)[name] for name in (table, path, view)} == {table}
    assert canonical_names(uses)[Name("z", "z")] == Name("z", "z")


def use_of(dataset: Name, *aliases: Name) -> DatasetUse:
    return DatasetUse(dataset, None, None, aliases, False, {}, {})


def test_a_symlink_that_is_no_name_is_refused() -> None:
    entry = {"namespace": "f", "name": "m", "facets": {"symlinks": facet(identifiers=["x"])}}

    assert "/outputs/0/facets/symlinks/identifiers/0" in faults(outputs=[entry])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"[]", "JSON object"),
        (b"\xff", "UTF-8"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not valid JSON"),
        (b'{"a": "\\u0000"}', "U+0000"),
        (b'{"a": "\\ud800"}', "surrogate"),
        (b" " * (2 * 1024 * 1024 + 1), "2048 KiB"),
        (b'{"a": ' + b"[" * 70 + b"]" * 70 + b"}", "64 levels"),
        (b"[" * 200_000, "64 levels"),
    ],
)
def test_what_is_no_plain_json_is_refused(body: bytes, words: str) -> None:
    assert words in refusal(body)[""]


def test_escaped_characters_outside_the_basic_plane_are_taken() -> None:
    body = json.dumps(event(job={"namespace": "prod", "name": "train 🚂"})).encode()

    found = parse(body)

    assert isinstance(found, RunEvent) and found.job.name == "train 🚂"


def test_too_many_datasets_are_refused() -> None:
    rows = [{"namespace": "f", "name": "x"}] * 10_001

    assert "10,000" in faults(inputs=rows)["/inputs"]


def test_events_of_a_real_airflow_are_read() -> None:
    lines = (FIXTURES / "airflow_rerun.ndjson").read_bytes().splitlines()

    found = [parse(line) for line in lines]

    assert [e.event_type for e in found if isinstance(e, RunEvent)] == [
        "START", "COMPLETE", "COMPLETE", "START", "COMPLETE", "COMPLETE",
    ]  # fmt: skip


def test_a_real_failed_task_keeps_its_message() -> None:
    found = parse((FIXTURES / "airflow_failed.json").read_bytes())

    assert isinstance(found, RunEvent) and found.event_type == "FAIL"
    assert found.run_facets["errorMessage"]["message"] == "bad model"
    assert found.parent is not None and found.parent.job.name == "credit_fail"


@given(st.sampled_from(sorted(event())), json_values)
def test_whatever_a_member_holds_it_is_read_or_refused(member: str, value: Any) -> None:
    with suppress(EventRefused):
        assert parse(json.dumps(event() | {member: value}).encode()).at.tzinfo


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_words(body: bytes) -> None:
    assert all(sentence for sentence in refusal(body).values())
