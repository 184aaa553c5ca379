from __future__ import annotations

import re

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from governance.evidence.models import Evidence
from governance.registry.models import Release
from tests.cast import Cast, make_release
from tests.pages.browse import asks_to_sign_in, html_of, signed_in


@pytest.fixture
def release(cast: Cast) -> Release:
    return make_release(cast)


def test_search_finds_systems_requirements_releases_and_evidence(
    cast: Cast, release: Release
) -> None:
    client = signed_in(cast, "abel")
    found = Evidence.objects.latest("number")
    for query, path in (
        ("job-support", f"/systems/{cast.system.pk}"),
        ("measure 2.11", "/requirements/MEASURE-2.11"),
        (release.digest[:12], f"/releases/{release.pk}"),
        (found.short_id, f"/evidence/{found.id}"),
        (str(found.id), f"/evidence/{found.id}"),
        (release.digest, "/evidence/"),
    ):
        assert path in html_of(client, reverse("search") + f"?q={query}"), query


def test_search_finds_nothing_of_another_organisation(cast: Cast, release: Release) -> None:
    client = signed_in(cast, "nina")
    for query in ("job-support", release.digest, Evidence.objects.latest("number").short_id):
        html = html_of(client, f"/search?q={query}")
        assert str(cast.system.pk) not in html and str(release.pk) not in html


@pytest.mark.parametrize("query", ["", "x", "'; DROP TABLE", "999999999999", "F-1"])
def test_search_takes_any_words(cast: Cast, query: str) -> None:
    assert signed_in(cast, "abel").get(f"/search?q={query}").status_code == 200


def test_search_asks_a_stranger_to_sign_in(cast: Cast) -> None:
    assert asks_to_sign_in("/search?q=places")


def test_an_unknown_address_is_a_page_or_a_problem(cast: Cast) -> None:
    page, problem = Client().get("/nothing"), Client().get("/api/v1/nothing")
    assert page.status_code == problem.status_code == 404
    assert "There is no such page" in page.content.decode()
    assert problem["Content-Type"] == "application/problem+json"
    assert problem.json()["code"] == "not_found"


@pytest.mark.parametrize("path", ["/systems", "/api/v1/systems"])
def test_a_fault_of_ours_carries_a_reference_and_no_trace(
    cast: Cast, path: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise DatabaseError("the secret name of a table")

    monkeypatch.setattr("governance.registry.models.AISystemQuerySet.visible_to", broken)
    client = signed_in(cast, "abel")
    client.raise_request_exception = False
    answer = client.get(path)
    text = answer.content.decode()
    reference = re.search(r"\b[0-9a-f]{12}\b", text)
    assert answer.status_code == 500 and reference and "secret" not in text
    assert f"Reference {reference.group()}" in caplog.text


def test_gallery_is_not_routed_unless_asked_for(cast: Cast) -> None:
    assert Client().get("/gallery/").status_code == 404
