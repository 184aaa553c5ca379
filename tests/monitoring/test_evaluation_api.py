from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from governance.evidence.models import Evidence
from governance.identity import actions as identity
from governance.work import runner
from monitoring.models import EvaluationRun
from tests.monitoring.places import Places


@pytest.fixture
def token(places: Places) -> dict[str, str]:
    """The headers of a pipeline's CI token."""
    by = places.cast.by("dev")
    _, text = identity.create_token(
        places.cast.system.unit, "pipeline", ["evaluation.run"], 7, by=by
    )
    return {"Authorization": f"Bearer {text}"}


def ask(places: Places, data: dict[str, Any], headers: dict[str, str]) -> Any:
    path = f"/api/v1/releases/{places.release.pk}/evaluations"
    return Client().post(path, data, "application/json", headers=headers)


def test_a_pipeline_starts_an_evaluation_and_reads_its_figures(
    places: Places, token: dict[str, str]
) -> None:
    plan = places.approve(places.write_plan())
    started = ask(places, {"plan": str(plan.pk)}, token)
    assert (started.status_code, started.json()["state"]) == (202, "queued")
    runner.run(started.json()["job"])
    read = Client().get(f"/api/v1/evaluations/{started.json()['id']}", headers=token).json()
    assert (read["state"], read["attempt"]) == ("completed", 1)
    assert read["plan"] == {"id": str(plan.pk), "revision": 1, "digest": plan.digest}
    shown = next(one for one in read["results"] if one["check"] == "roc_auc")
    stated = Evidence.objects.get(id=shown["evidence"])
    assert stated.predicate["value"] == shown["value"]
    assert (shown["asked"], shown["verdict"]) == ("at least 0.6, by its lower bound", "holds")


def test_every_attempt_is_listed_newest_first(places: Places, token: dict[str, str]) -> None:
    dataset = {"dataset": str(places.dataset.pk)}
    ids = [ask(places, dataset, token).json()["id"] for _ in range(2)]
    path = f"/api/v1/releases/{places.release.pk}/evaluations"
    listed = Client().get(path, headers=token).json()["results"]
    assert [one["id"] for one in listed] == ids[::-1]


def test_the_same_idempotency_key_starts_one_evaluation(
    places: Places, token: dict[str, str]
) -> None:
    headers = {**token, "Idempotency-Key": "evaluate-1"}
    dataset = {"dataset": str(places.dataset.pk)}
    first, again = ask(places, dataset, headers), ask(places, dataset, headers)
    assert first.json()["id"] == again.json()["id"]
    assert EvaluationRun.objects.count() == 1
    other = ask(places, {**dataset, "device": "cuda"}, headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({}, "dataset"),
        ({"datset": "x"}, "invalid_body"),
        ({"dataset": "no-uuid"}, "invalid_body"),
        ({"device": "tpu"}, "invalid_body"),
    ],
)
def test_a_body_that_cannot_be_read_starts_nothing(
    places: Places, token: dict[str, str], data: dict[str, str], code: str
) -> None:
    answer = ask(places, data, token)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not EvaluationRun.objects.exists()


def test_a_token_without_the_verb_starts_nothing(places: Places) -> None:
    _, text = identity.create_token(
        places.cast.system.unit, "reader", ["gate.ask"], 7, by=places.cast.by("dev")
    )
    headers = {"Authorization": f"Bearer {text}"}
    assert ask(places, {"dataset": str(places.dataset.pk)}, headers).status_code == 403


def test_another_organisation_neither_starts_nor_reads(places: Places) -> None:
    stranger = Client()
    stranger.force_login(places.cast.accounts["nina"])
    run = places.start()
    path = f"/api/v1/releases/{places.release.pk}/evaluations"
    assert stranger.post(path, {}, "application/json").status_code in {403, 404}
    assert stranger.get(f"/api/v1/evaluations/{run.pk}").status_code == 404


def test_an_evaluation_whose_job_was_given_up_reads_failed(
    places: Places, token: dict[str, str]
) -> None:
    run = places.start()
    type(run.job).objects.filter(pk=run.job.pk).update(state="dead")
    read = Client().get(f"/api/v1/evaluations/{run.pk}", headers=token).json()
    assert read["state"] == "failed"
