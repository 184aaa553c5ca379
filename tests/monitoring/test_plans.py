from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from governance.assessment.actions import approvals
from governance.assessment.models import ApprovalRequest
from governance.evidence.models import Evidence
from governance.identity import actions as identity
from governance.identity.errors import Conflict, Forbidden, InvalidInput
from governance.identity.principal import principal_of
from governance.registry import actions as registry
from monitoring import actions
from monitoring.criteria import read_criteria
from monitoring.models import EvaluationPlan
from tests.monitoring.places import FAIRNESS, PERFORMANCE, PROTECTED, Places, model_bytes, survey


def asked(places: Places, plan: EvaluationPlan) -> ApprovalRequest:
    return actions.request_plan_approval(plan, by=places.cast.by("dev"))


def test_a_plan_is_stated_with_its_criteria_as_a_record_about_the_release(places: Places) -> None:
    plan = places.write_plan()
    stated = Evidence.objects.records("evaluation-plan").get()
    assert stated.subjects == [plan.digest, places.release.digest]
    assert stated.fields["criteria"] == plan.criteria
    assert stated.fields["dataset"] == places.dataset.sha256
    assert (stated.fields["cutOff"], stated.fields["favourable"]) == ("0.5", "0")
    assert (plan.state, plan.revision) == ("draft", 1)


@pytest.mark.parametrize(
    ("changes", "pointer", "words"),
    [
        ({"check": "vibes"}, "check", "No such check"),
        ({"theme": "fairness"}, "theme", "figure of performance"),
        ({"slice": "SEX"}, "slice", "measured for: all"),
        ({"comparator": "=>"}, "comparator", "Compare with"),
        ({"threshold": 0.8}, "threshold", "as text"),
        ({"threshold": "0,8"}, "threshold", "as text"),
        ({"threshold": "NaN"}, "threshold", "as text"),
        ({"use": "mean"}, "use", "Judge one of"),
        ({"check": "latency_p95", "use": "upper"}, "use", "no interval"),
        (
            {"threshold": "-5"},
            "threshold",
            "Every figure meets this criterion: ROC AUC lies between",
        ),
        ({"threshold": "0"}, "threshold", "Every figure meets"),
        ({"comparator": "<=", "threshold": "1"}, "threshold", "Every figure meets"),
        ({"threshold": "1.01"}, "threshold", "No figure can meet"),
        ({"comparator": "<", "threshold": "0"}, "threshold", "No figure can meet"),
        (
            {"check": "log_loss", "use": "point", "comparator": ">=", "threshold": "0"},
            "threshold",
            "Log loss lies at or above 0",
        ),
        ({"minimumSample": 0}, "minimumSample", "at least 1"),
        ({"minimumSample": True}, "minimumSample", "whole number"),
        ({"minimumSample": "200"}, "minimumSample", "whole number"),
        ({"id": "A B"}, "id", "small letters"),
    ],
)
def test_a_criterion_that_could_not_be_judged_is_refused(
    changes: dict[str, Any], pointer: str, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words) as refused:
        read_criteria([{**PERFORMANCE, **changes}], PROTECTED)
    assert refused.value.pointer == f"/criteria/0/{pointer}"


@pytest.mark.parametrize(
    ("comparator", "threshold"), [(">=", "1"), ("<=", "0"), (">", "0"), ("==", "1"), (">=", "0.8")]
)
def test_a_criterion_at_the_end_of_the_span_can_be_met_and_missed(
    comparator: str, threshold: str
) -> None:
    asked = {**PERFORMANCE, "comparator": comparator, "threshold": threshold}
    assert read_criteria([asked], PROTECTED)[0]["threshold"] == threshold


