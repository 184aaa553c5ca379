"""The REST door: what it takes, what it refuses, and that a refusal leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from governance.audit.models import OutboxEntry
from governance.identity.models import Unit
from governance.registry.actions import register_system
from lineage.models import RawEvent
from tests.cast import PROFILE, Cast
from tests.lineage.pipeline import TRAINING, data, encoded, event, facet, token, training, work

Post = Callable[..., Any]
ONE, BATCH = "/api/v1/lineage", "/api/v1/lineage/batch"


@pytest.fixture
def post(cast: Cast) -> Post:
    """Post a body as the system's pipeline; JSON unless told otherwise."""
    header = token(cast, cast.system.unit)

    def send(body: Any, url: str = ONE, type_: str = "application/json", **extra: Any) -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        extra = {"HTTP_AUTHORIZATION": header} | extra
        return Client().post(url, raw, content_type=type_, **extra)

    return send


def other_system(cast: Cast) -> Unit:
    made = register_system(
        cast.organisation,
        "Another system (test)",
        role="both",
        tier="minimal",
        tier_reason="No effect on people",
        profile=PROFILE,
        owner=cast.person("owen"),
        by=cast.by("owen"),
    )
    return made.unit


def test_an_event_is_answered_as_openlineage_clients_expect(post: Post) -> None:
    answer = post(training()[0])
    assert answer.status_code == 201
    assert answer.json()["outcome"] == "accepted"


def test_a_pipeline_s_token_decides_where_its_events_belong(cast: Cast, post: Post) -> None:
    post(training()[0])
    assert RawEvent.objects.get().unit == cast.system.unit


def test_the_same_event_again_is_taken_and_changes_nothing(post: Post) -> None:
    post(training()[0])
    answer = post(training()[0])
    assert (answer.status_code, answer.json()["outcome"]) == (201, "duplicate")
    assert RawEvent.objects.count() == 1


def test_without_a_token_nothing_is_taken(post: Post) -> None:
    assert post(training()[0], HTTP_AUTHORIZATION="").status_code == 401
    assert not RawEvent.objects.exists()


def test_a_token_without_the_verb_is_refused(cast: Cast, post: Post) -> None:
    header = token(cast, cast.system.unit, "gate.ask")
    assert post(training()[0], HTTP_AUTHORIZATION=header).status_code == 403
    assert not RawEvent.objects.exists()


def test_another_system_s_token_cannot_name_this_system(cast: Cast, post: Post) -> None:
    header = token(cast, other_system(cast))
    url = f"{ONE}?unit={cast.system.pk}"
    assert post(training()[0], url, HTTP_AUTHORIZATION=header).status_code == 404
    assert not RawEvent.objects.exists()


def test_an_organisation_s_token_may_name_a_system_below_it(cast: Cast, post: Post) -> None:
    header = token(cast, cast.organisation)
    answer = post(training()[0], f"{ONE}?unit={cast.system.pk}", HTTP_AUTHORIZATION=header)
    assert answer.status_code == 201
    assert RawEvent.objects.get().unit == cast.system.unit


def bad(**changes: Any) -> dict[str, Any]:
    return event("COMPLETE", 0, "train", TRAINING, **changes)


def in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


REFUSED: dict[str, tuple[Any, str]] = {
    "no runId": (bad(run={}), "/run/runId"),
    "runId that is no UUID": (bad(run={"runId": "run-1"}), "/run/runId"),
    "time without zone": (bad(eventTime="2026-11-03T10:00:00"), "/eventTime"),
    "time ten years ahead": (bad(eventTime=in_days(3650)), "/eventTime"),
    "unknown type": (bad(eventType="DONE"), "/eventType"),
    "script as namespace": (
        bad(job={"namespace": "javascript:alert(1)", "name": "x"}),
        "/job/namespace",
    ),
    "facet without schema": (
        bad(inputs=[{"namespace": "a", "name": "b", "facets": {"x": {}}}]),
        "x/_producer",
    ),
    "a list": ([bad()], ""),
    "not JSON": (b"{", ""),
    "NaN": (b'{"eventTime": NaN}', ""),
    "the same member twice": (b'{"a": 1, "a": 2}', ""),
    "U+0000": (json.dumps(bad(producer="urn:a\0")).encode(), ""),
    "half a surrogate pair": (b'{"producer": "\\ud800"}', ""),
    "UTF-16": ("{}".encode("utf-16"), ""),
    "depth 10,000": (b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}", ""),
    "10,001 data sets": (bad(inputs=[data("x")] * 10_001), "/inputs"),
}


