from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from governance.identity.checks import check_policy_table, view_names
from governance.identity.policy import ACTIONS, PUBLIC, TOKEN_VERBS, load_routes


def test_every_url_has_a_row_and_every_row_a_url() -> None:
    assert check_policy_table(None) == []


def test_a_url_without_a_row_stops_the_start_up(monkeypatch: pytest.MonkeyPatch) -> None:
    routes = {row: action for row, action in load_routes().items() if row[0] != "home"}
    monkeypatch.setattr("governance.identity.checks.load_routes", lambda: routes)
    assert [error.id for error in check_policy_table(None)] == ["identity.E001"]


def test_a_row_with_an_unknown_act_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    routes = {**load_routes(), ("home", "GET"): "do.anything"}
    monkeypatch.setattr("governance.identity.checks.load_routes", lambda: routes)
    assert "identity.E003" in [error.id for error in check_policy_table(None)]


def test_no_token_can_approve_or_manage_people() -> None:
    assert not {"approval.decide", "person.manage", "token.create"} & set(TOKEN_VERBS)


def test_every_act_belongs_to_somebody() -> None:
    assert all(action.roles for action in ACTIONS.values())


def plain_patterns() -> list[tuple[str, str]]:
    """(view name, path) of every URL that takes no argument."""
    found = []

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> None:
        for entry in patterns:
            path = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                walk(entry.url_patterns, path)
            elif "<" not in path:
                found.append((entry.name or "", f"/{path}"))

    walk(get_resolver().url_patterns, "")
    return found


def test_without_sign_in_only_public_pages_answer(db: None) -> None:
    routes, client = load_routes(), Client()
    for name, path in plain_patterns():
        action = routes.get((name, "GET"))
        if action is None or action == PUBLIC:
            continue
        status = client.get(path).status_code
        assert status == (401 if path.startswith("/api/") else 302), path


def test_a_method_without_a_row_is_405(db: None) -> None:
    response = Client().delete("/api/v1/systems")
    assert response.status_code == 405
    assert response.json()["code"] == "method_not_allowed"


def test_the_names_of_urls_are_unique() -> None:
    names = [name for name, _ in view_names(get_resolver().url_patterns)]
    assert len(names) == len(set(names))


def test_the_deploy_check_passes() -> None:
    call_command("check", fail_level="WARNING")
