from __future__ import annotations

import pytest
from django.test import Client

from governance.assessment.actions import approvals
from governance.assessment.models import Approval, ApprovalRequest
from governance.gates.actions import request_release_approval
from governance.identity import actions
from governance.identity.errors import Forbidden, InvalidInput
from governance.identity.models import Account, Token
from governance.identity.passwords import change_password
from governance.identity.principal import principal_of
from governance.work.models import Job, Notification
from tests.cast import FIRST_PASSWORD, PASSWORD, Cast, make_release
from tests.pages.browse import html_of

SENTENCE = "Set a password of your own first: Account, Change password."
OWN = "a word of my own"


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def foreign(cast: Cast, name: str) -> Account:
    """A second account that the administrator makes, with a password he knows."""
    person = cast.person(name)
    return actions.add_account(person, f"{name}-night", FIRST_PASSWORD, by=cast.by("adam"))


def asked_of_erin(cast: Cast) -> ApprovalRequest:
    release = make_release(cast)
    return request_release_approval(release, "production", "executive", by=cast.by("owen"))


def test_who_knows_the_first_password_of_an_account_decides_nothing_with_it(cast: Cast) -> None:
    asked = asked_of_erin(cast)
    client = client_of(foreign(cast, "erin"))
    assert "Set a password of your own." in html_of(client, asked.get_absolute_url())
    answer = client.post(asked.get_absolute_url(), {"outcome": "approved", "reason": "Mine."})
    assert answer.status_code == 403
    assert SENTENCE in answer.content.decode()
    assert not Approval.objects.exists()


@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("owen", "token.create"),
        ("owen", "statement.make"),
        ("vera", "conclusion.make"),
        ("vera", "opinion.give"),
        ("erin", "approval.decide"),
        ("dana", "system.confirm_tier"),
        ("adam", "person.manage"),
    ],
)
def test_an_account_with_a_foreign_password_does_not_speak(cast: Cast, name: str, act: str) -> None:
    by = principal_of(foreign(cast, name))
    with pytest.raises(Forbidden, match=SENTENCE):
        by.require(act, cast.system.unit.path)
    by.require("read", cast.system.unit.path)


def test_a_token_is_not_created_with_a_foreign_password(cast: Cast) -> None:
    body = {"name": "mine", "unit": str(cast.system.pk), "verbs": ["gate.ask"], "days": "30"}
    answer = client_of(foreign(cast, "owen")).post("/tokens/create", body)
    assert answer.status_code == 403
    assert not Token.objects.exists()


def test_home_and_account_ask_for_a_password_of_ones_own_until_there_is_one(cast: Cast) -> None:
    by = cast.by("adam")
    made = actions.create_person(cast.organisation, "Ines", "i@x.test", FIRST_PASSWORD, by=by)
    actions.grant_role(made.responsible, "owner", cast.organisation, by=by)
    client = client_of(made)
    assert "Set a password of your own." in html_of(client, "/")
    assert "Set a password of your own." in html_of(client, "/account")
    client.post("/account", {"present": FIRST_PASSWORD, "new": OWN, "again": OWN})
    assert "Set a password of your own." not in html_of(client, "/")
    principal_of(Account.objects.get(pk=made.pk)).require("token.create", cast.system.unit.path)


def test_a_second_account_is_taken_over_with_the_password_of_the_other(cast: Cast) -> None:
    second = foreign(cast, "erin")
    client = client_of(second)
    assert "Password of your other account, erin@service.test" in html_of(client, "/account")
    guess = client.post("/account", {"present": FIRST_PASSWORD, "new": OWN, "again": OWN})
    assert "type the password of your other account" in guess.content.decode()
    assert Account.objects.get(pk=second.pk).password_set_by_other
    client.post("/account", {"present": PASSWORD, "new": OWN, "again": OWN})
    taken = Account.objects.get(pk=second.pk)
    assert taken.check_password(OWN) and not taken.password_set_by_other
    approvals.decide(asked_of_erin(cast), "approved", "Fit.", by=principal_of(taken))


def test_the_first_password_is_none_of_ones_own(cast: Cast) -> None:
    made = actions.create_person(
        cast.organisation, "Ines", "i@x.test", FIRST_PASSWORD, by=cast.by("adam")
    )
    with pytest.raises(InvalidInput, match="not the present one"):
        change_password(made, FIRST_PASSWORD, FIRST_PASSWORD, by=principal_of(made))


def test_a_person_is_told_of_every_account_in_their_name(cast: Cast) -> None:
    foreign(cast, "erin")
    told = Notification.objects.filter(kind="account_added", person=cast.person("erin"))
    assert "There is an account in your name: erin-night" in {notice.title for notice in told}
    assert Job.objects.filter(key__in=[f"mail:{notice.pk}" for notice in told]).count() == 2
