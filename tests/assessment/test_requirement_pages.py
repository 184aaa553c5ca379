"""The page of a requirement leads on: to the why page of every result, the organisation's own included."""

from __future__ import annotations

from governance.assessment.actions import statements
from governance.evidence.models import Evidence
from governance.evidence.scope import unit_scope
from governance.registry import actions as registry
from tests.cast import Cast, make_release, register_places
from tests.pages.browse import html_of, queries_of, signed_in

GOVERN = "/requirements/GOVERN-1.4"


def at_organisation(cast: Cast) -> str:
    return f"/units/{cast.organisation.pk}{GOVERN}"


def test_the_organisations_row_leads_to_its_own_why_page(cast: Cast) -> None:
    cast.judge()
    client = signed_in(cast, "dana")
    assert f'href="{at_organisation(cast)}"' in html_of(client, GOVERN)
    page = html_of(client, at_organisation(cast))
    assert "Why" in page
    assert "Make a statement" in page
    assert '<a href="/requirements" aria-current="page">' in page
    assert f"/documents/attach?unit={cast.organisation.pk}" in page


def test_each_release_has_a_row_that_names_it_and_leads_to_its_own_page(cast: Cast) -> None:
    first = make_release(cast)
    parts = {"decision": {"cutOff": "0.6"}, "limitations": "One region only."}
    second = registry.create_release(
        cast.system, list(first.model_versions.all()), parts, by=cast.by("owen")
    )
    cast.judge()
    page = html_of(signed_in(cast, "abel"), "/requirements/MEASURE-2.11")
    for number, release in ((1, first), (2, second)):
        assert f"MEASURE-2.11?release={release.pk}" in page
        assert f'<span class="sub">release {number}</span>' in page


def test_an_officers_word_at_the_organisation_is_recorded_there(cast: Cast) -> None:
    cast.judge()
    said = {"role": "officer", "met": "no", "text": "The policy is not read."}
    answer = signed_in(cast, "dana").post(f"{at_organisation(cast)}/statement", said)
    assert (answer.status_code, answer["Location"]) == (302, at_organisation(cast))
    assert Evidence.objects.get(type="management-statement").unit == cast.organisation
    cast.judge()
    page = html_of(signed_in(cast, "abel"), at_organisation(cast))
    assert "not satisfied" in page
    assert "not met" in page


def test_who_may_not_speak_sees_why_and_no_acts(cast: Cast) -> None:
    cast.judge()
    client, path = signed_in(cast, "abel"), at_organisation(cast)
    page = html_of(client, path)
    assert "Make a statement" not in page
    assert "/documents/attach" not in page
    assert client.post(f"{path}/statement", {}).status_code == 403


def test_a_requirement_that_systems_answer_has_no_page_at_the_organisation(cast: Cast) -> None:
    path = f"/units/{cast.organisation.pk}/requirements/MEASURE-2.11"
    assert signed_in(cast, "dana").get(path).status_code == 404


def test_another_organisation_does_not_find_the_page(cast: Cast) -> None:
    cast.judge()
    assert signed_in(cast, "nina").get(at_organisation(cast)).status_code == 404


def say_not_met(cast: Cast, text: str) -> None:
    statements.make_statement(
        unit_scope(cast.organisation),
        "GOVERN 1.4",
        met=False,
        role="officer",
        text=text,
        by=cast.by("dana"),
    )
    cast.judge()


def test_the_queries_of_both_pages_do_not_grow_with_what_is_said_and_judged(cast: Cast) -> None:
    make_release(cast)
    say_not_met(cast, "Once.")
    client = signed_in(cast, "dana")
    paths = ("/requirements/MEASURE-2.11", at_organisation(cast))
    before = [queries_of(client, path) for path in paths]
    register_places(cast, "Another (test)")
    say_not_met(cast, "Twice.")
    assert [queries_of(client, path) for path in paths] == before
