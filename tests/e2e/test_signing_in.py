"""In and out, and the look one chooses."""

from __future__ import annotations

from tests.cast import PASSWORD
from tests.e2e.site import Staffed


def test_a_person_signs_in_and_out(site: Staffed) -> None:
    with site.visitor() as owen:
        owen.open("/")
        owen.fill(username="owen@service.test", password="wrong")
        owen.press("Sign in")
        assert "There is a problem" in owen.words
        owen.fill(username="owen@service.test", password=PASSWORD)
        owen.press("Sign in")
        assert owen.heading == "What needs you"
