"""An empty installation: the first page anybody sees."""

from __future__ import annotations

from config.pages.account import new_first_run_token
from tests.cast import PASSWORD
from tests.e2e.site import Site
from tests.e2e.visitor import Visitor

FOUNDING = {
    "organisation": "Employment service (test)",
    "admin_name": "Ada (test)",
    "admin_email": "ada@service.test",
    "admin_password": PASSWORD,
    "officer_name": "Olga (test)",
    "officer_email": "olga@service.test",
    "officer_password": PASSWORD,
}


def found(visitor: Visitor, token: str) -> None:
    visitor.open("/")
    visitor.fill(token=token, **FOUNDING)
    visitor.press("Found the organisation")


def test_the_first_run_page_founds_the_organisation_once(empty_site: Site) -> None:
    token = new_first_run_token()
    with empty_site.visitor() as ada, empty_site.visitor() as olga:
        found(ada, "guessed")
        assert "not the token that was printed last" in ada.words
        found(ada, token)
        assert ada.heading == "What needs you"
        ada.follow("People and tokens")
        assert "Olga (test)" in ada.words and "Compliance officer" in ada.words
        olga.sign_in("olga@service.test")
        assert olga.heading == "What needs you"
        assert olga.open("/first-run").status == 404
        assert ada.complaints == []
