from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from governance.identity import actions as identity
from governance.identity.models import Token
from governance.registry.models import AISystem, Release
from tests.cast import PROFILE, Cast, make_release
from tests.environment.by_hand import by_hand

VERBS = ["artefact.upload", "model.register", "release.create", "deployment.record", "gate.ask"]


class Api:
    """The REST API as a pipeline sees it."""

    def __init__(self, token: str) -> None:
        self.client, self.headers = Client(), {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1/{path}", headers=self.headers)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        text = body if isinstance(body, bytes) else json.dumps(body)
        return self.client.post(
            f"/api/v1/{path}",
            text,
            content_type=headers.pop("content_type", "application/json"),
            headers={**self.headers, **headers},
        )


@pytest.fixture
def api(cast: Cast) -> Api:
    _, text = identity.create_token(cast.system.unit, "ci (test)", VERBS, 30, by=cast.by("owen"))
    return Api(text)


def release_body(release: Release, **changes: Any) -> dict[str, Any]:
    versions = [str(version.pk) for version in release.model_versions.all()]
    return {"models": versions, "decision": {"cutOff": "0.6"}, **changes}


def test_a_token_sees_its_own_system_only(cast: Cast, api: Api) -> None:
    rows = api.get("systems").json()["results"]
    assert [row["id"] for row in rows] == [str(cast.system.pk)]


def test_a_verb_the_token_lacks_is_403(cast: Cast, api: Api) -> None:
    answer = api.post("systems", {"name": "x"})
    assert answer.status_code == 403
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "header", ["", "Bearer x", "Bearer mnm_a_b", "Basic abc", f"Bearer {'a' * 5000}"]
)
def test_a_bad_token_is_401_with_a_sentence(cast: Cast, header: str) -> None:
    answer = Client().get("/api/v1/systems", headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.json()["detail"]


def test_an_expired_token_is_refused(cast: Cast, api: Api) -> None:
    now = timezone.now()
    with by_hand():
        Token.objects.update(expires_at=now)
    assert api.get("systems").json()["code"] == "token_ended"


def test_the_token_of_another_system_finds_nothing(cast: Cast, api: Api) -> None:
    other = AISystem.objects.exclude(pk=cast.system.pk).first()
    assert other is None
    foreign = make_other_system(cast)
    assert api.get(f"systems/{foreign.pk}").status_code == 404


def make_other_system(cast: Cast) -> AISystem:
    from governance.registry.actions import register_system

    return register_system(
        cast.organisation,
        "Other",
        role="both",
        tier="high",
        tier_reason="x",
        profile=PROFILE,
        owner=cast.person("owen"),
        by=cast.by("owen"),
    )


def test_the_same_key_and_body_give_the_same_answer_once(cast: Cast, api: Api) -> None:
    body = release_body(make_release(cast))
    path = f"systems/{cast.system.pk}/releases"
    first = api.post(path, body, **{"Idempotency-Key": "k1"})
    again = api.post(path, body, **{"Idempotency-Key": "k1"})
    assert first.status_code == 201, first.content
    assert again.json() == first.json()
    assert Release.objects.count() == 2


def test_the_same_key_with_another_body_is_refused(cast: Cast, api: Api) -> None:
    release = make_release(cast)
    path = f"systems/{cast.system.pk}/releases"
    api.post(path, release_body(release), **{"Idempotency-Key": "k1"})
    answer = api.post(path, release_body(release, limitations="x"), **{"Idempotency-Key": "k1"})
    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"models": NaN}', "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"models": ["x"]}', "application/json", 400),
        (b'{"models": [], "extra": 1}', "application/json", 400),
        (b"models=1", "application/x-www-form-urlencoded", 415),
        (b'"\\ud800"', "application/json", 400),
        (b'{"models": ["a\\u0000b"]}', "application/json", 400),
        (b"[" * 5000, "application/json", 400),
        (b"[" * 100 + b"]" * 100, "application/json", 400),
        (b'{"models": [], "models": []}', "application/json", 400),
        (b"\xff\xfe{\x00}", "application/json", 400),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_with_a_sentence(
    cast: Cast, api: Api, body: bytes, content_type: str, status: int
) -> None:
    answer = api.post(f"systems/{cast.system.pk}/releases", body, content_type=content_type)
    assert answer.status_code == status, answer.content
    assert answer.json()["detail"]
    assert not Release.objects.exists()


@pytest.mark.parametrize("query", ["page_size=-1", "page_size=99999999", "page_size=x", "cursor="])
def test_a_strange_page_is_never_a_500(cast: Cast, api: Api, query: str) -> None:
    assert api.get(f"systems?{query}").status_code == 200


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\x00b.onnx", "x" * 300])
def test_a_file_name_is_never_a_path(cast: Cast, api: Api, name: str) -> None:
    file = SimpleUploadedFile("m.onnx", b"data")
    file.name = name
    answer = api.client.post(
        "/api/v1/uploads",
        {"unit": str(cast.system.pk), "kind": "model", "file": file},
        headers=api.headers,
    )
    assert answer.status_code in {202, 400}
    if answer.status_code == 202:
        assert "/" not in answer.json()["filename"]


def test_an_unknown_id_is_404_and_a_bad_one_too(cast: Cast, api: Api) -> None:
    assert api.get("systems/01a20b72-836f-7fda-94ba-66861f739e27").status_code == 404
    assert api.get("systems/not-a-uuid").status_code == 404


def test_a_signature_that_names_no_tensor_of_the_file_is_refused(cast: Cast, api: Api) -> None:
    make_release(cast)
    upload = cast.system.unit.pk
    answer = api.post(
        f"systems/{cast.system.pk}/model-versions",
        {
            "model": "places",
            "upload": str(upload),
            "method": "x",
            "signature": {},
            "trainingData": ["a" * 64],
            "commit": "",
            "parameters": {},
        },
    )
    assert answer.status_code == 404


def test_the_openapi_document_names_every_rest_url(db: None) -> None:
    document = Client().get("/api/v1/openapi.json", headers={"Accept": "application/json"}).json()
    assert "/api/v1/systems" in document["paths"]
    assert document["openapi"].startswith("3.1")
