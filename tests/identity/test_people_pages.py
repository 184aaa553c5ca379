from __future__ import annotations

import pytest

from governance.audit.models import OutboxEntry
from governance.identity import actions
from governance.identity.choices import Role
from governance.identity.models import Account, Person, RoleGrant, Unit
from tests.cast import PASSWORD, Cast
from tests.pages.browse import asks_to_sign_in, html_of, queries_of, signed_in

NEW = {"name": "Paul (test)", "email": "paul@service.test", "password": "a long first password"}


def test_everybody_sees_colleagues_and_their_roles(cast: Cast) -> None:
    html = html_of(signed_in(cast, "abel"), "/people")
    assert "dana (test)" in html and "Compliance officer" in html
    assert "Add a person" not in html


@pytest.mark.parametrize("path", ["/people", "/units", "/tokens", "/account", "/people/add"])
def test_a_stranger_is_asked_to_sign_in(cast: Cast, path: str) -> None:
    assert asks_to_sign_in(path)


def test_people_of_another_organisation_do_not_exist(cast: Cast) -> None:
    client = signed_in(cast, "nina")
    assert "dana (test)" not in html_of(client, "/people")
    assert client.get(f"/people/{cast.person('dana').pk}").status_code == 404


def test_only_an_administrator_adds_people_and_the_page_says_so(cast: Cast) -> None:
    answer = signed_in(cast, "dana").get("/people/add")
    assert answer.status_code == 403
    assert "needs the role Administrator" in answer.content.decode()


def test_administrator_adds_a_person_with_a_log_entry(cast: Cast) -> None:
    answer = signed_in(cast, "adam").post("/people/add", NEW | {"unit": str(cast.organisation.pk)})
    person = Person.objects.get(email="paul@service.test")
    assert answer["Location"] == f"/people/{person.pk}"
    assert b"identity.person_created" in bytes(OutboxEntry.objects.latest("id").body)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("email", "dana@service.test", "already has this e-mail"),
        ("email", "no address", "valid email"),
        ("password", "short", "too short"),
        ("name", "\x07", "Write a name"),
        ("unit", "00000000-0000-0000-0000-000000000000", "Select a valid choice"),
    ],
)
def test_a_person_that_cannot_be_added_is_refused_with_a_sentence(
    cast: Cast, field: str, value: str, sentence: str
) -> None:
    body = NEW | {"unit": str(cast.organisation.pk)} | {field: value}
    answer = signed_in(cast, "adam").post("/people/add", body)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not Person.objects.filter(name="Paul (test)").exists()


def test_administrator_grants_and_ends_a_role(cast: Cast) -> None:
    client, vera = signed_in(cast, "adam"), cast.person("vera")
    body = {"role": "auditor", "unit": str(cast.organisation.pk), "ends_on": ""}
    assert client.post(f"/people/{vera.pk}/roles", body).status_code == 302
    grant = RoleGrant.objects.live().get(person=vera, role="auditor")
    client.post(f"/roles/{grant.pk}/end")
    assert not RoleGrant.objects.live().filter(pk=grant.pk).exists()


def test_nobody_grants_a_role_to_themselves(cast: Cast) -> None:
    body = {"role": "officer", "unit": str(cast.organisation.pk)}
    answer = signed_in(cast, "adam").post(f"/people/{cast.person('adam').pk}/roles", body)
    assert answer.status_code == 200
    assert RoleGrant.objects.filter(person=cast.person("adam"), role="officer").count() == 0


def test_the_last_administrator_keeps_the_role(cast: Cast) -> None:
    client = signed_in(cast, "adam")
    grant = RoleGrant.objects.get(person=cast.person("adam"), role="administrator")
    answer = client.post(f"/roles/{grant.pk}/end", follow=True)
    assert "The last administrator keeps this role" in answer.content.decode()


def test_a_role_of_another_organisation_cannot_be_ended(cast: Cast) -> None:
    grant = RoleGrant.objects.filter(person=cast.person("dana")).earliest("starts_at")
    assert signed_in(cast, "nina").post(f"/roles/{grant.pk}/end").status_code == 404


def test_a_second_account_belongs_to_the_same_person(cast: Cast) -> None:
    body = {"login": "owen-second", "password": PASSWORD}
    signed_in(cast, "adam").post(f"/people/{cast.person('owen').pk}/accounts", body)
    assert Account.objects.get(login="owen-second").person == cast.person("owen")


def test_administrator_adds_a_unit(cast: Cast) -> None:
    client = signed_in(cast, "adam")
    client.post("/units/add", {"unit": str(cast.organisation.pk), "name": "Places (test)"})
    assert Unit.objects.get(name="Places (test)").parent == cast.organisation
    assert "Places (test)" in html_of(client, "/units")


def test_people_page_asks_as_many_queries_for_many_as_for_few(cast: Cast) -> None:
    client = signed_in(cast, "adam")
    before = queries_of(client, "/people")
    for number in range(5):
        account = actions.create_person(
            cast.organisation, f"P{number}", f"p{number}@x.test", PASSWORD, by=cast.by("adam")
        )
        actions.grant_role(account.responsible, "auditor", cast.organisation, by=cast.by("adam"))
    assert queries_of(client, "/people") == before


def test_account_page_shows_own_roles(cast: Cast) -> None:
    html = html_of(signed_in(cast, "owen"), "/account")
    assert "owen@service.test" in html and "Owner" in html


def test_password_is_changed_and_the_session_stays(cast: Cast) -> None:
    client = signed_in(cast, "owen")
    new = "another long password"
    body = {"present": PASSWORD, "new": new, "again": new}
    assert client.post("/account", body).status_code == 302
    assert client.get("/account").status_code == 200
    assert Account.objects.get(pk=cast.accounts["owen"].pk).check_password(new)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"present": "wrong"}, "not your present password"),
        ({"again": "something else"}, "Type the same one twice"),
        ({"new": "short", "again": "short"}, "too short"),
    ],
)
def test_a_password_that_cannot_be_changed_says_why(
    cast: Cast, change: dict[str, str], sentence: str
) -> None:
    body = {"present": PASSWORD, "new": "another long one", "again": "another long one"} | change
    answer = signed_in(cast, "owen").post("/account", body)
    assert sentence in answer.content.decode()
    assert Account.objects.get(pk=cast.accounts["owen"].pk).check_password(PASSWORD)


def test_each_role_is_explained_where_it_is_granted(cast: Cast) -> None:
    page = html_of(signed_in(cast, "adam"), f"/people/{cast.person('dana').pk}")
    for role in Role:
        assert (role.sentence in page) == (role != Role.CI)
