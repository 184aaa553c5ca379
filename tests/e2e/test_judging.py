"""Second opinions on a release, and what the owner does about them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from governance.assessment.actions import statements
from governance.registry.models import Release
from tests.cast import Cast, make_release
from tests.e2e.site import Staffed

IN_TWO_MONTHS = (datetime.now(UTC).date() + timedelta(days=60)).isoformat()


@pytest.fixture
def cast(site: Staffed) -> Cast:
    return site.with_system()


@pytest.fixture
def release(cast: Cast) -> Release:
    """A release that fails one requirement, by the officer's own word."""
    made = make_release(cast)
    statements.make_statement(
        made.scope,
        "MEASURE 2.11",
        met=False,
        role="officer",
        text="Offer rates differ.",
        by=cast.by("dana"),
        target_digest=made.digest,
    )
    cast.judge()
    return made


def test_a_validator_gives_an_opinion(site: Staffed, release: Release) -> None:
    with site.signed_in("vera") as vera:
        vera.open(release.get_absolute_url())
        vera.follow("Give an opinion")
        vera.press("Sign the opinion")
        assert "There is a problem" in vera.words
        vera.tick("fit, with findings")
        vera.fill(tests="Rates by group\nCalibration", text="Fit, the target is a proxy.")
        vera.press("Sign the opinion")
        assert "Your opinion is signed" in vera.words
        assert "fit, with findings" in vera.words and "Calibration" in vera.words


def test_a_validator_concludes_beside_the_determination(
    site: Staffed, cast: Cast, release: Release
) -> None:
    with site.signed_in("vera") as vera:
        vera.open(f"/systems/{cast.system.pk}/requirements/MAP-2.3")
        vera.follow("Record a conclusion")
        vera.tick("not satisfied")
        vera.fill(reason="The construct is weak.")
        vera.press("Sign and record")
        assert "Recorded and signed." in vera.words
        assert "Conclusion: not satisfied" in vera.words


def test_a_finding_is_raised_and_gets_a_dated_action(
    site: Staffed, cast: Cast, release: Release
) -> None:
    with site.signed_in("vera") as vera, site.signed_in("owen") as owen:
        vera.open(f"/systems/{cast.system.pk}/findings")
        vera.follow("Raise a finding")
        vera.choose(severity="High", owner="owen (test)", requirement="MAP 2.3")
        vera.fill(title="Proxy target", criterion="Need is measured.", due_on=IN_TWO_MONTHS)
        vera.fill(condition="Employment is measured.")
        vera.press("Raise the finding")
        assert "Proxy target" in vera.heading
        owen.open("/")
        owen.follow("Proxy target")
        owen.page.get_by_text("Plan an action").click()
        owen.fill(title="Ask for labour force status", due_on=IN_TWO_MONTHS)
        owen.choose(owner="dev (test)")
        owen.press("Plan the action")
        assert "Ask for labour force status" in owen.words and "planned" in owen.words


def test_an_exception_is_asked_by_the_owner_and_granted_by_the_officer(
    site: Staffed, release: Release
) -> None:
    with site.signed_in("owen") as owen, site.signed_in("dana") as dana:
        owen.open(release.get_absolute_url())
        owen.follow("Ask for an exception")
        owen.tick("MEASURE 2.11")
        owen.fill(reason="No offers otherwise.", compensating_control="Lists are read by hand.")
        owen.fill(expires_on=IN_TWO_MONTHS)
        owen.press("Ask for the exception")
        assert "Asked. A compliance officer" in owen.words
        dana.open("/")
        dana.follow("Exception to MEASURE 2.11")
        dana.tick("Approved")
        dana.fill(reason="For sixty days, with the control.")
        dana.press("Sign the decision")
        owen.open(release.get_absolute_url())
        assert "in force" in owen.words
