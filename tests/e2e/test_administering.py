"""People and keys of pipelines."""

from __future__ import annotations

from tests.cast import PASSWORD
from tests.e2e.site import Staffed


def test_an_administrator_adds_a_person_who_then_signs_in(site: Staffed) -> None:
    with site.signed_in("adam") as adam, site.visitor() as ines:
        adam.open("/people")
        adam.follow("Add a person")
        adam.fill(name="Ines (test)", email="ines@service.test", password="short")
        adam.press("Add the person")
        assert "There is a problem" in adam.words
        adam.fill(password=PASSWORD)
        adam.press("Add the person")
        assert adam.heading == "Ines (test)"
        adam.choose(role="Auditor")
        adam.press("Grant the role")
        assert "The role is granted." in adam.words
        ines.sign_in("ines@service.test")
        ines.follow("Audit log")
        assert ines.heading == "Audit log"


def test_nobody_grants_a_role_to_themselves(site: Staffed) -> None:
    with site.signed_in("adam") as adam:
        adam.open(f"/people/{site.cast.person('adam').pk}")
        assert "another administrator does" in adam.words
        assert adam.page.get_by_role("button", name="Grant the role").count() == 0


def test_a_token_is_shown_once(site: Staffed) -> None:
    with site.signed_in("dev") as dev:
        dev.open("/tokens")
        dev.follow("Create a token")
        dev.fill(name="nightly (test)")
        dev.press("Create the token")
        text = dev.page.locator("pre").first.inner_text()
        assert text.startswith("mnm_")
        dev.follow("I have stored it")
        assert "nightly (test)" in dev.words and text not in dev.page.content()
        dev.press("Revoke nightly (test)")
        assert "nightly (test) is revoked." in dev.words
