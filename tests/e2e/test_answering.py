"""How a requirement gets an answer from people: a document, not applicable, NOT met."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.cast import Cast
from tests.e2e.site import Staffed
from tests.e2e.visitor import Visitor

TODAY = datetime.now(UTC).date()
PROCEDURE = {"name": "procedure.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 (test)"}


def result_of(visitor: Visitor, cast: Cast, requirement: str) -> str:
    """What the page that answers why says first."""
    cast.judge()
    visitor.open(f"/systems/{cast.system.pk}/requirements/{requirement}")
    return visitor.page.locator(".card .badge").first.inner_text()


def approve(erin: Visitor, title: str) -> None:
    erin.open("/approvals")
    erin.follow(title)
    erin.tick("Approved")
    erin.fill(reason="Read and agreed.")
    erin.press("Sign the decision")
    assert "Your decision is signed" in erin.words


def test_a_document_with_its_validity_counts_once_approved(site: Staffed) -> None:
    cast = site.with_system()
    with site.signed_in("dana") as dana, site.signed_in("erin") as erin:
        assert result_of(dana, cast, "GOVERN-1.4") == "not determined: missing"
        dana.open("/documents")
        dana.follow("Attach a document")
        dana.choose(unit="service")
        dana.press("Go on")
        dana.page.locator("select[name=topic]").select_option("risk-procedure")
        until = (TODAY + timedelta(days=365)).isoformat()
        dana.fill(title="Risk procedure (test)", valid_from=TODAY.isoformat(), valid_until=until)
        dana.page.set_input_files("[name=file]", files=[PROCEDURE])  # type: ignore[list-item]
        dana.press("Attach and ask for approval")
        assert "waits for a decision" in dana.words
        approve(erin, "Put in force: Risk procedure (test)")
        assert result_of(dana, cast, "GOVERN-1.4") == "satisfied"


def test_not_applicable_counts_once_a_second_person_approved_it(site: Staffed) -> None:
    cast = site.with_system()
    with site.signed_in("dana") as dana, site.signed_in("erin") as erin:
        dana.open(f"/systems/{cast.system.pk}/requirements/MAP-1.4")
        dana.follow("Does not apply")
        dana.fill(reason="Required by law, whatever it is worth.")
        dana.press("Sign and record")
        assert "Recorded and signed." in dana.words
        assert result_of(dana, cast, "MAP-1.4") != "not applicable"
        approve(erin, "MAP 1.4 does not apply")
        assert result_of(dana, cast, "MAP-1.4") == "not applicable"


def test_a_statement_that_something_is_not_met_turns_the_result(site: Staffed) -> None:
    cast = site.with_system()
    with site.signed_in("dana") as dana:
        dana.open(f"/systems/{cast.system.pk}/requirements/GOVERN-3.1")
        dana.follow("Make a statement")
        dana.tick("NOT met")
        dana.fill(text="Nobody affected takes part.")
        dana.press("Sign and record")
        assert result_of(dana, cast, "GOVERN-3.1") == "not satisfied"
        assert "dana (test), as officer, stated" in dana.words
        assert str(cast.person("dana").pk) not in dana.words
        dana.follow("Requirements")
        assert dana.complaints == []
