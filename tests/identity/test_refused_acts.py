"""Refused attempts at guarded acts stand in the log: generated from the routes, so that a new one is asked too."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from governance.audit import canonical
from governance.audit.closing import refuse
from governance.audit.models import Leaf, OutboxEntry
from governance.identity import actions as identity
from governance.identity import refusals
from governance.identity.choices import Role
from governance.identity.policy import PUBLIC, SIGNED_IN, load_routes
from tests.cast import Cast
from tests.pages.browse import signed_in

EXAMPLES = {"uuid": "00000000-0000-0000-0000-000000000001", "int": "1"}
PEOPLE = ("abel", "adam", "dev", "dana")


def addresses() -> Iterator[tuple[str, str]]:
    """(view name, path) of every URL, an example standing in each place."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, str]]:
        for entry in patterns:
            path = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, path)
            else:
                yield entry.name or "", "/" + re.sub(r"<(\w+):\w+>", example, path)

    def example(found: re.Match[str]) -> str:
        return EXAMPLES.get(found[1], "anything")

    yield from walk(get_resolver().url_patterns, "")


def guarded() -> list[tuple[str, str, str, str]]:
    """(view name, method, path, act) of every address that changes something and that not everybody may use."""
    paths = dict(addresses())
    return [
        (name, method, paths[name], act)
        for (name, method), act in load_routes().items()
        if act not in {PUBLIC, SIGNED_IN} and method not in refusals.READS
    ]


def refused(cast: Cast) -> list[tuple[str, dict[str, object]]]:
    """Object and facts of each refused act in the log, first to last."""
    cast.sequence()
    bodies = [
        canonical.loads(bytes(leaf.body)) for leaf in Leaf.objects.filter(action="act.refused")
    ]
    return [(body["object"]["id"], body["facts"]) for body in bodies]


def test_every_guarded_address_enters_exactly_one_refusal(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "MOST", 10_000)
    clients = {name: signed_in(cast, name) for name in PEOPLE}
    cast.sequence()
    asked: list[tuple[str, str, str]] = []
    for name, method, path, act in guarded():
        who = next((one for one in PEOPLE if not cast.by(one).may_somewhere(act)), None)
        if who is None:
            continue
        assert clients[who].generic(method, path).status_code == 403, (name, method)
        assert OutboxEntry.objects.count() == len(asked) + 1, (name, method)
        asked.append((name, method, act))
    assert len(asked) > 60
    found = [(name, facts["method"], facts["act"]) for name, facts in refused(cast)]
    assert found == asked
    assert {facts["code"] for _, facts in refused(cast)} == {"not_allowed"}


def test_a_refusal_inside_an_act_names_the_thing_and_the_request(cast: Cast) -> None:
    """The role is held somewhere, but not here: refused in the act, not at the door."""
    by = cast.by("adam")
    elsewhere = identity.create_unit(cast.organisation, "Another unit", by=by)
    identity.grant_role(cast.person("abel"), Role.OFFICER, elsewhere, by=by)
    change = {"tier": "high", "reason": "Looked at again."}
    answer = signed_in(cast, "abel").post(f"/systems/{cast.system.pk}/tier", change)
    assert answer.status_code == 403
    [(_, facts)] = refused(cast)
    assert facts["about"] == str(cast.system.pk)
    body = canonical.loads(bytes(Leaf.objects.get(action="act.refused").body))
    assert body["request"] == answer["X-Request-Id"]
    assert body["actor"]["person"] == str(cast.person("abel").pk)


def test_reading_and_a_forged_form_are_no_attempt_at_an_act(cast: Cast) -> None:
    assert signed_in(cast, "abel").get("/systems/register").status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.accounts["dana"])
    assert strict.post("/notices").status_code == 403
    assert refused(cast) == []


def test_who_only_tries_is_told_to_wait_and_fills_no_log(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "MOST", 3)
    client = signed_in(cast, "abel")
    answers = [client.post("/systems/register") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [403] * 3 + [429] * 2
    assert answers[-1]["Retry-After"] == "60"
    assert len(refused(cast)) == 3
    assert client.post("/systems/register").status_code == 429
    assert signed_in(cast, "dev").post("/systems/register").status_code != 429


def test_a_closed_log_still_answers_who_is_refused(cast: Cast, settings: Settings) -> None:
    settings.KEYS_DIR = cast.sequencer.home.folder
    cast.sequence()
    cast.sequencer.sign()
    refuse(settings.KEYS_DIR, "The database holds 2 entries, but 5 were signed.", 2, 5)
    assert signed_in(cast, "abel").post("/systems/register").status_code == 403
    assert OutboxEntry.objects.count() == 0
