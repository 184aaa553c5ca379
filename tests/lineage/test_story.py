"""Two instants give two answers: when something held, and when it was known."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from governance.assessment.actions import approvals
from governance.audit.queries import log_size
from governance.gates.actions import ask_gate, request_release_approval
from governance.identity import actions as identity
from governance.registry.actions import end_deployment, record_deployment
from governance.registry.models import Release
from lineage.actions import receive_events
from lineage.asking import units_seen
from lineage.models import RawEvent, RunAttempt
from lineage.story import Story, story_of
from lineage.upstream import Moment
from tests.cast import Cast, make_release
from tests.lineage.pipeline import (
    TRAINING,
    data,
    encoded,
    event,
    preparation,
    tell,
    training,
    work,
)


@pytest.fixture
def release(cast: Cast) -> Release:
    return make_release(cast)


def model_of(release: Release) -> str:
    return str(release.manifest["models"][0]["digest"])


def deploy(cast: Cast, release: Release, environment: str = "production") -> Any:
    deployment = record_deployment(release, environment, by=cast.by("owen"))
    work(cast)
    return deployment


def ask(cast: Cast, at: Any = None, known: int | None = None, by: str = "dana") -> Story:
    size = log_size() if known is None else known
    units = units_seen(cast.by(by), cast.system)
    return story_of(cast.system, Moment(at or timezone.now(), size), units)


def kinds(story: Story) -> dict[str, str]:
    return {one.node.label: one.node.kind for one in story.things}


def gaps(story: Story) -> dict[str, str]:
    return {gap.label: gap.reason for _, trace in story.traces for gap in trace.gaps}


def test_the_whole_way_back_from_what_is_live(cast: Cast, release: Release) -> None:
    tell(cast, *preparation(), *training(model_of(release)))
    deploy(cast, release)
    assert kinds(ask(cast)) == {
        "production": "deployment",
        "release 1": "release",
        "places 1": "model-version",
        "train": "job-run",
        "train.parquet": "dataset",
        "prepare": "job-run",
        "survey.pq": "dataset",
    }


def test_everything_traced_is_complete(cast: Cast, release: Release) -> None:
    tell(cast, *preparation(), *training(model_of(release)))
    deploy(cast, release)
    story = ask(cast)
    assert story.is_complete and gaps(story) == {}
    assert [one.node.label for one in story.declared] == ["survey.pq"]


def test_a_missing_producer_is_told(cast: Cast, release: Release) -> None:
    tell(cast, *training(model_of(release)))
    deploy(cast, release)
    story = ask(cast)
    assert gaps(story) == {"train.parquet": "no run says that it made this"}
    assert not story.is_complete


def test_a_source_that_nobody_declared_is_not_taken_for_one(cast: Cast, release: Release) -> None:
    tell(cast, *preparation(is_source=False), *training(model_of(release)))
    deploy(cast, release)
    assert gaps(ask(cast)) == {"survey.pq": "no run says that it made this"}


def test_a_run_without_end_leaves_what_it_made_unknown(cast: Cast, release: Release) -> None:
    start, complete = training(model_of(release))
    tell(cast, *preparation(), start | {"outputs": complete["outputs"]})
    deploy(cast, release)
    story = ask(cast)
    assert [one.node.label for one in story.unended] == ["train"]
    assert gaps(story) == {"places 1": "the run that made it has not ended"}


def test_without_any_lineage_the_registered_data_is_asserted_and_unknown(
    cast: Cast, release: Release
) -> None:
    deploy(cast, release)
    story = ask(cast)
    assert set(gaps(story).values()) == {"no run says that it made this"}
    assert story.grades["asserted"] == 2


def test_training_on_other_data_than_registered_is_told(cast: Cast, release: Release) -> None:
    tell(cast, *preparation(), *training(model_of(release), rows="b" * 64))
    deploy(cast, release)
    assert "registered training data was not read" in gaps(ask(cast))["places 1"]


def test_nothing_was_live_before_the_first_deployment(cast: Cast, release: Release) -> None:
    deploy(cast, release)
    story = ask(cast, at=timezone.now() - timedelta(days=1))
    assert story.live == () and story.things == ()


def test_two_instants_give_two_answers(cast: Cast, release: Release) -> None:
    first = deploy(cast, release)
    end_deployment(first, by=cast.by("owen"))
    work(cast)
    first.refresh_from_db()
    assert len(ask(cast, at=first.started_at).live) == 1
    assert ask(cast, at=first.ended_at).live == ()


def test_what_was_recorded_later_was_not_known_then(cast: Cast, release: Release) -> None:
    deployment = deploy(cast, release)
    then = log_size()
    tell(cast, *preparation(), *training(model_of(release)))
    at = deployment.started_at
    assert "train" not in kinds(ask(cast, at, known=then))
    assert "train" in kinds(ask(cast, at))
    assert not ask(cast, at, known=then).is_complete and ask(cast, at).is_complete


def test_a_deployment_recorded_late_was_not_known_before(cast: Cast, release: Release) -> None:
    work(cast)
    before = log_size()
    earlier = timezone.now() - timedelta(days=3)
    record_deployment(release, "production", by=cast.by("owen"), at=earlier)
    work(cast)
    day = earlier + timedelta(days=1)
    assert ask(cast, day, known=before).live == ()
    assert len(ask(cast, day).live) == 1


def test_a_run_that_had_not_ended_then_is_shown_as_it_was_known(
    cast: Cast, release: Release
) -> None:
    start, complete = training(model_of(release))
    tell(cast, *preparation(), start | {"outputs": complete["outputs"]})
    deploy(cast, release)
    then = log_size()
    tell(cast, complete)
    assert len(ask(cast, known=then).unended) == 1 and not ask(cast).unended


def test_what_happened_after_the_instant_did_not_make_what_was_live(
    cast: Cast, release: Release
) -> None:
    tell(cast, *preparation(), *training(model_of(release)))
    deployment = deploy(cast, release)
    again = timezone.now()
    late = event("START", 0, "train", TRAINING, eventTime=again.isoformat())
    tell(cast, late | {"outputs": [data("model", model_of(release))]})
    then = [one.node.label for one in ask(cast, deployment.started_at).things]
    now = [one.node.label for one in ask(cast, timezone.now()).things]
    assert (then.count("train"), now.count("train")) == (1, 2)


def test_approvals_and_the_gate_stand_beside(cast: Cast, release: Release) -> None:
    request = request_release_approval(release, "production", "executive", by=cast.by("owen"))
    approvals.decide(request, "approved", "Benefits outweigh.", by=cast.by("erin"))
    cast.sequence()
    ask_gate(release, "production", by=cast.by("owen"))
    deploy(cast, release)
    found = ask(cast)
    by = {one.node.kind: one.by for one in found.things}
    assert (by["approval"], by["gate-decision"]) == ("erin (test)", "rule engine")
    assert found.remarks == ()


def test_a_release_live_without_approval_or_gate_is_told(cast: Cast, release: Release) -> None:
    deploy(cast, release)
    assert ask(cast).remarks == (
        "No approval of release 1 is on record.",
        "No gate decision on release 1 for production is on record before it went live.",
    )


def test_lineage_of_another_unit_needs_sight_of_it(cast: Cast, release: Release) -> None:
    secret = identity.create_unit(cast.organisation, "Research", by=cast.by("adam"))
    tell(cast, *training(model_of(release)))
    receive_events(secret, encoded(preparation()), by=cast.by("dev"))
    work(cast)
    deploy(cast, release)
    seen = story_of(cast.system, Moment(timezone.now(), log_size()), (cast.system.pk,))
    assert "prepare" not in kinds(seen) and "prepare" in kinds(ask(cast))


@pytest.fixture
def browser(cast: Cast) -> Client:
    made = Client()
    made.force_login(cast.accounts["dana"])
    return made


def test_the_page_draws_and_lists_the_same_things(
    cast: Cast, release: Release, browser: Client
) -> None:
    tell(cast, *preparation(), *training(model_of(release)))
    deploy(cast, release)
    html = browser.get(f"/lineage?system={cast.system.pk}").content.decode()
    assert html.count("<title>run: prepare") == 1
    assert "train.parquet" in html and "4 of 4" not in html
    assert "3 of 3 contents traced" in html


def test_the_page_says_plainly_that_nothing_was_live(cast: Cast, browser: Client) -> None:
    html = browser.get(f"/lineage?system={cast.system.pk}&at=2020-01-01").content.decode()
    assert "Nothing was live." in html


def test_the_page_takes_a_log_size_or_an_instant_as_known(
    cast: Cast, release: Release, browser: Client
) -> None:
    deploy(cast, release)
    url = f"/lineage?system={cast.system.pk}"
    assert "<strong>3</strong> entries" in browser.get(f"{url}&known=3").content.decode()
    early = browser.get(f"{url}&known=2020-01-01T00:00").content.decode()
    assert "<strong>0</strong> entries" in early


def test_a_question_that_cannot_be_read_is_answered_with_what_to_write(
    cast: Cast, browser: Client
) -> None:
    url = f"/lineage?system={cast.system.pk}"
    for wrong in (
        "at=yesterday",
        "known=soon",
        "known=999999999",
        "at=2026-13-01",
        "at=" + "9" * 50,
    ):
        answer = browser.get(f"{url}&{wrong}")
        assert answer.status_code == 400 and "There is a problem" in answer.content.decode(), wrong


def test_another_organisation_s_system_is_not_found(cast: Cast) -> None:
    nina = Client()
    nina.force_login(cast.accounts["nina"])
    assert nina.get(f"/lineage?system={cast.system.pk}").status_code == 404
    assert nina.get(f"/api/v1/lineage?system={cast.system.pk}").status_code == 404
    assert nina.get("/lineage?system=x").status_code == 404


def test_the_csv_holds_every_row_and_runs_no_formula(
    cast: Cast, release: Release, browser: Client
) -> None:
    start, complete = training(model_of(release))
    odd = {"job": {"namespace": "prod", "name": "=HYPERLINK(1)"}}
    tell(cast, start | odd, complete | odd)
    deploy(cast, release)
    answer = browser.get(f"/lineage.csv?system={cast.system.pk}")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert {row["kind"] for row in rows} == {
        "deployment",
        "release",
        "model version",
        "run",
        "dataset",
    }
    assert [row["node"][:2] for row in rows if row["kind"] == "run"] == ["'="]


def test_programs_get_the_same_answer(cast: Cast, release: Release, browser: Client) -> None:
    tell(cast, *preparation(), *training(model_of(release)))
    deploy(cast, release)
    answer = browser.get(f"/api/v1/lineage?system={cast.system.pk}").json()
    assert answer["complete"] is True and len(answer["nodes"]) == 7
    assert answer["traces"] == [{"release": "release 1", "traced": 3, "total": 3, "gaps": []}]


def test_the_system_page_has_the_tab_and_the_card(
    cast: Cast, release: Release, browser: Client
) -> None:
    tell(cast, *preparation(), *training(model_of(release)))
    deploy(cast, release)
    assert (
        "Runs reported at this system"
        in browser.get(f"/systems/{cast.system.pk}/lineage").content.decode()
    )
    overview = browser.get(f"/systems/{cast.system.pk}").content.decode()
    assert "Chain behind what is live" in overview and "3 of 3 contents traced" in overview


def test_a_run_s_page_lists_its_events_which_can_be_had_byte_for_byte(
    cast: Cast, browser: Client
) -> None:
    tell(cast, *training())
    page = browser.get(RunAttempt.objects.get().get_absolute_url()).content.decode()
    row = RawEvent.objects.first()
    assert row is not None and row.sha256 in page
    body = browser.get(row.get_absolute_url()).content
    assert hashlib.sha256(body).hexdigest() == row.sha256
