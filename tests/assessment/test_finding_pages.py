from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from governance.assessment.actions import findings, statements
from governance.assessment.models import (
    ApprovalRequest,
    CorrectiveAction,
    ExceptionGrant,
    Finding,
)
from governance.evidence.models import Evidence
from governance.identity.errors import InvalidInput
from governance.registry.models import Release
from tests.cast import Cast, make_release
from tests.environment.by_hand import by_hand
from tests.pages.browse import asks_to_sign_in, html_of, queries_of, signed_in

TODAY = timezone.now().date()
SOON = TODAY + timedelta(days=30)


def raise_finding(cast: Cast, title: str = "Proxy target") -> Finding:
    return findings.raise_finding(
        cast.system,
        title,
        {"criterion": "The target fits the purpose", "condition": "It includes students"},
        severity="high",
        owner=cast.person("owen"),
        due_on=SOON,
        by=cast.by("vera"),
        requirement="MEASURE 2.11",
    )


def body(cast: Cast) -> dict[str, object]:
    return {
        "title": "Proxy target",
        "requirement": "MEASURE 2.11",
        "severity": "high",
        "criterion": "The target fits the purpose",
        "condition": "It includes students",
        "cause": "",
        "effect": "",
        "owner": str(cast.person("owen").pk),
        "due_on": SOON.isoformat(),
    }


@pytest.fixture
def failing(cast: Cast) -> Release:
    """A release at which one requirement fails by an officer's statement."""
    release = make_release(cast)
    statements.make_statement(
        release.scope, "MEASURE 2.11", met=False, role="officer", text="Gap.", by=cast.by("dana")
    )
    cast.judge()
    return release


def test_validator_raises_a_finding_that_stands_on_its_pages(cast: Cast) -> None:
    client = signed_in(cast, "vera")
    answer = client.post(f"/systems/{cast.system.pk}/findings/raise", body(cast))
    finding = Finding.objects.get()
    assert answer["Location"] == f"/findings/{finding.pk}"
    for path in ("/findings", f"/findings/{finding.pk}", f"/systems/{cast.system.pk}/findings"):
        assert "Proxy target" in html_of(client, path)
    assert Evidence.objects.records("finding").count() == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"condition": ""}, "This field is required"),
        ({"due_on": "2020-01-01"}, "Choose today or a day to come"),
        ({"severity": "dire"}, "Select a valid choice"),
        ({"requirement": "MEASURE 99"}, "Select a valid choice"),
        ({"owner": "00000000-0000-0000-0000-000000000000"}, "Select a valid choice"),
        ({"title": " \x07 "}, "Write a name"),
    ],
)
def test_a_finding_that_cannot_be_raised_is_refused_with_a_sentence(
    cast: Cast, change: dict[str, str], sentence: str
) -> None:
    path = f"/systems/{cast.system.pk}/findings/raise"
    answer = signed_in(cast, "vera").post(path, body(cast) | change)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not Finding.objects.exists()


def test_an_owner_raises_no_finding_and_is_told_who_does(cast: Cast) -> None:
    answer = signed_in(cast, "owen").get(f"/systems/{cast.system.pk}/findings/raise")
    assert answer.status_code == 403
    assert "Compliance officer or Validator" in answer.content.decode()


def test_findings_of_another_organisation_do_not_exist(cast: Cast) -> None:
    finding, client = raise_finding(cast), signed_in(cast, "nina")
    assert "Proxy target" not in html_of(client, "/findings?state=all")
    assert client.get(f"/findings/{finding.pk}").status_code == 404
    assert client.post(f"/findings/{finding.pk}/actions", {}).status_code in {403, 404}
    assert asks_to_sign_in(f"/findings/{finding.pk}")


