from __future__ import annotations

import json

import pytest
from django.test import Client

from governance.audit.models import OutboxEntry
from governance.identity import actions
from governance.identity.errors import Conflict
from governance.identity.leaving import deactivate_person
from governance.identity.models import Account
from governance.identity.principal import principal_of
from tests.cast import PASSWORD, Cast, make_person
from tests.pages.browse import html_of, signed_in


def test_nobody_is_deactivated_by_themselves_or_twice_and_an_administrator_stays(
    cast: Cast,
) -> None:
    ada = make_person(cast.organisation, "ada", "ada@service.test", by=cast.by("adam"))
    actions.grant_role(ada.responsible, "administrator", cast.organisation, by=cast.by("adam"))
    by, stale = principal_of(ada), cast.by("adam")
    with pytest.raises(Conflict, match="Nobody deactivates themselves"):
        deactivate_person(ada.responsible, by=by)
    deactivate_person(cast.person("adam"), by=by)
    with pytest.raises(Conflict, match="deactivated already"):
        deactivate_person(cast.person("adam"), by=by)
    with pytest.raises(Conflict, match="ada is the last administrator of service"):
        deactivate_person(ada.responsible, by=stale)


def test_who_is_deactivated_loses_sessions_and_tokens_and_keeps_the_history(cast: Cast) -> None:
    _, text = actions.create_token(cast.system.unit, "t", ["gate.ask"], 3, by=cast.by("owen"))
    api = Client(headers={"Authorization": f"Bearer {text}"})
    session = signed_in(cast, "owen")
    assert api.get("/api/v1/systems").status_code == 200
    adam = signed_in(cast, "adam")
    page = f"/people/{cast.person('owen').pk}"
    assert "Deactivate owen (test)" in html_of(adam, page)
    assert adam.post(f"{page}/deactivate").status_code == 302
    assert api.get("/api/v1/systems").status_code == 401
    assert session.get("/systems").status_code == 302
    assert "owen (test)" in html_of(adam, page)
    assert json.loads(bytes(OutboxEntry.objects.latest("id").body))["action"] == (
        "identity.person_deactivated"
    )


def test_only_an_administrator_deactivates(cast: Cast) -> None:
    page = f"/people/{cast.person('owen').pk}/deactivate"
    assert signed_in(cast, "dana").post(page).status_code == 403
    assert signed_in(cast, "nina").post(page).status_code == 404
    cast.person("owen").refresh_from_db()
    assert cast.person("owen").is_active


def test_who_left_gets_neither_role_nor_account(cast: Cast) -> None:
    deactivate_person(cast.person("owen"), by=cast.by("adam"))
    owen = Account.objects.get(pk=cast.accounts["owen"].pk).responsible
    with pytest.raises(Conflict, match="gets no role"):
        actions.grant_role(owen, "auditor", cast.organisation, by=cast.by("adam"))
    with pytest.raises(Conflict, match="gets no account"):
        actions.add_account(owen, "owen-too", PASSWORD, by=cast.by("adam"))


def test_a_token_ends_with_the_role_of_who_answers_for_it(cast: Cast) -> None:
    _, text = actions.create_token(cast.system.unit, "t", ["gate.ask"], 3, by=cast.by("dev"))
    api = Client(headers={"Authorization": f"Bearer {text}"})
    assert api.get("/api/v1/systems").status_code == 200
    for grant in cast.person("dev").grants.all():
        actions.end_grant(grant, by=cast.by("adam"))
    refused = api.get("/api/v1/systems")
    assert refused.status_code == 401
    assert "may not create one here any more" in refused.json()["detail"]