def test_bad_events_are_refused_with_their_fault_and_nothing_is_kept(post: Post) -> None:
    before = OutboxEntry.objects.count()
    for name, (body, pointer) in REFUSED.items():
        answer = post(body)
        assert answer.status_code == 400, name
        assert answer["Content-Type"] == "application/problem+json", name
        assert pointer in json.dumps(answer.json()), name
        assert len(answer.json()["detail"]) > 20, name
    assert not RawEvent.objects.exists() and OutboxEntry.objects.count() == before


def test_an_event_of_fifty_megabytes_is_refused_before_it_is_read(post: Post) -> None:
    assert post(b" " * 50_000_000).status_code == 413
    assert not RawEvent.objects.exists()


def test_another_type_or_compression_is_refused(post: Post) -> None:
    for type_ in ("text/plain", "application/x-www-form-urlencoded", "application/x-ndjson"):
        assert post(training()[0], type_=type_).status_code == 415, type_
    assert post(training()[0], HTTP_CONTENT_ENCODING="gzip").status_code == 415
    assert not RawEvent.objects.exists()


def test_markup_in_a_name_is_kept_and_shown_as_text(cast: Cast, post: Post) -> None:
    name = "<img src=x onerror=alert(1)>"
    assert post(event("COMPLETE", 0, name, TRAINING)).status_code == 201
    work(cast)
    browser = Client()
    browser.force_login(cast.accounts["dana"])
    html = browser.get("/lineage").content.decode()
    assert "&lt;img src=x" in html and "<img src=x" not in html


def test_a_batch_with_one_bad_event_of_five_hundred_takes_the_others(post: Post) -> None:
    events = [event("RUNNING", n, "train", TRAINING) for n in range(499)]
    events.insert(250, bad(run={"runId": "x"}))
    answer = post(b"\n".join(encoded(events)), BATCH, "application/x-ndjson").json()
    assert (answer["received"], answer["accepted"], answer["refused"]) == (500, 499, 1)
    assert answer["events"][250]["errors"][0]["pointer"] == "/run/runId"
    assert RawEvent.objects.count() == 499


def test_an_array_is_kept_event_by_event_as_it_was_written(post: Post) -> None:
    first, second = encoded(training())
    odd = first.replace(b'": ', b'"  :')
    answer = post(b" [ " + odd + b" ,\n" + second + b"] ", BATCH).json()
    assert answer["accepted"] == 2
    assert [bytes(row.body) for row in RawEvent.objects.all()] == [odd, second]


def test_an_event_twice_in_a_batch_is_one(post: Post) -> None:
    answer = post(training()[:1] * 3, BATCH).json()
    assert [one["outcome"] for one in answer["events"]] == ["accepted", "duplicate", "duplicate"]


def test_a_batch_that_cannot_be_taken_apart_is_refused_as_a_whole(post: Post) -> None:
    for body in (b" ", b"[]", b"{}", b"[{},]", b"[{} {}]", b"[{}] x", b"[" * 5000):
        answer = post(body, BATCH)
        assert answer.status_code == 400 and answer.json()["detail"], body[:20]
    assert not RawEvent.objects.exists()


def test_a_batch_of_more_than_five_hundred_is_refused(post: Post) -> None:
    assert post(training()[:1] * 501, BATCH).status_code == 413


def test_a_person_says_which_unit_the_events_belong_to(cast: Cast) -> None:
    browser = Client()
    browser.force_login(cast.accounts["dev"])
    body = encoded(training())[0]
    answer = browser.post(ONE, body, content_type="application/json")
    assert answer.status_code == 400 and "?unit=" in answer.json()["detail"]
    url = f"{ONE}?unit={cast.system.pk}"
    assert browser.post(url, body, content_type="application/json").status_code == 201


def test_who_only_reads_cannot_post(cast: Cast) -> None:
    browser = Client()
    browser.force_login(cast.accounts["abel"])
    url = f"{ONE}?unit={cast.system.pk}"
    assert (
        browser.post(url, encoded(training())[0], content_type="application/json").status_code
        == 403
    )


def test_a_facet_of_five_thousand_columns_is_taken(post: Post) -> None:
    columns = [{"name": f"c{n}", "type": "int"} for n in range(5000)]
    wide = data("rows") | {"facets": {"schema": facet(fields=columns)}}
    assert post(bad(outputs=[wide])).status_code == 201