def test_owner_plans_and_completes_an_action_and_a_retest_is_due(cast: Cast) -> None:
    finding, client = raise_finding(cast), signed_in(cast, "owen")
    action = {"title": "Use a better target", "owner": cast.person("owen").pk, "due_on": SOON}
    assert client.post(f"/findings/{finding.pk}/actions", action).status_code == 302
    planned = CorrectiveAction.objects.get()
    for page in (f"/findings/{finding.pk}", "/findings"):
        assert "action planned" in html_of(client, page)
    exported = client.get(reverse("table-csv", args=["findings"]))
    text = b"".join(exported.streaming_content).decode()  # type: ignore[attr-defined]
    assert "action planned" in text
    assert client.post(f"/actions/{planned.pk}/complete").status_code == 302
    assert "ready for retest" in html_of(client, f"/findings/{finding.pk}")
    again = client.post(f"/actions/{planned.pk}/complete", follow=True)
    assert "done already" in again.content.decode()


def test_an_action_in_the_past_is_refused(cast: Cast) -> None:
    finding = raise_finding(cast)
    action = {"title": "Later", "owner": cast.person("owen").pk, "due_on": "2020-01-01"}
    answer = signed_in(cast, "owen").post(f"/findings/{finding.pk}/actions", action)
    assert "Choose today or a day to come" in answer.content.decode()
    assert not CorrectiveAction.objects.exists()


def test_validator_closes_a_finding_with_what_the_retest_saw(cast: Cast) -> None:
    finding, client = raise_finding(cast), signed_in(cast, "vera")
    path = f"/findings/{finding.pk}/close"
    assert "This field is required" in client.post(path, {"reason": ""}).content.decode()
    assert client.post(path, {"reason": "Tested on new rows."}).status_code == 302
    html = html_of(client, f"/findings/{finding.pk}")
    assert "Closed by" in html and "Tested on new rows." in html
    assert "already" in client.post(path, {"reason": "Again."}).content.decode()


def test_the_owner_of_a_finding_does_not_close_it(cast: Cast) -> None:
    finding = findings.raise_finding(
        cast.system,
        "Own",
        {"criterion": "a", "condition": "b"},
        severity="low",
        owner=cast.person("vera"),
        due_on=SOON,
        by=cast.by("dana"),
    )
    client = signed_in(cast, "vera")
    assert "Somebody else tests it again" in html_of(client, f"/findings/{finding.pk}")
    answer = client.post(f"/findings/{finding.pk}/close", {"reason": "Fine."})
    assert answer.status_code == 403
    assert "Somebody other than its owner" in answer.content.decode()


def test_the_list_leaves_closed_findings_out_unless_asked(cast: Cast) -> None:
    finding, client = raise_finding(cast), signed_in(cast, "vera")
    findings.close_finding(finding, "Retested.", by=cast.by("vera"))
    assert "No finding here" in html_of(client, "/findings")
    assert "Proxy target" in html_of(client, "/findings?state=all")
    assert "Proxy target" in html_of(client, "/findings?state=closed&severity=high&q=2.11")


def test_an_action_is_due_no_later_than_its_finding(cast: Cast) -> None:
    finding, owen = raise_finding(cast), cast.person("owen")
    with pytest.raises(InvalidInput, match="plan the action until then"):
        findings.plan_action(finding, "Mend", owen, SOON + timedelta(days=1), by=cast.by("owen"))
    assert not finding.actions.exists()


def test_a_finding_is_overdue_by_its_own_day_until_what_was_planned_is_done(cast: Cast) -> None:
    finding, today = raise_finding(cast), timezone.now().date()
    with by_hand():
        Finding.objects.filter(pk=finding.pk).update(due_on=today - timedelta(days=1))
    finding.refresh_from_db()
    assert finding.standing == "action-overdue"
    later = today + timedelta(days=9)
    action = findings.plan_action(finding, "Mend", finding.owner, later, by=cast.by("owen"))
    assert finding.standing == "action-overdue"
    findings.complete_action(action, by=cast.by("owen"))
    finding.refresh_from_db()
    assert finding.standing == "ready-for-retest"


