from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import transaction

from governance.audit.models import Leaf
from governance.evidence.actions import emit, subject, worker_collector
from governance.evidence.checked import EvidenceChanged
from governance.evidence.models import Evidence
from governance.evidence.pipeline_keys import revoke_key
from governance.identity.errors import Conflict, InvalidInput
from governance.work.models import Job, Notification
from governance.work.runner import run
from risk.models import Indicator, Risk
from risk.watching import read_indicators, reading_of, unwatch_risk, watch_risk
from tests.cast import Cast
from tests.evidence import samples
from tests.evidence.pipelines import make_pipeline
from tests.evidence.test_checked import change
from tests.risk.writing import write


def record_drift(cast: Cast, psi: str, batch: str = "1") -> Evidence:
    """A drift statement of the system, signed and stored as a monitor's run does."""
    body = samples.drift()["predicate"]
    for head in ("id", "scope", "producedAt", "collector", "assurance", "supersedes"):
        del body[head]
    body["series"]["slice"] = f"batch:{batch}"
    body["columns"][0] |= {"psi": psi}
    with transaction.atomic():
        return emit(
            "drift",
            scope=cast.system.scope,
            subjects=[subject("release", samples.RELEASE)],
            body=body,
            assurance="computed-here",
            by=cast.by("owen"),
            collector=worker_collector(cast.by("owen")),
        )


@pytest.fixture
def watched(cast: Cast) -> Risk:
    risk = write(cast)
    watch(cast, risk)
    return risk


def watch(cast: Cast, risk: Risk, **changes: Any) -> Indicator:
    values = {"check": "drift.inputs", "amber": Decimal("0.1"), "red": Decimal("0.25")}
    return watch_risk(risk, "PSI of the inputs", by=cast.by("owen"), **(values | changes))


def read_jobs() -> list[str]:
    jobs = Job.objects.filter(kind="risk.read_indicators").order_by("created_at")
    return [run(job.pk) for job in jobs]


def test_an_indicator_without_evidence_says_no_data(cast: Cast, watched: Risk) -> None:
    cast.sequence()
    read_jobs()
    indicator = watched.indicators.get()
    assert (indicator.signal, indicator.evidence_id) == ("no-data", None)
    assert "no statement" in indicator.reason


def test_evidence_turns_the_indicator_without_a_hand(cast: Cast, watched: Risk) -> None:
    stated = record_drift(cast, "0.31")
    cast.sequence()
    assert set(read_jobs()) == {"done"}
    indicator = watched.indicators.get()
    assert (indicator.signal, indicator.value, indicator.evidence_id) == ("red", "0.31", stated.id)


def test_the_reading_waits_until_its_evidence_is_in_the_log(cast: Cast, watched: Risk) -> None:
    record_drift(cast, "0.31")
    assert set(read_jobs()) == {"put-back"}


def test_evidence_of_before_is_read_when_the_watching_begins(cast: Cast) -> None:
    risk = write(cast)
    record_drift(cast, "0.31")
    watch(cast, risk)
    cast.sequence()
    read_jobs()
    assert risk.indicators.get().signal == "red"


def test_owner_of_risk_and_system_are_told_once(cast: Cast, watched: Risk) -> None:
    for batch in ("1", "2"):
        record_drift(cast, "0.31", batch)
        cast.sequence()
        read_jobs()
    told = Notification.objects.filter(kind="indicator_turned")
    assert {one.person.name for one in told} == {"dev (test)", "owen (test)"}
    assert told.count() == 2


def test_a_turn_leaves_an_entry_that_names_the_evidence(cast: Cast, watched: Risk) -> None:
    stated = record_drift(cast, "0.31")
    cast.sequence()
    read_jobs()
    cast.sequence()
    leaf = Leaf.objects.get(action="risk.indicator_turned")
    assert str(stated.id).encode() in bytes(leaf.body)


def test_a_turn_is_no_revision_of_the_risk(cast: Cast, watched: Risk) -> None:
    """What the platform reads must not make the register look reviewed."""
    before = Evidence.objects.of_record(watched.pk).count()
    record_drift(cast, "0.31")
    cast.sequence()
    read_jobs()
    assert Evidence.objects.of_record(watched.pk).count() == before


def test_unwatched_evidence_makes_no_work(cast: Cast) -> None:
    record_drift(cast, "0.31")
    assert not Job.objects.filter(kind="risk.read_indicators").exists()


def test_an_indicator_is_part_of_the_signed_risk(cast: Cast, watched: Risk) -> None:
    stated = Evidence.objects.of_record(watched.pk).first()
    assert stated and stated.fields["indicators"][0]["red"] == "0.25"
    unwatch_risk(watched.indicators.get(), by=cast.by("owen"))
    stated = Evidence.objects.of_record(watched.pk).first()
    assert stated and stated.fields["indicators"] == []


def test_amber_beyond_red_is_refused(cast: Cast) -> None:
    with pytest.raises(InvalidInput, match="Amber comes before red"):
        watch(cast, write(cast), amber=Decimal("0.5"))


def test_the_same_series_twice_is_refused(cast: Cast, watched: Risk) -> None:
    with pytest.raises(Conflict, match="watches that series"):
        watch(cast, watched)


def test_a_changed_row_turns_no_indicator(
    cast: Cast, watched: Risk, connect_as: Callable[[str], psycopg.Connection]
) -> None:
    stated = record_drift(cast, "0.4")
    cast.sequence()
    read_jobs()
    milder = json.dumps(samples.changed(stated.statement, "/predicate/columns/0/psi", "0.01"))
    change(connect_as, stated, "statement = %s::jsonb", milder)
    with pytest.raises(EvidenceChanged):
        read_indicators(watched.system, "drift.inputs", by=cast.by("owen"))
    assert Indicator.objects.get().signal == "red"


def test_what_a_revoked_key_signed_makes_an_indicator_worse_and_never_better(cast: Cast) -> None:
    first = make_pipeline(cast)
    risk, series = write(cast), first.measurement()["predicate"]["series"]
    bounds = {"direction": "below", "amber": Decimal("0.7"), "red": Decimal("0.6")}
    held = watch(cast, risk, check=series["check"], slice_=series["slice"], **bounds)
    for pipeline, value, signal, later in (
        (first, "0.9", "green", "no-data"),
        (make_pipeline(cast, 9, first.release), "0.5", "red", "red"),
    ):
        pipeline.submit(pipeline.measurement(value))
        cast.sequence()
        assert reading_of(held, risk.system).signal == signal
        revoke_key(pipeline.key, "compromised", by=cast.by("owen"), from_size=1)
        cast.sequence()
        assert reading_of(held, risk.system).signal == later
