from __future__ import annotations

import uuid

import pytest

from governance.assessment.actions import approvals, statements
from governance.assessment.models import ApprovalRequest
from governance.gates.actions import ask_gate, request_release_approval
from governance.gates.models import GateDecision
from governance.registry.models import Release
from tests.cast import Cast, make_release
from tests.pages.browse import asks_to_sign_in, html_of, queries_of, signed_in


@pytest.fixture
def release(cast: Cast) -> Release:
    made = make_release(cast)
    cast.sequence()
    return made


def decide(cast: Cast, release: Release) -> GateDecision:
    cast.sequence()
    return ask_gate(release, "production", by=cast.by("owen"))


def test_a_release_shows_what_exactly_it_is(cast: Cast, release: Release) -> None:
    html = html_of(signed_in(cast, "abel"), f"/releases/{release.pk}")
    for words in (
        release.digest,
        "cut off 0.5",
        "One region only.",
        "places version 1",
        "Gradient",
    ):
        assert words in html
    assert "Ask the gate" not in html


def test_what_is_not_seen_does_not_exist(cast: Cast, release: Release) -> None:
    decision, client = decide(cast, release), signed_in(cast, "nina")
    for path in (f"/releases/{release.pk}", f"/gate-decisions/{decision.pk}"):
        assert client.get(path).status_code == 404
        assert asks_to_sign_in(path)
    assert "Job-support" not in html_of(client, "/gate-decisions")
    assert client.get(f"/releases/{uuid.uuid4()}").status_code == 404


def test_owner_asks_the_gate_and_gets_every_reason_with_what_to_do(
    cast: Cast, release: Release
) -> None:
    client = signed_in(cast, "owen")
    answer = client.post(f"/releases/{release.pk}/gate", {"environment": "production"})
    decision = GateDecision.objects.get()
    assert answer["Location"] == f"/gate-decisions/{decision.pk}"
    html = html_of(client, answer["Location"])
    for words in ("It may not ship", "Ask for the approval on the page", "Validator", "Receipt"):
        assert words in html
    assert f"/systems/{cast.system.pk}/requirements/" in html


def test_a_gate_asked_too_early_says_try_again(cast: Cast, release: Release) -> None:
    request_release_approval(release, "production", "executive", by=cast.by("owen"))
    approvals.decide(ApprovalRequest.objects.get(), "approved", "Good.", by=cast.by("erin"))
    path = f"/releases/{release.pk}/gate"
    answer = signed_in(cast, "owen").post(path, {"environment": "production"}, follow=True)
    assert "Ask again soon" in answer.content.decode()
    assert not GateDecision.objects.exists()


def test_an_unknown_environment_is_refused_with_a_sentence(cast: Cast, release: Release) -> None:
    path = f"/releases/{release.pk}/gate"
    answer = signed_in(cast, "owen").post(path, {"environment": "moon"}, follow=True)
    assert "There is no gate" in answer.content.decode()


def test_an_auditor_asks_no_gate(cast: Cast, release: Release) -> None:
    path = f"/releases/{release.pk}/gate"
    answer = signed_in(cast, "abel").post(path, {"environment": "production"})
    assert answer.status_code == 403
    assert "Asking a gate needs the role" in answer.content.decode()
    assert signed_in(cast, "owen").get(path).status_code == 405


def test_owner_asks_the_executive_once(cast: Cast, release: Release) -> None:
    client, path = signed_in(cast, "owen"), f"/releases/{release.pk}/approval"
    asked = {"environment": "production", "reason": "Pilot ends."}
    for _ in range(2):
        assert client.post(path, asked).status_code == 302
    request = ApprovalRequest.objects.get()
    assert (request.role, request.purpose) == ("executive", "production")
    assert "waits" in html_of(client, f"/releases/{release.pk}")
    assert client.post(path, {"environment": "moon"}).status_code == 200


def test_the_question_about_a_release_shows_what_was_judged(cast: Cast, release: Release) -> None:
    request = request_release_approval(release, "production", "executive", by=cast.by("owen"))
    erin = signed_in(cast, "erin")
    html = html_of(erin, request.get_absolute_url())
    assert "This gate was not asked about the release yet." in html
    assert "Nobody has concluded" in html and "has not given an opinion" in html
    statements.give_opinion(release, "not-fit", "Groups differ.", ["ratio"], by=cast.by("vera"))
    statements.conclude(
        release.scope,
        "MEASURE 2.11",
        "not-satisfied",
        "Ratio.",
        role="validator",
        by=cast.by("vera"),
        target_digest=release.digest,
    )
    decision = decide(cast, release)
    html = html_of(erin, request.get_absolute_url())
    assert "Groups differ." in html and "not fit" in html
    assert "MEASURE 2.11" in html and "not satisfied" in html
    assert decision.get_absolute_url() in html


def test_a_decision_of_the_executive_stands_on_the_release(cast: Cast, release: Release) -> None:
    request = request_release_approval(release, "production", "executive", by=cast.by("owen"))
    approvals.decide(
        request,
        "approved-with-conditions",
        "Benefits outweigh.",
        by=cast.by("erin"),
        conditions=["Review in May"],
    )
    html = html_of(signed_in(cast, "dev"), f"/releases/{release.pk}")
    assert "approved with conditions" in html and "Review in May" in html


def test_decisions_are_found_by_verdict_and_environment(cast: Cast, release: Release) -> None:
    decide(cast, release)
    client = signed_in(cast, "abel")
    assert "release 1" in html_of(client, "/gate-decisions?verdict=deny&environment=production")
    assert "No gate decision here" in html_of(client, "/gate-decisions?verdict=allow")


def test_lists_ask_as_many_queries_for_many_as_for_few(cast: Cast, release: Release) -> None:
    decide(cast, release)
    client = signed_in(cast, "dana")
    paths = ("/gate-decisions", f"/releases/{release.pk}")
    before = [queries_of(client, path) for path in paths]
    for _ in range(3):
        decide(cast, release)
    assert [queries_of(client, path) for path in paths] == before
