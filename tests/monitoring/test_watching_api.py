from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from governance.evidence.models import Evidence
from governance.identity import actions as identity
from governance.work import runner
from monitoring.models import Alert, Batch, MonitorRun
from tests.monitoring.watched import DAY, Watched, in_months, labels, people
from tests.pages.browse import signed_in

VERBS = ["batch.deliver", "monitor.run"]


@pytest.fixture
def pipeline(watched: Watched) -> Client:
    """An outside pipeline, with a token that may deliver batches and run monitors, no more."""
    _, secret = identity.create_token(
        watched.cast.system.unit, "ci", VERBS, days=1, by=watched.cast.by("owen")
    )
    return Client(headers={"authorization": f"Bearer {secret}"})


def post(client: Client, path: str, body: dict[str, Any], status: int) -> dict[str, Any]:
    answer = client.post(f"/api/v1/{path}", body, content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


def body(watched: Watched, table: dict[str, Any], **changes: Any) -> dict[str, Any]:
    made = {
        "upload": str(watched.admit(table).pk),
        "name": "2016 part 1 of 4",
        "observedFrom": "2016-01-01T00:00:00Z",
        "observedUntil": "2016-04-01T00:00:00Z",
        "replay": True,
    }
    return {**made, **changes}


def test_a_pipeline_delivers_runs_labels_and_reads(watched: Watched, pipeline: Client) -> None:
    path = f"systems/{watched.cast.system.pk}/batches"
    batch = post(pipeline, path, body(watched, people(5)), 201)
    assert (batch["state"], batch["rows"], batch["labels"]["state"]) == ("waiting", 2000, "none")
    run = post(pipeline, f"monitors/{watched.monitor.pk}/runs", {}, 202)
    assert runner.run(run["job"]) == "done"
    ended = pipeline.get(f"/api/v1/monitor-runs/{run['id']}").json()
    assert (ended["status"], ended["batch"]) == ("completed", batch["id"])
    assert Evidence.objects.filter(id=ended["evidence"], type="drift").exists()
    sent = {"upload": str(watched.admit(labels(5)).pk)}
    labelled = post(pipeline, f"batches/{batch['id']}/labels", sent, 202)
    assert runner.run(labelled["labels"]["job"]) == "done"
    read = pipeline.get(f"/api/v1/batches/{batch['id']}").json()
    assert (read["labels"]["state"], read["labels"]["coverage"]) == ("measured", "1.000000")
    assert {one["check"] for one in read["results"]} >= {"roc_auc", "selection_rate_ratio"}


def test_a_repeated_delivery_with_its_key_is_answered_again(
    watched: Watched, pipeline: Client
) -> None:
    path, sent = f"/api/v1/systems/{watched.cast.system.pk}/batches", body(watched, people(5))
    answers = [
        pipeline.post(
            path, sent, content_type="application/json", headers={"idempotency-key": "b1"}
        )
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert answers[1]["Idempotency-Replayed"] == "true"
    assert Batch.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"observedFrom": "2017-01-01T00:00:00Z"}, 400, "observed"),
        ({"observedUntil": "yesterday"}, 400, "invalid_body"),
        ({"upload": "01900000-0000-7000-8000-000000000000"}, 404, "not_found"),
        ({"colour": "red"}, 400, "invalid_body"),
        ({"name": ""}, 400, "invalid_body"),
        ({"deployment": "01900000-0000-7000-8000-000000000000"}, 404, "not_found"),
    ],
)
def test_a_bad_delivery_says_what_to_do_and_changes_nothing(
    watched: Watched, pipeline: Client, changes: dict[str, Any], status: int, code: str
) -> None:
    path = f"systems/{watched.cast.system.pk}/batches"
    answer = post(pipeline, path, body(watched, people(5), **changes), status)
    assert answer["code"] == code
    assert not Batch.objects.exists()


def test_labels_of_an_unknown_batch_are_not_found(pipeline: Client) -> None:
    path = "batches/01900000-0000-7000-8000-000000000000/labels"
    assert post(pipeline, path, {}, 404)["code"] == "not_found"


def test_a_pipeline_sets_up_no_monitor_and_triages_nothing(
    watched: Watched, pipeline: Client
) -> None:
    watched.batch(in_months(people(7)))
    watched.run()
    alert = Alert.objects.get(subject="AGEP")
    assert post(pipeline, f"alerts/{alert.pk}/triage", {"note": "Fine."}, 403)
    assert post(pipeline, f"systems/{watched.cast.system.pk}/monitors", {}, 403)


def test_people_manage_monitors_and_alerts_over_rest(watched: Watched) -> None:
    owen = signed_in(watched.cast, "owen")
    ended = {"state": "ended", "reason": "Another one."}
    assert post(owen, f"monitors/{watched.monitor.pk}/state", ended, 200)["state"] == "ended"
    asked = {
        "name": "Daily",
        "reference": str(watched.reference.pk),
        "intervalSeconds": DAY,
        "triageSeconds": 600,
        "rule": {"psiFloor": "0.2"},
    }
    made = post(owen, f"systems/{watched.cast.system.pk}/monitors", asked, 201)
    assert (made["graceSeconds"], made["rule"]["psiFloor"]) == (8640, "0.2")
    assert made["columns"][0] == {"name": "AGEP", "kind": "numeric"}
    refused = post(owen, f"systems/{watched.cast.system.pk}/monitors", asked, 409)
    assert refused["code"] == "monitor_exists"


def test_alerts_are_triaged_and_closed_over_rest(watched: Watched) -> None:
    watched.batch(in_months(people(7)))
    watched.run()
    owen = signed_in(watched.cast, "owen")
    listed = owen.get(f"/api/v1/systems/{watched.cast.system.pk}/alerts").json()["results"]
    path = f"alerts/{listed[0]['id']}"
    assert post(owen, f"{path}/close", {"reason": "No."}, 409)["code"] == "alert_not_triaged"
    assert post(owen, f"{path}/triage", {"note": "Months."}, 200)["state"] == "triaged"
    assert post(owen, f"{path}/close", {"reason": "Mended."}, 200)["state"] == "closed"


def test_another_organisation_sees_nothing_of_it(watched: Watched) -> None:
    batch = watched.batch(in_months(people(7)))
    run = watched.run()
    nina, alert = signed_in(watched.cast, "nina"), Alert.objects.first()
    assert alert is not None
    system = watched.cast.system.pk
    for path in (
        f"systems/{system}/batches",
        f"systems/{system}/monitors",
        f"systems/{system}/alerts",
        f"batches/{batch.pk}",
        f"monitors/{watched.monitor.pk}",
        f"monitors/{watched.monitor.pk}/runs",
        f"monitor-runs/{run.pk}",
        f"alerts/{alert.pk}",
    ):
        assert nina.get(f"/api/v1/{path}").status_code == 404, path
    assert MonitorRun.objects.visible_to(watched.cast.by("nina")).count() == 0
