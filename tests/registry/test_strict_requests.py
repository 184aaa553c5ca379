"""What the REST API refuses before any verb runs: strange cursors, bodies, texts and times."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from rest_framework import serializers

from governance.identity.rest_fields import InstantField, StrictSerializer, TextField
from governance.registry.models import AISystem, DatasetVersion
from lineage.models import RawEvent
from tests.cast import Cast
from tests.lineage.pipeline import TRAINING, event
from tests.pages.browse import signed_in

PLACES = [
    "p=abc",
    "p=%00",
    "p=",
    "r=1&p=",
    "p=10000-01-01",
    "p=0001-01-01T00:00:00%2B14:00",
    "p=9999-12-31T23:59:59-14:00",
    "p=2026-11-03T10:00:00",
    "p=2026-13-45T00:00:00Z",
    "p=2026-11-03",
    "p=-1",
    "p=99999999999999999999",
    "o=99999999999999999999&p=2026-11-03T10:00:00Z",
    "o=-1",
    "r=2",
    "r=x",
    "p=1&p=2",
    "q=1",
]
NO_ID = "01a20b72-836f-7fda-94ba-66861f739e27"


def cursor(places: str) -> str:
    return b64encode(places.encode()).decode()


def lists(system: AISystem) -> list[str]:
    own = ("model-versions", "datasets", "releases", "deployments", "evaluation-plans", "batches")
    more = ("monitors", "alerts")
    return [
        "systems",
        "evidence",
        "gates/production/decisions",
        *(f"systems/{system.pk}/{name}" for name in (*own, *more)),
    ]


def send(client: Client, path: str, body: Any, **headers: str) -> Any:
    return client.post(
        f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=headers
    )


def test_a_cursor_that_a_list_did_not_give_is_refused_by_every_list(cast: Cast) -> None:
    client = signed_in(cast, "owen")
    for path in lists(cast.system):
        assert client.get(f"/api/v1/{path}").status_code == 200, path
        texts = [*(cursor(places) for places in PLACES), "zzz", "é", "A" * 5000]
        for text in texts if path == "evidence" else [*texts, cursor("p=2026")]:
            answer = client.get(f"/api/v1/{path}", {"cursor": text})
            assert answer.status_code == 400, (path, text, answer.content)
            assert answer["Content-Type"] == "application/problem+json"
            assert "no cursor of this list" in answer.json()["detail"]


def test_the_cursors_that_a_list_gives_lead_through_it_and_back(cast: Cast) -> None:
    client = signed_in(cast, "owen")
    for path in ("systems", "evidence"):
        if path == "systems":
            add_system(client, cast)
        first = client.get(f"/api/v1/{path}?page_size=1").json()
        second = client.get(first["next"]).json()
        assert second["results"] != first["results"]
        assert client.get(second["previous"]).json()["results"] == first["results"]


def add_system(client: Client, cast: Cast) -> None:
    body = {
        "unit": str(cast.organisation.pk), "name": "Second", "role": "both", "tier": "minimal",
        "tierReason": "Nothing of Annex III.", "profile": cast.system.profile,
    }  # fmt: skip
    assert send(client, "systems", body).status_code == 201


def named_rows(**changes: Any) -> dict[str, Any]:
    return {"name": "far", "role": "evaluation", "sha256": "e" * 64, "rows": 10, **changes}


def test_a_session_gets_the_first_answer_again_under_the_same_key(cast: Cast) -> None:
    client, path = Client(enforce_csrf_checks=True), f"systems/{cast.system.pk}/datasets"
    client.force_login(cast.accounts["dev"])
    client.get("/")
    token = client.cookies["csrf"].value
    headers = {"Idempotency-Key": "k1", "X-CSRFToken": token}
    first = send(client, path, named_rows(), **headers)
    again = send(client, path, named_rows(), **headers)
    other = send(client, path, named_rows(rows=11), **headers)
    assert (first.status_code, again.status_code) == (201, 201), first.content
    assert again["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert other.json()["code"] == "idempotency_key_reused"
    assert send(client, path, named_rows(), **{"Idempotency-Key": "k2"}).status_code == 403
    assert DatasetVersion.objects.count() == 1


def test_a_lineage_event_of_a_session_is_kept_byte_by_byte(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.accounts["dev"])
    client.get("/")
    answer = client.post(
        f"/api/v1/lineage?unit={cast.system.pk}",
        json.dumps(event("COMPLETE", 0, "train", TRAINING)),
        content_type="application/json",
        headers={"X-CSRFToken": client.cookies["csrf"].value},
    )
    assert answer.status_code == 201, answer.content
    assert RawEvent.objects.count() == 1


@pytest.mark.parametrize("path", [f"evaluation-plans/{NO_ID}/withdrawal", f"monitors/{NO_ID}/runs"])
def test_an_address_that_takes_no_body_refuses_one(cast: Cast, path: str) -> None:
    client = signed_in(cast, "owen")
    for body in ([], [1], {"reason": "x"}, "x", 0, None, False):
        answer = send(client, path, body)
        assert (answer.status_code, answer.json()["code"]) == (400, "no_body"), body
    assert send(client, path, {}).status_code == 404
    assert client.post(f"/api/v1/{path}", b"", "application/json").status_code == 404


def test_a_number_is_not_taken_for_a_text(cast: Cast) -> None:
    client, path = signed_in(cast, "dev"), f"systems/{cast.system.pk}/datasets"
    wrongs: list[Any] = [-1, 1.5, True, [], {}]
    for wrong in wrongs:
        answer = send(client, path, named_rows(description=wrong))
        assert answer.status_code == 400, wrong
        assert "Send a text" in answer.json()["detail"]
    answer = send(client, path, named_rows(columns=["id", 7]))
    assert answer.json()["errors"][0]["pointer"] == "/columns/1"
    assert not DatasetVersion.objects.exists()


def test_a_time_beyond_reckoning_is_refused(cast: Cast) -> None:
    client, path = signed_in(cast, "dev"), f"systems/{cast.system.pk}/datasets"
    late = ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2201-01-01T00:00:00Z")
    for wrong in (*late, "1969-12-31T23:59:59Z", "0001-01-01", 20261103):
        period = {"observedFrom": wrong, "observedUntil": "2026-11-03T10:00:00Z"}
        answer = send(client, path, named_rows(**period))
        assert answer.status_code == 400, (wrong, answer.content)
    half = send(client, path, named_rows(observedFrom="2026-11-03T10:00:00Z"))
    assert "observedFrom and observedUntil, or neither" in half.json()["detail"]
    assert not DatasetVersion.objects.exists()


def test_lineage_is_asked_for_no_instant_beyond_reckoning(cast: Cast) -> None:
    client = signed_in(cast, "owen")
    for wrong in ("9999-12-31", "0001-01-01", "2201-01-01T00:00:00Z"):
        for name in ("at", "known"):
            asked = {"system": str(cast.system.pk), name: wrong}
            assert client.get("/api/v1/lineage", asked).status_code == 400, asked


def kinds(of: type[Any]) -> list[type[Any]]:
    below = [kind for one in of.__subclasses__() for kind in kinds(one)]
    return [of, *below]


def fields_of(field: Any) -> list[Any]:
    inner = list(getattr(field, "fields", {}).values())
    if child := getattr(field, "child", None):
        inner.append(child)
    return [field, *(one for part in inner for one in fields_of(part))]


def test_every_request_body_uses_the_strict_fields(db: None) -> None:
    assert get_resolver().reverse_dict  # every room's addresses, and so its bodies, are loaded
    bodies = kinds(StrictSerializer)
    assert len(bodies) > 15
    for body in bodies:
        for field in fields_of(body()):
            if isinstance(field, serializers.CharField):
                assert isinstance(field, TextField), (body, field)
            if isinstance(field, serializers.DateTimeField | serializers.DateField):
                assert isinstance(field, InstantField), (body, field)
