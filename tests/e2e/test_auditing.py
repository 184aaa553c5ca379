"""An auditor reads what happened and takes the proofs along."""

from __future__ import annotations

import pytest

from tests.cast import Cast, make_release
from tests.e2e.site import Staffed


@pytest.fixture(scope="module")
def cast(site: Staffed) -> Cast:
    """A system with a release, judged and signed."""
    made = site.with_system()
    make_release(made)
    made.judge()
    made.sequencer.sign()
    return made


def test_an_auditor_opens_an_entry_and_takes_its_proof(site: Staffed, cast: Cast) -> None:
    with site.signed_in("abel") as abel:
        abel.open("/log")
        abel.page.locator("tbody a[href^='/log/']").first.click()
        assert abel.heading.startswith("Entry ")
        assert "holds" in abel.words and "does not hold" not in abel.words
        assert b"c2sp.org/tlog-proof" in abel.download("Proof")
        assert abel.complaints == []


def test_an_auditor_reads_evidence_and_takes_its_envelope(site: Staffed, cast: Cast) -> None:
    with site.signed_in("abel") as abel:
        abel.open("/evidence")
        abel.page.locator("tbody a").first.click()
        assert "The signature holds." in abel.words and "does not hold" not in abel.words
        assert b"application/vnd.in-toto+json" in abel.download("Envelope")


def test_every_table_is_taken_along_as_csv(site: Staffed, cast: Cast) -> None:
    with site.signed_in("abel") as abel:
        abel.open("/systems?q=Job-support")
        assert b"Job-support places 1 (test)" in abel.download("CSV of AI systems")


def test_an_auditor_changes_nothing(site: Staffed, cast: Cast) -> None:
    with site.signed_in("abel") as abel:
        abel.open(cast.system.get_absolute_url())
        for words in ("Edit", "Name people", "Register an AI system"):
            assert abel.page.get_by_role("link", name=words, exact=True).count() == 0
        assert abel.open(f"/systems/{cast.system.pk}/edit").status == 403
