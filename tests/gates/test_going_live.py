from __future__ import annotations

from typing import Any

import pytest

from cli.commands.deployments import told
from governance.assessment.actions import approvals
from governance.assessment.models import ApprovalRequest
from governance.gates.actions import LogBehind, ask_gate, request_release_approval
from governance.gates.models import GateDecision
from governance.gates.rolling_back import roll_back
from governance.identity.errors import Conflict
from governance.registry.actions import create_release, record_deployment
from governance.registry.models import Deployment, Release
from governance.registry.passing import gate_words
from governance.work.models import Notification
from tests.cast import Cast, make_release


def notices(kind: str) -> set[str]:
    return {one.person.name for one in Notification.objects.filter(kind=kind)}


def live_twice(cast: Cast, environment: str = "production") -> Release:
    """Release 1 was live and release 2 is; gives release 1."""
    first = make_release(cast)
    second = create_release(
        cast.system, list(first.model_versions.all()), {"limitations": "x"}, by=cast.by("owen")
    )
    for release in (first, second):
        record_deployment(release, environment, by=cast.by("owen"))
    return first


def approve(cast: Cast, release: Release, outcome: str = "approved") -> ApprovalRequest:
    request = request_release_approval(release, "production", "executive", by=cast.by("owen"))
    approvals.decide(request, outcome, "Benefits outweigh.", by=cast.by("erin"))
    return request


def test_a_release_that_the_gate_did_not_let_pass_goes_live_and_the_officer_is_told(
    cast: Cast,
) -> None:
    release = make_release(cast)
    cast.sequence()
    ask_gate(release, "production", by=cast.by("owen"))
    record_deployment(release, "production", by=cast.by("owen"))
    said = gate_words(release, "production")
    assert said is not None
    assert said["verdict"] == "deny"
    assert notices("live_without_gate") == {"dana (test)"}


def test_a_release_about_which_no_gate_was_asked_says_so(cast: Cast) -> None:
    release = make_release(cast)
    record_deployment(release, "staging", by=cast.by("owen"))
    assert gate_words(release, "staging") is None
    assert notices("live_without_gate") == {"dana (test)"}


def test_rolling_back_needs_something_to_go_back_to(cast: Cast) -> None:
    record_deployment(make_release(cast), "production", by=cast.by("owen"))
    with pytest.raises(Conflict, match="Nothing was live"):
        roll_back(cast.system, "production", by=cast.by("owen"))


def test_a_release_that_nobody_approved_does_not_come_back(cast: Cast) -> None:
    live_twice(cast)
    cast.sequence()
    with pytest.raises(Conflict, match="Nobody approved it"):
        roll_back(cast.system, "production", by=cast.by("owen"))
    assert Deployment.objects.count() == 2
    assert not GateDecision.objects.exists()


def test_a_release_whose_approval_was_revoked_does_not_come_back(cast: Cast) -> None:
    request = approve(cast, live_twice(cast))
    approvals.revoke(request, "The survey was wrong.", by=cast.by("erin"))
    cast.sequence()
    with pytest.raises(Conflict, match="was revoked"):
        roll_back(cast.system, "production", by=cast.by("owen"))


def test_an_approved_release_comes_back_with_a_receipt_and_people_are_told(cast: Cast) -> None:
    first = live_twice(cast)
    approve(cast, first)
    cast.sequence()
    before = Notification.objects.filter(kind="live_without_gate").count()
    deployment = roll_back(cast.system, "production", by=cast.by("owen"))
    assert (deployment.release, deployment.is_rollback) == (first, True)
    assert GateDecision.objects.get(release=first).verdict == "warn"
    assert notices("rolled_back") == {"owen (test)", "dana (test)", "erin (test)"}
    assert Notification.objects.filter(kind="live_without_gate").count() == before


def test_staging_asks_for_no_approval_to_go_back(cast: Cast) -> None:
    first = live_twice(cast, "staging")
    cast.sequence()
    assert roll_back(cast.system, "staging", by=cast.by("owen")).release == first


def test_a_roll_back_before_the_log_holds_the_evidence_says_try_again(cast: Cast) -> None:
    live_twice(cast)
    with pytest.raises(LogBehind):
        roll_back(cast.system, "production", by=cast.by("owen"))


@pytest.mark.parametrize(
    ("gate", "code", "words"),
    [
        ({"verdict": "allow", "decidedAt": "2026-11-26T10:00:00Z"}, 0, ""),
        ({"verdict": "warn", "decidedAt": "2026-11-26T10:00:00Z"}, 0, ""),
        ({"verdict": "deny", "decidedAt": "2026-11-26T10:00:00Z"}, 1, "(deny, 2026-11-26)"),
        (None, 1, "(never asked)"),
    ],
)
def test_the_command_says_what_the_gate_did_not_let_pass(
    capsys: pytest.CaptureFixture[str], gate: Any, code: int, words: str
) -> None:
    row = {"release": "R", "environment": "production", "gate": gate}
    assert told(row) == code
    said = capsys.readouterr()
    assert '"release": "R"' in said.out
    assert words in said.err
    assert bool(said.err) == bool(code)