@pytest.mark.parametrize(
    ("criteria", "words"),
    [
        ([{**PERFORMANCE, "margin": "1"}], "'margin' is no field"),
        ([{"id": "a"}], "Add theme, check"),
        (["auc"], "Write an object"),
        ([PERFORMANCE, PERFORMANCE], "Two criteria have the id 'auc'"),
        ([{**FAIRNESS, "slice": "MAR"}], "measured for: SEX, RAC1P, AGEP"),
        ([], "1 to 100 criteria"),
    ],
)
def test_criteria_are_read_strictly(criteria: list[Any], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        read_criteria(criteria, PROTECTED)


def test_a_plan_with_a_criterion_that_is_refused_is_not_written(places: Places) -> None:
    with pytest.raises(InvalidInput, match="measured for: SEX"):
        places.write_plan({**FAIRNESS, "slice": "MAR"})
    assert not EvaluationPlan.objects.exists()


def test_an_officer_approves_exactly_the_present_text(places: Places) -> None:
    plan = places.write_plan()
    request = asked(places, plan)
    approval = approvals.decide(request, "approved", "Fit.", by=places.cast.by("dana"))
    plan.refresh_from_db()
    assert plan.state == "approved"
    assert Evidence.objects.get(id=approval.evidence_id).subjects == [plan.digest]


def test_an_author_does_not_approve_their_own_plan(places: Places) -> None:
    request = asked(places, places.write_plan(by="dana"))
    with pytest.raises(Forbidden, match="somebody else decides"):
        approvals.decide(request, "approved", "Fine.", by=places.cast.by("dana"))


def test_an_author_does_not_approve_it_through_a_second_account_either(places: Places) -> None:
    cast = places.cast
    request = asked(places, places.write_plan(by="dana"))
    second = identity.add_account(
        cast.person("dana"), "dana-too@service.test", "another horse battery", by=cast.by("adam")
    )
    with pytest.raises(Forbidden, match="another account"):
        approvals.decide(request, "approved", "Fine.", by=principal_of(second))


def test_whoever_wrote_an_earlier_text_is_barred_too(places: Places) -> None:
    plan = places.write_plan(by="dana")
    plan = actions.revise_plan(plan, places.text(FAIRNESS), by=places.cast.by("owen"))
    with pytest.raises(Forbidden, match="somebody else decides"):
        approvals.decide(asked(places, plan), "approved", "Fine.", by=places.cast.by("dana"))


def test_a_revision_is_another_digest_and_its_open_approval_goes_stale(places: Places) -> None:
    plan = places.write_plan()
    before, request = plan.digest, asked(places, plan)
    plan = actions.revise_plan(plan, places.text(FAIRNESS), by=places.cast.by("owen"))
    request.refresh_from_db()
    assert request.state == "stale"
    assert (plan.revision, plan.state) == (2, "draft")
    assert plan.digest != before
    with pytest.raises(Conflict, match="cannot be decided any more"):
        approvals.decide(request, "approved", "Fine.", by=places.cast.by("dana"))


def test_an_approved_plan_that_is_revised_is_a_draft_again(places: Places) -> None:
    plan = places.approve(places.write_plan())
    plan = actions.revise_plan(plan, places.text(FAIRNESS), by=places.cast.by("owen"))
    with pytest.raises(Conflict, match="approved first"):
        places.start(plan)


def test_a_revoked_approval_makes_it_a_draft_again(places: Places) -> None:
    plan = places.write_plan()
    request = asked(places, plan)
    approvals.decide(request, "approved", "Fit.", by=places.cast.by("dana"))
    approvals.revoke(request, "The rows were wrong.", by=places.cast.by("dana"))
    plan.refresh_from_db()
    assert plan.state == "draft"


def test_revising_to_the_same_text_is_refused(places: Places) -> None:
    plan = places.approve(places.write_plan())
    with pytest.raises(InvalidInput, match="says already"):
        actions.revise_plan(plan, places.text(), by=places.cast.by("owen"))
    plan.refresh_from_db()
    assert plan.state == "approved"


def test_a_withdrawn_plan_asks_for_nothing_and_its_failure_stands(places: Places) -> None:
    plan = places.approve(places.write_plan(FAIRNESS))
    places.evaluate(plan)
    actions.withdraw_plan(plan, by=places.cast.by("owen"))
    assert places.element("MEASURE 2.11", "fairness")["state"] == "fails"
    with pytest.raises(Conflict, match="withdrawn"):
        actions.revise_plan(plan, places.text(), by=places.cast.by("owen"))


def test_a_plan_about_a_model_version_counts_for_the_release_that_contains_it(
    places: Places,
) -> None:
    version = places.release.model_versions.get()
    plan = actions.write_plan(version, places.text(PERFORMANCE), by=places.cast.by("owen"))
    places.evaluate(places.approve(plan))
    assert places.element("MEASURE 2.3", "performance")["state"] == "holds"


def test_a_plan_about_another_release_is_not_run_under(places: Places) -> None:
    plan = places.approve(places.write_plan())
    version = places.release.model_versions.get()
    other = places.make_release(version, cutOff="0.4")
    with pytest.raises(InvalidInput, match="is about"):
        places.start(plan, release=other)


def test_other_rows_than_the_plans_are_refused(places: Places) -> None:
    plan = places.approve(places.write_plan())
    with pytest.raises(InvalidInput, match="names other rows"):
        places.start(plan, dataset=places.deliver(survey(500, seed=9)))


def test_the_rows_of_the_training_are_no_test(places: Places) -> None:
    training = places.deliver(survey(3000, seed=1), role="training")
    text = replace(places.text(), dataset=training)
    with pytest.raises(InvalidInput, match="trained on these rows"):
        actions.write_plan(places.release, text, by=places.cast.by("owen"))


def test_rows_that_are_only_named_are_planned_for_and_measured_elsewhere(places: Places) -> None:
    named = registry.register_dataset(
        places.cast.system.unit, "elsewhere", role="evaluation", sha256="e" * 64, rows=10,
        by=places.cast.by("dev"),
    )  # fmt: skip
    text = replace(places.text(), dataset=named)
    plan = places.approve(actions.write_plan(places.release, text, by=places.cast.by("owen")))
    with pytest.raises(InvalidInput, match="evaluate --local"):
        places.start(plan)


def test_a_csv_dataset_is_told_to_become_parquet(places: Places) -> None:
    upload = places.admit("dataset", b"AGEP,SEX\n30,1\n41,2\n")
    named = registry.register_dataset(
        places.cast.system.unit, "csv", role="evaluation", upload=upload, by=places.cast.by("dev")
    )
    with pytest.raises(InvalidInput, match="Write it as Parquet"):
        places.start(dataset=named)


def test_a_release_with_two_models_is_not_planned_for(places: Places) -> None:
    both = [
        places.release.model_versions.get(),
        places.register(model_bytes(), name="twin"),
    ]
    by = places.cast.by("dev")
    parts = {"decision": {"cutOff": "0.5", "favourable": "0"}}
    two = registry.create_release(places.cast.system, both, parts, by=by)
    with pytest.raises(Conflict, match="has 2 models"):
        actions.write_plan(two, places.text(), by=places.cast.by("owen"))


def test_an_auditor_writes_no_plan(places: Places) -> None:
    with pytest.raises(Forbidden, match="Writing an evaluation plan needs"):
        places.write_plan(by="abel")


# The same through the REST API.


@pytest.fixture
def api(places: Places) -> Client:
    """A signed-in owner's client."""
    client = Client()
    client.force_login(places.cast.accounts["owen"])
    return client


def body(places: Places, **changes: Any) -> dict[str, Any]:
    return {
        "title": "Before release",
        "release": str(places.release.pk),
        "dataset": str(places.dataset.pk),
        "criteria": [PERFORMANCE, FAIRNESS],
        "rationale": "Four fifths.",
        **changes,
    }


def post(client: Client, path: str, data: dict[str, Any], **headers: str) -> Any:
    return client.post(f"/api/v1/{path}", data, "application/json", headers=headers)


def written(places: Places, api: Client) -> dict[str, Any]:
    answer = post(api, f"systems/{places.cast.system.pk}/evaluation-plans", body(places))
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def test_a_plan_is_written_listed_and_read_through_the_api(places: Places, api: Client) -> None:
    plan = written(places, api)
    assert (plan["state"], plan["subject"]) == ("draft", places.release.digest)
    assert api.get(f"/api/v1/evaluation-plans/{plan['id']}").json() == plan
    listed = api.get(f"/api/v1/systems/{places.cast.system.pk}/evaluation-plans").json()
    assert [one["id"] for one in listed["results"]] == [plan["id"]]


def test_an_approval_is_asked_for_through_the_api(places: Places, api: Client) -> None:
    plan = written(places, api)
    answer = post(api, f"evaluation-plans/{plan['id']}/approval-requests", {"reason": "Ready."})
    assert answer.status_code == 201
    assert answer.json()["subjectDigest"] == plan["digest"]
    assert answer.json()["role"] == "officer"


def test_a_plan_is_revised_and_withdrawn_through_the_api(places: Places, api: Client) -> None:
    plan = written(places, api)
    path = f"/api/v1/evaluation-plans/{plan['id']}"
    text = {name: body(places)[name] for name in ("title", "dataset", "rationale")}
    new = {**text, "criteria": [FAIRNESS]}
    read = {"If-Match": api.get(path)["ETag"]}
    revised = api.put(path, new, "application/json", headers=read)
    assert (revised.status_code, revised.json()["revision"], revised["ETag"]) == (200, 2, '"2"')
    gone = post(api, f"evaluation-plans/{plan['id']}/withdrawal", {})
    assert gone.json()["state"] == "withdrawn"


@pytest.mark.parametrize(
    ("read", "status", "code"),
    [
        ({}, 428, "revision_missing"),
        ({"If-Match": '"7"'}, 412, "changed_since"),
        ({"If-Match": "*"}, 400, "if_match"),
        ({"If-Match": '"1", "2"'}, 400, "if_match"),
    ],
)
def test_a_plan_is_revised_by_who_read_its_newest_revision(
    places: Places, api: Client, read: dict[str, str], status: int, code: str
) -> None:
    plan = written(places, api)
    path = f"/api/v1/evaluation-plans/{plan['id']}"
    new = {**{name: body(places)[name] for name in ("title", "dataset", "rationale")}}
    answer = api.put(path, {**new, "criteria": [FAIRNESS]}, "application/json", headers=read)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert api.get(path).json() == plan


def test_of_two_who_revise_at_once_one_is_told_of_the_other(places: Places, api: Client) -> None:
    plan = written(places, api)
    path, login = f"/api/v1/evaluation-plans/{plan['id']}", places.cast.accounts["owen"]
    text = {name: body(places)[name] for name in ("dataset", "rationale")}
    clients = [Client(), Client(), Client()]
    for client in clients:
        client.force_login(login)

    def revise(number: int) -> int:
        new = {**text, "title": f"Title {number}", "criteria": [FAIRNESS]}
        try:
            read = {"If-Match": '"1"'}
            return clients[number].put(path, new, "application/json", headers=read).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(revise, range(3))) == [200, 412, 412]
    assert Evidence.objects.of_record(UUID(plan["id"])).count() == 2


def test_the_api_says_which_criterion_is_wrong(places: Places, api: Client) -> None:
    path = f"systems/{places.cast.system.pk}/evaluation-plans"
    wrong = body(places, criteria=[PERFORMANCE, {**FAIRNESS, "threshold": "four fifths"}])
    answer = post(api, path, wrong)
    assert answer.status_code == 400
    assert answer.json()["pointer"] == "/criteria/1/threshold"
    assert answer.json()["detail"].startswith("Criterion 2:")


def test_the_api_wants_one_subject_of_this_system(places: Places, api: Client) -> None:
    path = f"systems/{places.cast.system.pk}/evaluation-plans"
    answer = post(api, path, body(places, modelVersion=str(places.release.pk)))
    assert (answer.status_code, answer.json()["code"]) == (400, "subject")


def test_another_organisation_does_not_find_the_plan(places: Places, api: Client) -> None:
    plan = written(places, api)
    stranger = Client()
    stranger.force_login(places.cast.accounts["nina"])
    assert stranger.get(f"/api/v1/evaluation-plans/{plan['id']}").status_code == 404
