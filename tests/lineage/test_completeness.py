"""How completely a release is traced, as a signed measurement, and what the rule engine makes of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from uuid import UUID

import psycopg
import pytest

from governance.assessment.models import Result
from governance.evidence.actions import subject
from governance.evidence.models import Evidence
from governance.registry.actions import record_deployment
from governance.registry.models import Release
from lineage.records import COMPLETENESS
from tests.cast import Cast, make_release
from tests.evidence.test_checked import change
from tests.lineage.pipeline import TRAINING, data, event, preparation, tell, training, work
from tests.pages.browse import signed_in

LATE = UUID("01a1f640-bc00-76c5-9bbb-d229e5264671")


@pytest.fixture
def release(cast: Cast) -> Release:
    return make_release(cast)


def model_of(release: Release) -> str:
    return str(release.manifest["models"][0]["digest"])


def measured() -> list[str]:
    found = Evidence.objects.filter(type="measurement", kind=COMPLETENESS).order_by("number")
    return [one.predicate["value"]["value"] for one in found]


def element(cast: Cast, requirement: str) -> dict[str, object]:
    """The element `lineage-complete` as the real engine judges it now."""
    cast.judge()
    body = Result.objects.get(requirement=requirement, unit=cast.system.unit).body
    found = [one for one in body["why"]["elements"] if one["id"] == "lineage-complete"]
    return dict(found[0])


def test_lineage_still_arriving_is_no_attempt(cast: Cast, release: Release) -> None:
    tell(cast, *training(model_of(release)))
    assert measured() == []
    assert element(cast, "MAP 4.1")["state"] == "missing"


def test_the_first_measurement_comes_when_everything_is_traced(
    cast: Cast, release: Release
) -> None:
    tell(cast, *training(model_of(release)))
    tell(cast, *preparation())
    assert measured() == ["1"]
    stated = Evidence.objects.get(kind=COMPLETENESS)
    assert stated.assurance == "computed-here" and stated.scope_id == release.pk
    assert stated.predicate["value"]["n"] == 3


@pytest.mark.parametrize("requirement", ["MAP 4.1", "MEASURE 2.8"])
def test_the_engine_lets_complete_lineage_hold(
    cast: Cast, release: Release, requirement: str
) -> None:
    tell(cast, *preparation(), *training(model_of(release)))
    assert element(cast, requirement)["state"] == "holds"


def test_lineage_that_came_before_the_release_is_measured_when_the_release_is_made(
    cast: Cast,
) -> None:
    model = hashlib.sha256(b"not run in these tests").hexdigest()
    tell(cast, *preparation(), *training(model))
    assert measured() == []
    make_release(cast)
    work(cast)
    assert measured() == ["1"]


def test_more_events_of_the_same_kind_make_no_second_attempt(cast: Cast, release: Release) -> None:
    tell(cast, *preparation(), *training(model_of(release)))
    tell(cast, event("OTHER", 21, "train", TRAINING))
    assert measured() == ["1"]


def test_a_gap_found_later_fails_and_its_mending_supersedes_it(
    cast: Cast, release: Release
) -> None:
    tell(cast, *preparation(), *training(model_of(release)))
    tell(cast, event("RUNNING", 15, "train", TRAINING, inputs=[data("late.csv", "1" * 64)]))
    assert measured() == ["1", "0.75"]
    assert element(cast, "MAP 4.1")["state"] == "fails"
    made = event("COMPLETE", 3, "fetch", LATE, outputs=[data("late.csv", "1" * 64)])
    tell(cast, made)
    assert measured() == ["1", "0.75", "1"]
    last = Evidence.objects.filter(kind=COMPLETENESS).latest("number")
    assert last.supersedes_id and element(cast, "MAP 4.1")["state"] == "holds"


def test_two_gaps_mended_one_by_one_leave_no_failure_standing(cast: Cast, release: Release) -> None:
    tell(cast, *preparation(), *training(model_of(release)))
    late = [data("one.csv", "1" * 64), data("two.csv", "2" * 64)]
    tell(cast, event("RUNNING", 15, "train", TRAINING, inputs=late))
    tell(cast, event("COMPLETE", 3, "fetch", LATE, outputs=late[:1]))
    tell(cast, event("OTHER", 4, "fetch", LATE, outputs=late[1:]))
    assert measured() == ["1", "0.6", "0.8", "1"]
    assert element(cast, "MAP 4.1")["state"] == "holds"


def test_a_run_that_failed_traces_nothing(cast: Cast, release: Release) -> None:
    start, complete = training(model_of(release))
    tell(cast, *preparation(), start, complete | {"eventType": "FAIL"})
    assert measured() == []


def test_nothing_is_traced_through_a_row_that_was_changed(
    cast: Cast, release: Release, connect_as: Callable[[str], psycopg.Connection]
) -> None:
    tell(cast, *preparation(), *training(model_of(release)))
    record_deployment(release, "production", by=cast.by("owen"))
    cast.sequence()
    stated = Evidence.objects.records("release").latest("number")
    other = {**stated.statement, "subject": [subject("another", "f" * 64)]}
    change(connect_as, stated, "statement = %s::jsonb", json.dumps(other))
    answer = signed_in(cast, "dana").get(f"/lineage?system={release.system_id}")
    assert (
        answer.status_code == 409 and "was changed after it was signed" in answer.content.decode()
    )
