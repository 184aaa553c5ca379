"""The accountable executive decides about a release; who made it does not, under any account."""

from __future__ import annotations

import pytest

from governance.assessment.models import ApprovalRequest
from governance.gates.actions import request_release_approval
from governance.identity import actions as identity
from tests.cast import PASSWORD, Cast, make_release
from tests.e2e.site import Staffed
from tests.e2e.visitor import Visitor

CONDITIONS = "Monthly report of rates\nAction on F-1 before the exception ends"


@pytest.fixture
def cast(site: Staffed) -> Cast:
    return site.with_system()


@pytest.fixture
def asked(cast: Cast) -> ApprovalRequest:
    """dev made the release, owen asks for its approval."""
    release = make_release(cast, by="dev")
    return request_release_approval(release, "production", "executive", by=cast.by("owen"))


def test_the_executive_approves_with_conditions(site: Staffed, asked: ApprovalRequest) -> None:
    with site.signed_in("erin") as erin:
        erin.open("/")
        erin.follow(asked.title)
        erin.tick("approved with conditions")
        erin.fill(reason="Less harm than waiting.")
        erin.press("Sign the decision")
        assert "Name conditions exactly when" in erin.words
        erin.fill(conditions=CONDITIONS)
        erin.press("Sign the decision")
        assert "bound to the digest" in erin.words
        assert "Monthly report of rates" in erin.words
        assert erin.complaints == []


def may_decide(visitor: Visitor, asked: ApprovalRequest) -> bool:
    visitor.open(asked.get_absolute_url())
    return visitor.page.get_by_role("button", name="Sign the decision").count() > 0


def test_the_author_is_refused_also_through_a_second_account(
    site: Staffed, cast: Cast, asked: ApprovalRequest
) -> None:
    administrator, dev = cast.by("adam"), cast.person("dev")
    identity.grant_role(dev, "executive", cast.organisation, by=administrator)
    second = identity.add_account(dev, f"dev-{asked.pk}", PASSWORD, by=administrator)
    for account in (cast.accounts["dev"], second):
        with site.visitor() as visitor:
            visitor.enter(account)
            assert not may_decide(visitor, asked)
            assert "You made or asked for this. Somebody else decides" in visitor.words
            answer = visitor.post(asked.get_absolute_url(), outcome="approved", reason="Mine.")
            assert answer.status == 403
            assert "under this or another account" in answer.text()
    asked.refresh_from_db()
    assert asked.state == "open"


def test_a_decision_is_signed_with_the_keyboard_alone(
    site: Staffed, asked: ApprovalRequest
) -> None:
    with site.signed_in("erin") as erin:
        erin.open(asked.get_absolute_url())
        erin.keys("Tab", "Enter")
        assert erin.focused == "main"
        erin.tab_to("id_outcome_0")
        erin.keys("Space", "ArrowDown", "Tab")
        assert erin.page.get_by_label("approved with conditions").is_checked()
        assert erin.focused == "id_conditions"
        erin.page.keyboard.type("Monthly report")
        erin.keys("Tab")
        erin.page.keyboard.type("Less harm than waiting.")
        erin.tab_to_button("Sign the decision")
        erin.keys("Enter")
        assert "bound to the digest" in erin.words


def test_without_scripts_one_registers_and_approves(site: Staffed, asked: ApprovalRequest) -> None:
    with site.signed_in("owen", java_script_enabled=False) as owen:
        owen.open("/systems/register")
        owen.fill(name="Plain pages (test)", purpose="Sorts", intendedUse="Sorts")
        owen.fill(affectedPeople="Writers", tier_reason="None of Annex III")
        owen.choose(tier="minimal risk")
        owen.press("Register")
        assert owen.heading == "Plain pages (test)"
    with site.signed_in("erin", java_script_enabled=False) as erin:
        assert may_decide(erin, asked)
        erin.tick("Approved")
        erin.fill(reason="Less harm than waiting.")
        erin.press("Sign the decision")
        assert "bound to the digest" in erin.words
