"""A candidate is judged while another release is live: page, word and API name the release they mean."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.assessment.actions import approvals, findings, statements
from governance.assessment.models import ApprovalRequest
from governance.assessment.posture import Row, posture
from governance.registry import actions as registry
from governance.registry.models import Release
from tests.cast import Cast, make_release, register_places
from tests.pages.browse import html_of, signed_in

WORD = {"role": "validator", "verdict": "satisfied", "reason": "Limits are stated, oversight too."}
CONCLUDED = "MAP 2.2"


@pytest.fixture
def releases(cast: Cast) -> tuple[Release, Release]:
    """Two releases of one model version that differ in their cut-off; the second is the newest."""
    first = make_release(cast)
    parts = {"decision": {"cutOff": "0.6"}, "limitations": "One region only."}
    second = registry.create_release(
        cast.system, list(first.model_versions.all()), parts, by=cast.by("owen")
    )
    cast.judge()
    return first, second


def why(cast: Cast, release: Release) -> str:
    return f"/systems/{cast.system.pk}/requirements/MAP-2.2?release={release.pk}"


def conclude(cast: Cast, release: Release) -> None:
    path = f"/systems/{cast.system.pk}/requirements/MAP-2.2/conclusion?release={release.pk}"
    answer = signed_in(cast, "vera").post(path, WORD)
    assert (answer.status_code, answer["Location"]) == (302, why(cast, release))
    cast.judge()


def row(cast: Cast, release: Release) -> Row:
    return next(one for one in posture(cast.system, release.pk) if one.requirement == CONCLUDED)


def concluded(found: Row) -> str:
    assert found.body is not None
    return str(found.body["conclusion"]["state"])


def test_a_conclusion_counts_at_the_release_it_names_and_nowhere_else(
    cast: Cast, releases: tuple[Release, Release]
) -> None:
    first, second = releases
    conclude(cast, first)
    assert concluded(row(cast, first)) != "none"
    assert concluded(row(cast, second)) == "none"


def test_without_a_release_the_newest_is_meant_until_one_is_live(
    cast: Cast, releases: tuple[Release, Release]
) -> None:
    conclude(cast, releases[1])
    page = html_of(signed_in(cast, "vera"), why(cast, releases[1]).partition("?")[0])
    assert "Release 2" in page
    assert "the validator says satisfied" in page


def test_the_page_cites_the_conclusion_and_the_exception_by_their_short_ids(
    cast: Cast, releases: tuple[Release, Release]
) -> None:
    release, words = releases[1], {"reason": "Due in March", "compensating_control": "Reread"}
    conclude(cast, release)
    statements.make_statement(
        release.scope, CONCLUDED, met=False, role="officer", text="Gap.", by=cast.by("dana")
    )
    last_day = timezone.now().date() + timedelta(days=30)
    findings.request_exception(
        release, [CONCLUDED], expires_on=last_day, by=cast.by("owen"), **words
    )
    asked = ApprovalRequest.objects.get(subject_kind="exception")
    approvals.decide(asked, "approved", "Bounded in time.", by=cast.by("dana"))
    cast.judge()
    page = html_of(signed_in(cast, "vera"), why(cast, release))
    assert "[&#x27;" not in page
    assert row(cast, release).body["exception"]["until"] == last_day.isoformat()
    assert f'<dd>in force until <time datetime="{last_day.isoformat()}' in page


def test_the_page_names_its_release_and_links_to_the_other(
    cast: Cast, releases: tuple[Release, Release]
) -> None:
    page = html_of(signed_in(cast, "vera"), why(cast, releases[0]))
    assert "Release 1" in page
    assert f"?release={releases[1].pk}" in page
    assert f"/conclusion?release={releases[0].pk}" in page


def test_a_release_lists_what_it_answers_for(cast: Cast, releases: tuple[Release, Release]) -> None:
    page = html_of(signed_in(cast, "abel"), f"/releases/{releases[0].pk}")
    assert "Requirements of this release" in page
    assert f"MEASURE-2.11?release={releases[0].pk}" in page


@pytest.mark.parametrize("named", ["nonsense", "01a219fb-2d3b-7b08-8325-24efd0d0b2eb"])
def test_a_release_that_is_none_is_not_found(
    cast: Cast, releases: tuple[Release, Release], named: str
) -> None:
    client, path = signed_in(cast, "vera"), f"/systems/{cast.system.pk}/requirements/MAP-2.2"
    assert client.get(f"{path}?release={named}").status_code == 404
    assert client.post(f"{path}/conclusion?release={named}", WORD).status_code == 404
    answer = client.get(f"/api/v1/systems/{cast.system.pk}/results?release={named}")
    assert answer.status_code == 404
    assert "no such release" in answer.json()["detail"]


def test_another_systems_release_is_not_found(
    cast: Cast, releases: tuple[Release, Release]
) -> None:
    other = register_places(cast, "Another system (test)")
    path = f"/systems/{other.pk}/requirements/MAP-2.2?release={releases[0].pk}"
    assert signed_in(cast, "vera").get(path).status_code == 404


def test_the_api_gives_the_results_of_the_release_it_is_asked_for(
    cast: Cast, releases: tuple[Release, Release]
) -> None:
    conclude(cast, releases[0])
    client = signed_in(cast, "abel")
    states = []
    for release in releases:
        body = client.get(f"/api/v1/systems/{cast.system.pk}/results?release={release.pk}").json()
        found = next(one for one in body["results"] if one["requirement"] == CONCLUDED)
        states.append(found["result"]["conclusion"]["state"])
    assert states[0] != "none"
    assert states[1] == "none"
