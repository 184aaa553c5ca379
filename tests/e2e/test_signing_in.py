"""In and out, and the look one chooses."""

from __future__ import annotations

from tests.e2e.site import Staffed

GROUND = "getComputedStyle(document.body).backgroundColor"


def test_a_person_signs_in_and_out(site: Staffed) -> None:
    with site.visitor() as owen:
        owen.sign_in("owen@service.test", "wrong")
        assert "There is a problem" in owen.words
        owen.sign_in("owen@service.test")
        assert owen.heading == "What needs you"
        owen.page.locator(".menu summary").click()
        owen.press("Sign out")
        owen.open("/systems")
        assert owen.heading == "Sign in"
        assert owen.complaints == []


def test_signing_in_leads_to_the_page_that_was_asked_for(site: Staffed) -> None:
    with site.visitor() as abel:
        abel.open("/log/checkpoints")
        abel.fill(username="abel@service.test", password="correct horse battery")
        abel.press("Sign in")
        assert abel.heading == "Checkpoints"


def test_the_chosen_theme_stays(site: Staffed) -> None:
    with site.signed_in("owen", color_scheme="light") as owen:
        owen.open("/systems")
        light = owen.page.evaluate(GROUND)
        owen.page.locator(".menu summary").click()
        owen.press("Dark")
        assert owen.heading == "AI systems"
        assert owen.page.evaluate(GROUND) != light
        owen.follow("Requirements")
        assert owen.page.evaluate(GROUND) != light


def test_what_a_role_may_not_see_is_refused_with_who_may(site: Staffed) -> None:
    with site.signed_in("dev") as dev:
        assert dev.open("/log").status == 403
        assert "needs the role" in dev.words
