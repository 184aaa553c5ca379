from __future__ import annotations

import re

from django.test import Client

from governance.identity import actions
from governance.identity.models import Token
from tests.cast import Cast
from tests.pages.browse import html_of, queries_of, signed_in


def body(cast: Cast) -> dict[str, object]:
    return {
        "name": "places, main",
        "unit": str(cast.system.pk),
        "verbs": ["gate.ask", "model.register"],
        "days": "30",
    }


def make_token(cast: Cast, name: str = "places, main") -> Token:
    by = cast.by("owen")
    return actions.create_token(cast.system.unit, name, ["gate.ask"], 30, by=by)[0]


def test_the_text_is_shown_once_and_works(cast: Cast) -> None:
    client = signed_in(cast, "owen")
    made = client.post("/tokens/create", body(cast))
    text = re.search(r"mnm_\w+_[\w-]+", made.content.decode())
    assert made.status_code == 201 and text
    assert "no-store" in made["Cache-Control"]
    assert text.group() not in html_of(client, "/tokens")
    header = {"Authorization": f"Bearer {text.group()}"}
    assert Client(headers=header).get("/api/v1/systems").status_code == 200


def test_auditor_sees_tokens_and_creates_none(cast: Cast) -> None:
    make_token(cast)
    client = signed_in(cast, "abel")
    assert "places, main" in html_of(client, "/tokens")
    assert client.get("/tokens/create").status_code == 403


def test_a_token_without_a_verb_or_beyond_90_days_is_refused(cast: Cast) -> None:
    client = signed_in(cast, "owen")
    answer = client.post("/tokens/create", body(cast) | {"verbs": [], "days": "91"})
    assert "less than or equal to 90" in answer.content.decode()
    assert "This field is required" in answer.content.decode()
    assert not Token.objects.exists()


def test_officer_revokes_a_token(cast: Cast) -> None:
    token = make_token(cast)
    client = signed_in(cast, "dana")
    assert client.post(f"/tokens/{token.pk}/revoke").status_code == 302
    token.refresh_from_db()
    assert token.revoked_at is not None
    again = client.post(f"/tokens/{token.pk}/revoke", follow=True)
    assert "revoked already" in again.content.decode()


def test_a_token_of_another_organisation_cannot_be_revoked(cast: Cast) -> None:
    token = make_token(cast)
    assert signed_in(cast, "nina").post(f"/tokens/{token.pk}/revoke").status_code == 404
    assert "places, main" not in html_of(signed_in(cast, "nina"), "/tokens")


def test_tokens_page_asks_as_many_queries_for_many_as_for_few(cast: Cast) -> None:
    make_token(cast)
    client = signed_in(cast, "owen")
    before = queries_of(client, "/tokens")
    for number in range(4):
        make_token(cast, f"token {number}")
    assert queries_of(client, "/tokens") == before
