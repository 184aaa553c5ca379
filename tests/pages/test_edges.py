"""What pages answer to days out of reckoning, characters nothing can keep, and people who may not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django import forms
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from governance.assessment.actions import statements
from governance.assessment.models import Document, Finding
from governance.identity.day_field import DayField
from governance.identity.models import RoleGrant
from governance.registry.actions import register_system
from governance.registry.models import AISystem, Release
from risk.models import Risk
from tests.cast import PROFILE, Cast, make_release
from tests.pages.browse import signed_in

EDGES = ("9999-12-31", "0001-01-01", "2201-01-01", "1969-12-31")
SENTENCE = "Give a day from 1970-01-01 to 2200-12-31."
SOON = (timezone.now().date() + timedelta(days=30)).isoformat()


def finding_body(cast: Cast, **changes: str) -> dict[str, str]:
    return {
        "title": "Gap", "requirement": "", "severity": "high", "criterion": "Asked",
        "condition": "Found", "owner": str(cast.person("owen").pk), "due_on": SOON, **changes,
    }  # fmt: skip


def failing_release(cast: Cast) -> Release:
    """A release that an exception may be asked for."""
    release = make_release(cast)
    statements.make_statement(
        release.scope, "MEASURE 2.11", met=False, role="officer", text="Gap.", by=cast.by("dana")
    )
    cast.judge()
    return release


@pytest.mark.parametrize("day", EDGES)
def test_a_day_out_of_reckoning_is_an_error_of_its_field(cast: Cast, day: str) -> None:
    release, system = failing_release(cast), cast.system.pk
    person = cast.person("dev").pk
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("adam", f"/people/{person}/roles", {"ends_on": day}),
        (
            "dana",
            f"/documents/attach?unit={cast.organisation.pk}",
            {"valid_from": SOON, "valid_until": day},
        ),
        ("owen", "/risks/new", {"review_on": day}),
        ("vera", f"/systems/{system}/findings/raise", finding_body(cast, due_on=day)),
        ("owen", f"/releases/{release.pk}/exception", {"expires_on": day}),
        ("owen", f"/systems/{system}/edit", {"review_due_on": day}),
    ]
    before = RoleGrant.objects.count()
    for name, path, body in asked:
        answer = signed_in(cast, name).post(path, body)
        assert answer.status_code == 200, (path, answer.status_code)
        assert SENTENCE in answer.content.decode(), path
    assert RoleGrant.objects.count() == before
    assert not any(model.objects.exists() for model in (Document, Risk, Finding))


@pytest.mark.parametrize("day", EDGES)
def test_the_log_is_filtered_by_no_day_out_of_reckoning(cast: Cast, day: str) -> None:
    client = signed_in(cast, "abel")
    assert SENTENCE in client.get("/log", {"until": day}).content.decode()
    for name in ("since", "until"):
        assert client.get("/export/log.csv", {name: day}).status_code in {200, 400}


def forms_below(of: type[Any]) -> list[type[Any]]:
    return [of, *(kind for one in of.__subclasses__() for kind in forms_below(one))]


def test_every_day_in_a_form_is_a_day_that_can_be_reckoned_with(db: None) -> None:
    assert get_resolver().reverse_dict  # every room's pages, and so its forms, are loaded
    days = [
        (form, field)
        for form in forms_below(forms.BaseForm)
        if form.__module__.partition(".")[0] not in {"django", "django_filters", "tests"}
        for field in getattr(form, "base_fields", {}).values()
        if isinstance(field, forms.DateField | forms.DateTimeField)
    ]
    assert len(days) > 8
    assert [form for form, field in days if not isinstance(field, DayField)] == []


@pytest.mark.parametrize(
    "path",
    [
        "/reports?unit=%00",
        "/export/reports.csv?unit=%00",
        "/findings?q=a%00b",
        "/findings?%00=1",
        "/api/v1/evidence?type=%00",
        "/api/v1/evidence?kind=%00",
        "/requirements/%00",
        "/search?q=%00%00",
        "/risks?state=%00",
    ],
)
def test_a_nul_in_an_address_is_refused_with_a_sentence(cast: Cast, path: str) -> None:
    for client in (signed_in(cast, "dana"), Client()):
        answer = client.get(path)
        assert answer.status_code == 400
        assert "NUL character" in answer.content.decode()
    kind = answer["Content-Type"]
    assert kind.startswith("application/problem+json" if "/api/" in path else "text/html")


def test_a_nul_in_a_form_or_a_cookie_is_refused_with_a_sentence(cast: Cast) -> None:
    client = signed_in(cast, "vera")
    body = finding_body(cast, title="a\0b")
    answer = client.post(f"/systems/{cast.system.pk}/findings/raise", body)
    assert answer.status_code == 400
    assert "NUL character" in answer.content.decode()
    assert not Finding.objects.exists()
    assert Client(headers={"Cookie": r'muniment="aaaaaaaaaa\000"'}).get("/").status_code == 400


@pytest.mark.parametrize(
    "back",
    ["/a\r\nSet-Cookie: x=1", "/a\nb", "a\r\nb", "no-such-view", "home", "//evil.test/", "/\x7f"],
)
def test_the_theme_leads_back_to_an_address_of_ours_only(db: None, back: str) -> None:
    answer = Client().post("/theme", {"theme": "dark", "next": back})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert answer.cookies["theme"].value == "dark"


def test_the_theme_leads_back_to_the_page_it_came_from(db: None) -> None:
    answer = Client().post("/theme", {"theme": "dark", "next": "/systems?q=é&sort=name"})
    assert answer["Location"] == "/systems?q=%C3%A9&sort=name"


def second_system(cast: Cast) -> AISystem:
    return register_system(
        cast.organisation, "Other", role="both", tier="high", tier_reason="x", profile=PROFILE,
        owner=cast.person("owen"), by=cast.by("owen"),
    )  # fmt: skip


def test_a_finding_is_raised_about_a_release_of_its_own_system_only(cast: Cast) -> None:
    release, client, other = make_release(cast), signed_in(cast, "vera"), second_system(cast)
    for path in (
        f"/systems/{other.pk}/findings/raise?release={release.pk}",
        f"/systems/{cast.system.pk}/findings/raise?release={other.pk}",
        f"/systems/{cast.system.pk}/findings/raise?release=x",
    ):
        assert client.get(path).status_code == 404
        assert client.post(path, finding_body(cast)).status_code == 404
    assert not Finding.objects.exists()
    own = f"/systems/{cast.system.pk}/findings/raise"
    for wanted, about in (("none", None), (str(release.pk), release.pk), ("", release.pk)):
        assert client.post(f"{own}?release={wanted}", finding_body(cast)).status_code == 302
        assert Finding.objects.latest("created_at").release_id == about


def test_a_word_that_is_not_this_person_s_to_say_is_403(cast: Cast) -> None:
    path = f"/systems/{cast.system.pk}/requirements/GOVERN-1.1/not-applicable"
    answer = signed_in(cast, "vera").post(path, {"reason": "It does not apply."})
    assert answer.status_code == 403
    assert "needs the role" in answer.content.decode()


def test_what_a_signed_in_person_sees_is_kept_by_no_cache(cast: Cast) -> None:
    client = signed_in(cast, "dana")
    for path in ("/", "/systems", f"/systems/{cast.system.pk}", "/no/such/page", "/api/v1/systems"):
        words = client.get(path)["Cache-Control"].split(", ")
        assert {"private", "no-store"} <= set(words), path
    sheet = client.get("/static/muniment/base.css")
    assert sheet.status_code == 200
    assert "no-store" not in sheet.get("Cache-Control", "")