@pytest.mark.parametrize("path", ["/findings", "/systems/{}/findings"])
def test_lists_ask_as_many_queries_for_many_as_for_few(cast: Cast, path: str) -> None:
    client, path = signed_in(cast, "vera"), path.format(cast.system.pk)
    raise_finding(cast)
    before = queries_of(client, path)
    for number in range(4):
        findings.plan_action(
            raise_finding(cast, f"F {number}"),
            "Mend",
            cast.person("owen"),
            SOON,
            by=cast.by("owen"),
        )
    few = queries_of(client, path)
    raise_finding(cast, "One more")
    assert queries_of(client, path) == few <= before + 1


def test_owner_asks_for_an_exception_to_what_fails(cast: Cast, failing: Release) -> None:
    client = signed_in(cast, "owen")
    path = f"/releases/{failing.pk}/exception"
    assert "MEASURE 2.11" in html_of(client, path)
    asked = {
        "requirements": ["MEASURE 2.11"],
        "reason": "Service starts now",
        "compensating_control": "A case worker reviews every refusal",
        "expires_on": SOON.isoformat(),
    }
    assert client.post(path, asked).status_code == 302
    assert ExceptionGrant.objects.get().requirements == ["MEASURE 2.11"]
    html = html_of(client, f"/systems/{cast.system.pk}/findings")
    assert "EX-0001" in html and "requested" in html


def test_the_question_about_an_exception_shows_what_is_signed(cast: Cast, failing: Release) -> None:
    findings.request_exception(
        failing,
        ["MEASURE 2.11"],
        reason="Service starts now",
        compensating_control="A case worker reviews every refusal",
        expires_on=SOON,
        by=cast.by("owen"),
    )
    question = ApprovalRequest.objects.get(subject_kind="exception")
    html = html_of(signed_in(cast, "dana"), question.get_absolute_url())
    assert "A case worker reviews every refusal" in html
    assert f"{SOON.day} {SOON:%b %Y}" in html
    assert "MEASURE 2.11" in html and "that this is not met" in html
    assert question.url == failing.get_absolute_url()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"expires_on": (TODAY + timedelta(days=183)).isoformat()}, "within 180 days"),
        ({"expires_on": TODAY.isoformat()}, "within 180 days"),
        ({"requirements": ["GOVERN 1.1"]}, "Select a valid choice"),
        ({"compensating_control": ""}, "This field is required"),
    ],
)
def test_an_exception_without_end_or_control_is_refused(
    cast: Cast, failing: Release, change: dict[str, object], sentence: str
) -> None:
    asked: dict[str, object] = {
        "requirements": ["MEASURE 2.11"],
        "reason": "Now",
        "compensating_control": "Review",
        "expires_on": SOON.isoformat(),
    }
    answer = signed_in(cast, "owen").post(f"/releases/{failing.pk}/exception", asked | change)
    assert sentence in answer.content.decode()
    assert not ExceptionGrant.objects.exists()


def test_nothing_is_excepted_where_nothing_fails(cast: Cast) -> None:
    release = make_release(cast)
    html = html_of(signed_in(cast, "owen"), f"/releases/{release.pk}/exception")
    assert "Nothing fails at this release" in html


def test_validator_signs_an_opinion(cast: Cast) -> None:
    release, client = make_release(cast), signed_in(cast, "vera")
    path = f"/releases/{release.pk}/opinion"
    assert release.digest in html_of(client, path)
    said = {"verdict": "fit-with-findings", "tests": "Held-out rows\n\nSlices", "text": "Works."}
    assert client.post(path, said).status_code == 302
    opinion = Evidence.objects.records("opinion").get()
    assert opinion.fields["tests"] == ["Held-out rows", "Slices"]
    assert "fit, with findings" in html_of(client, f"/releases/{release.pk}")


def test_only_a_validator_gives_an_opinion_and_needs_words(cast: Cast) -> None:
    release = make_release(cast)
    path = f"/releases/{release.pk}/opinion"
    assert signed_in(cast, "owen").get(path).status_code == 403
    answer = signed_in(cast, "vera").post(path, {"verdict": "fit", "tests": "", "text": " "})
    assert "This field is required" in answer.content.decode()
    assert not Evidence.objects.records("opinion").exists()
