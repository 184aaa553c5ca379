"""Home names what waits for the person who looks, and where an empty installation begins."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from governance.assessment.actions import findings, statements
from governance.assessment.models import Finding
from governance.gates.inventory import name_keeper
from governance.identity import actions as identity
from governance.identity.choices import Role
from governance.registry.models import AISystem
from governance.work.models import Notification
from tests.cast import PASSWORD, Cast, make_release
from tests.environment.by_hand import by_hand
from tests.pages.browse import html_of, queries_of, signed_in

TEXTS = {"criterion": "Weights are checked.", "condition": "They were not."}


def soon() -> date:
    return timezone.now().date() + timedelta(days=5)


def finding(cast: Cast) -> Finding:
    return findings.raise_finding(
        cast.system,
        "Weights unchecked",
        TEXTS,
        severity="high",
        owner=cast.person("owen"),
        due_on=soon(),
        by=cast.by("dana"),
    )


def test_the_owner_of_an_action_sees_it_at_home_and_is_told(cast: Cast) -> None:
    found = finding(cast)
    findings.plan_action(found, "Reweigh", cast.person("dev"), soon(), by=cast.by("owen"))
    page = html_of(signed_in(cast, "dev"), "/")
    assert "Action: Reweigh" in page
    assert found.get_absolute_url() in page
    told = Notification.objects.get(person=cast.person("dev"), kind="action_planned")
    assert "Reweigh" in told.title


def test_an_action_that_is_done_leaves_home(cast: Cast) -> None:
    found = finding(cast)
    action = findings.plan_action(found, "Reweigh", cast.person("dev"), soon(), by=cast.by("owen"))
    findings.complete_action(action, by=cast.by("dev"))
    assert "Reweigh" not in html_of(signed_in(cast, "dev"), "/").partition("My work")[2]


def test_the_validators_home_names_the_release_until_the_opinion_is_given(cast: Cast) -> None:
    release = make_release(cast)
    asked = f"/releases/{release.pk}/opinion"
    assert asked in html_of(signed_in(cast, "vera"), "/")
    assert asked not in html_of(signed_in(cast, "erin"), "/")
    statements.give_opinion(release, "fit", "Sound.", ["Reran"], by=cast.by("vera"))
    assert asked not in html_of(signed_in(cast, "vera"), "/")


def test_a_review_that_is_due_stands_on_its_owners_home(cast: Cast) -> None:
    with by_hand():
        AISystem.objects.filter(pk=cast.system.pk).update(review_due_on=soon())
    assert f"Review {cast.system}" in html_of(signed_in(cast, "owen"), "/")
    assert f"Review {cast.system}" not in html_of(signed_in(cast, "dana"), "/")


def test_an_assigned_requirement_leads_to_where_it_is_answered(cast: Cast) -> None:
    cast.judge()
    by = cast.by("dana")
    statements.assign(cast.system.unit, ["MAP 2.2"], cast.person("owen"), None, by=by)
    statements.assign(cast.organisation, ["GOVERN 1.4"], cast.person("owen"), None, by=by)
    page = html_of(signed_in(cast, "owen"), "/")
    assert f"/systems/{cast.system.pk}/requirements/MAP-2.2" in page
    assert f"/units/{cast.organisation.pk}/requirements/GOVERN-1.4" in page


def test_the_queries_of_home_do_not_grow_with_the_work(cast: Cast) -> None:
    by, owen = cast.by("dana"), cast.person("owen")
    client = signed_in(cast, "owen")
    statements.assign(cast.system.unit, ["MAP 2.2"], owen, None, by=by)
    findings.plan_action(finding(cast), "Reweigh", owen, soon(), by=cast.by("owen"))
    before = queries_of(client, "/")
    statements.assign(cast.system.unit, ["MAP 2.3", "MEASURE 2.11"], owen, None, by=by)
    for title in ("Retrain", "Retest"):
        findings.plan_action(finding(cast), title, owen, soon(), by=cast.by("owen"))
    assert queries_of(client, "/") == before


def test_an_administrator_finds_the_first_steps_until_they_are_done(cast: Cast) -> None:
    client = signed_in(cast, "nina")
    page = html_of(client, "/")
    assert "1. Add people" in page
    assert "2. Name the keeper of the inventory" in page
    assert "3. Register an AI system" in page
    assert "Nothing waits for you" not in page
    assert "First steps" not in html_of(signed_in(cast, "dana"), "/")
    assert "First steps" in html_of(signed_in(cast, "adam"), "/")
    name_keeper(cast.organisation, cast.person("dana"), by=cast.by("adam"))
    assert "First steps" not in html_of(signed_in(cast, "adam"), "/")


def test_adding_an_owner_ticks_the_first_step(cast: Cast) -> None:
    by = cast.by("nina")
    elsewhere = cast.person("nina").unit
    added = identity.create_person(elsewhere, "Otto (test)", "otto@elsewhere.test", PASSWORD, by=by)
    identity.grant_role(added.responsible, Role.OWNER, elsewhere, by=by)
    assert html_of(signed_in(cast, "nina"), "/").count("to do") == 2
