"""How page tests look at pages: a signed-in client, and the number of queries a page needs."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.accounts[name])
    return client


def html_of(client: Client, path: str) -> str:
    """The page's text; fails unless it answers 200."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return answer.content.decode()


def queries_of(client: Client, path: str) -> int:
    """How many queries the page needs, once what is read once a process has been read."""
    html_of(client, path)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        html_of(client, path)
    return len(captured)


def asks_to_sign_in(path: str, method: str = "get") -> bool:
    answer = getattr(Client(), method)(path)
    return bool(answer.status_code == 302 and answer["Location"].startswith("/sign-in"))
