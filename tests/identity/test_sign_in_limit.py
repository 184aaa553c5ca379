from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from governance.audit.models import OutboxEntry
from governance.identity import tries
from governance.identity.models import SignInTries
from tests.cast import PASSWORD, Cast
from tests.pages.browse import signed_in


def send(login: str, password: str, address: str = "192.0.2.7", **headers: str) -> Any:
    body = {"username": login, "password": password}
    return Client(headers=headers).post("/sign-in", body, REMOTE_ADDR=address)


def fail(login: str, times: int, address: str = "192.0.2.7") -> None:
    for _ in range(times):
        assert send(login, "wrong", address).status_code == 200


def refused() -> list[dict[str, Any]]:
    bodies = [json.loads(bytes(entry.body)) for entry in OutboxEntry.objects.order_by("id")]
    return [body for body in bodies if body["action"] == "identity.sign_in_refused"]


def pass_the_wait() -> None:
    SignInTries.objects.update(locked_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("login", ["owen@service.test", "nobody@service.test"])
def test_after_five_wrong_passwords_the_right_one_waits_too(cast: Cast, login: str) -> None:
    fail(login, 5)
    answer = send(login.upper(), PASSWORD)
    assert answer.status_code == 429
    assert answer["Retry-After"] in {"29", "30"}
    assert "Too many wrong passwords. Wait" in answer.content.decode()


def test_each_further_failure_doubles_the_wait_up_to_a_quarter_of_an_hour(cast: Cast) -> None:
    fail("owen@service.test", 5)
    pass_the_wait()
    fail("owen@service.test", 1)
    assert send("owen@service.test", PASSWORD)["Retry-After"] in {"59", "60"}
    assert [tries.wait_after(n) for n in (-1, 0, 1, 2, 5, 50)] == [0, 30, 60, 120, 900, 900]


def test_a_wait_is_entered_once_however_often_somebody_knocks(cast: Cast) -> None:
    fail("owen@service.test", 5)
    for _ in range(3):
        send("owen@service.test", "wrong")
    (entry,) = refused()
    assert entry["object"]["id"] == str(cast.accounts["owen"].pk)
    assert entry["facts"] == {"counted": ["login"], "seconds": 30}


def test_a_name_longer_than_any_is_counted_as_any_other(cast: Cast) -> None:
    fail("owen" + "n" * 3000, 5)
    assert send("owen" + "n" * 3000, "wrong").status_code == 429
    assert refused()[0]["object"]["id"] == "unknown"


def test_a_name_with_nul_is_refused_at_the_door(cast: Cast) -> None:
    assert send("ow\0en", "wrong").status_code == 400
    assert not SignInTries.objects.exists()


def test_the_right_password_clears_the_count_of_its_name(cast: Cast) -> None:
    fail("owen@service.test", 4)
    assert send("owen@service.test", PASSWORD).status_code == 302
    fail("owen@service.test", 4)
    assert send("owen@service.test", PASSWORD).status_code == 302


def test_an_old_failure_does_not_count(cast: Cast) -> None:
    fail("owen@service.test", 4)
    SignInTries.objects.update(last_at=timezone.now() - timedelta(minutes=16))
    fail("owen@service.test", 1)
    assert send("owen@service.test", PASSWORD).status_code == 302


def test_one_address_does_not_try_many_names(cast: Cast) -> None:
    for number in range(20):
        fail(f"guess-{number}", 1)
    assert send("owen@service.test", PASSWORD).status_code == 429
    assert send("owen@service.test", PASSWORD, "192.0.2.8").status_code == 302


def test_what_a_client_says_of_its_address_counts_behind_a_proxy_only(
    cast: Cast, settings: Any
) -> None:
    SignInTries.objects.all().delete()
    send("a", "wrong", **{"X-Forwarded-For": "198.51.100.1"})
    assert SignInTries.objects.filter(pk=tries.Key("address", "192.0.2.7").digest).exists()
    settings.BEHIND_PROXY = True
    send("a", "wrong", **{"X-Forwarded-For": "203.0.113.9, 198.51.100.2"})
    assert SignInTries.objects.filter(pk=tries.Key("address", "198.51.100.2").digest).exists()


def test_what_is_long_past_is_forgotten(cast: Cast) -> None:
    fail("a", 1)
    SignInTries.objects.update(last_at=timezone.now() - timedelta(days=2))
    fail("b", 1)
    assert not SignInTries.objects.filter(pk=tries.login_key("a").digest).exists()


def test_the_present_password_cannot_be_guessed_on_the_account_page(cast: Cast) -> None:
    client = signed_in(cast, "owen")
    own = {"new": "another long one", "again": "another long one"}
    for _ in range(5):
        client.post("/account", {"present": "guess", **own})
    answer = client.post("/account", {"present": PASSWORD, **own})
    assert "Too many wrong passwords" in answer.content.decode()
