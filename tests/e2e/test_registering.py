"""A system comes in: registered by its owner, looked at by the officer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.e2e.site import Staffed
from tests.e2e.visitor import Visitor

IN_A_MONTH = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
SAID = {
    "purpose": "Decides who is offered a place",
    "intendedUse": "Offers to people predicted not employed",
    "affectedPeople": "People aged 16 to 64",
    "tier_reason": "Annex III 5(a)",
}


def register(owen: Visitor, name: str) -> str:
    """Fill in the form; the path of the system's page."""
    owen.open("/systems/register")
    owen.fill(name=name, **SAID)
    owen.choose(tier="high risk")
    owen.press("Register")
    assert owen.heading == name
    return owen.path


def test_an_owner_registers_a_system_after_the_form_said_what_is_missing(site: Staffed) -> None:
    with site.signed_in("owen") as owen:
        owen.open("/")
        owen.follow("Register an AI system")
        owen.fill(name="Job-support places (test)")
        owen.press("Register")
        assert owen.page.title().startswith("Error: ")
        owen.page.get_by_role("alert").get_by_role("link").first.click()
        assert owen.focused == "id_tier"
        owen.fill(**SAID)
        owen.choose(tier="high risk")
        owen.press("Register")
        assert owen.heading == "Job-support places (test)"
        assert "The tier is a proposal." in owen.words
        assert owen.complaints == []


def test_an_officer_confirms_the_tier_and_names_people(site: Staffed) -> None:
    with site.signed_in("owen") as owen, site.signed_in("dana") as dana:
        register(owen, "Letters (test)")
        dana.open("/")
        dana.follow("Confirm the tier of Letters (test)")
        dana.follow("Confirm or change it")
        dana.choose(tier="limited risk")
        dana.fill(reason="Sorts letters; Article 50 only.")
        dana.press("Confirm the tier")
        assert "Limited risk" in dana.words
        dana.follow("Name people")
        dana.choose(validator="vera (test)", executive="erin (test)")
        dana.press("Save")
        assert "vera (test)" in dana.words and "erin (test)" in dana.words


def test_owner_and_executive_are_two_persons(site: Staffed) -> None:
    with site.signed_in("dana") as dana:
        dana.open(f"/systems/{site.with_system().system.pk}/people")
        dana.choose(executive="owen (test)")
        dana.press("Save")
        assert "There is a problem" in dana.words


def test_an_officer_assigns_owner_and_due_date_to_many_requirements(site: Staffed) -> None:
    path = f"/systems/{site.with_system().system.pk}/requirements"
    with site.signed_in("dana") as dana:
        dana.open(path)
        for requirement in ("MAP 1.1", "MAP 1.2", "MEASURE 2.11"):
            dana.page.get_by_role("checkbox", name=f"Choose {requirement}", exact=True).check()
        dana.choose(person="owen (test)")
        dana.fill(due_on=IN_A_MONTH)
        dana.press("Assign")
        assert "3 requirements assigned." in dana.words
        row = dana.page.get_by_role("row").filter(has_text="MEASURE 2.11")
        assert "owen (test)" in row.inner_text() and "due" in row.inner_text()
    with site.signed_in("owen") as owen:
        owen.open("/")
        assert "You are to see that this holds" in owen.words
