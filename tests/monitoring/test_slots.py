from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from governance.evidence.models import Evidence
from governance.identity.errors import Conflict
from governance.registry import actions as registry
from governance.registry import store
from governance.work import runner
from governance.work.actions import enqueue
from governance.work.models import Job, JobState
from monitoring import actions
from monitoring.actions.runs import open_slot
from monitoring.models import Alert, Batch, Monitor, MonitorRun
from monitoring.watching.comparison import compare_batch
from tests.environment.by_hand import by_hand
from tests.monitoring.watched import (
    Watched,
    column,
    drift,
    in_months,
    people,
    reference_scores,
    text,
    without,
)

HOUR = timedelta(hours=1)


def test_a_batch_like_the_reference_shows_no_drift(watched: Watched) -> None:
    batch = watched.batch()
    run = watched.run()
    said = drift(run)
    assert (run.status, run.drifted) == ("completed", [])
    assert {one["drifted"] for one in said["columns"]} == {False}
    assert said["series"]["slice"] == f"batch:{batch.pk}"
    assert said["observed"]["from"].startswith("2020-04-01")
    assert not Alert.objects.exists()


def test_scores_and_decisions_are_compared_as_well(watched: Watched) -> None:
    watched.batch()
    Monitor.objects.update(reference_scores="")
    run = watched.run()
    kept = np.frombuffer(store.path_of(Monitor.objects.get().reference_scores).read_bytes())
    assert kept == pytest.approx(np.frombuffer(reference_scores()), abs=1e-6)
    roles = {one["column"]: one["role"] for one in drift(run)["columns"]}
    assert roles["prediction score"] == roles["prediction decision"] == "prediction"
    assert roles["AGEP"] == "feature"


def test_ages_in_months_are_found_and_open_an_alert(watched: Watched) -> None:
    watched.batch(in_months(people(7)), note="AGEP in months, on purpose")
    run = watched.run()
    found = column(run, "AGEP")
    assert found["drifted"] and float(found["psi"]) > 1 and float(found["outOfRange"]) > 0.9
    alert = Alert.objects.get(subject="AGEP")
    assert (alert.state, alert.count, alert.evidence) == ("open", 1, [run.evidence_id])


def test_evidently_stands_beside_with_its_own_word_bound_by_digest(watched: Watched) -> None:
    watched.batch(in_months(people(7)))
    run = watched.run()
    assert run.beside["columns"]["AGEP"]["drifted"] is True
    assert isinstance(run.beside["columns"]["AGEP"]["score"], str)
    kept = next(one for one in drift(run)["artefacts"] if one["name"] == "evidently.json")
    assert b'"AGEP"' in store.path_of(kept["digest"]).read_bytes()


def test_a_slot_without_a_batch_has_no_data_and_fails_measure_2_4(watched: Watched) -> None:
    run = watched.tick()
    assert run is not None and run.status == "no-data"
    assert drift(run)["status"] == "no-data"
    assert (drift(run)["dataset"], drift(run)["columns"]) == (None, [])
    assert watched.element("MEASURE 2.4", "behaviour")["state"] == "fails"


def test_a_completed_run_holds_measure_2_4_until_the_next_is_overdue(watched: Watched) -> None:
    watched.batch()
    run = watched.run()
    assert watched.element("MEASURE 2.4", "behaviour")["state"] == "holds"
    late = run.slot + watched.monitor.interval + timedelta(seconds=8641)
    assert watched.element("MEASURE 2.4", "behaviour", late)["state"] == "fails"
    assert watched.element("MEASURE 3.1", "behaviour")["state"] == "holds"
    assert watched.element("MEASURE 4.3", "behaviour")["state"] == "holds"


def test_batches_are_taken_in_the_order_they_were_delivered(watched: Watched) -> None:
    first, second = watched.batch(), watched.batch()
    taken = [watched.run().batch, watched.tick().batch]  # type: ignore[union-attr]
    assert taken == [first, second]
    assert set(Batch.objects.values_list("state", flat=True)) == {"compared"}


def test_nan_in_a_batch_makes_the_run_invalid_and_says_where(watched: Watched) -> None:
    table = people(8)
    table["AGEP"][3] = np.nan
    watched.batch(table)
    run = watched.run()
    assert run.status == "invalid"
    assert "row 3" in run.reason
    assert all(one["drifted"] is None and one["psi"] is None for one in drift(run)["columns"])
    assert watched.element("MEASURE 2.4", "behaviour")["state"] == "fails"


def test_a_watched_column_that_is_missing_makes_the_run_invalid(watched: Watched) -> None:
    survey_with_region = {**people(3, 3000), "region": np.ones(3000, dtype=int)}
    watched.reference = watched.places.deliver(survey_with_region, role="reference")
    columns = [{"name": n, "kind": "categorical"} for n in ("SEX", "region")]
    actions.revise_monitor(
        watched.monitor, text(watched, columns=columns), by=watched.cast.by("owen")
    )
    watched.batch()
    run = watched.run()
    assert run.status == "invalid"
    assert column(run, "region")["reason"] == "The column region is missing."
    assert column(run, "SEX")["drifted"] is None


def test_a_column_without_any_value_is_no_drift_verdict(watched: Watched) -> None:
    columns = [{"name": n, "kind": "categorical"} for n in ("SEX", "note")]
    noted = {**people(3, 3000), "note": ["a", "b"] * 1500}
    watched.reference = watched.places.deliver(noted, role="reference")
    actions.revise_monitor(
        watched.monitor, text(watched, columns=columns), by=watched.cast.by("owen")
    )
    watched.batch({**people(9), "note": [None] * 2000})
    run = watched.run()
    assert run.status == "invalid"
    assert column(run, "note")["status"] == "no-data"


def test_a_run_beyond_the_grace_is_missed_and_its_batch_waits(watched: Watched) -> None:
    batch = watched.batch()
    run = watched.tick(timezone.now() - 3 * HOUR)
    assert run is not None and run.status == "missed"
    assert Batch.objects.get(pk=batch.pk).state == "waiting"
    assert watched.element("MEASURE 2.4", "behaviour")["state"] == "fails"


def test_a_slot_whose_job_never_began_is_recorded_as_missed_by_the_sweep(watched: Watched) -> None:
    monitor = watched.monitor
    with by_hand():
        type(monitor).objects.filter(pk=monitor.pk).update(counted_from=timezone.now() - 30 * HOUR)
    schedule = monitor.schedule
    slot = timezone.now() - 3 * HOUR
    job = enqueue("monitoring.slot", {"monitor": str(monitor.pk), "slot": slot.isoformat()})
    schedule.slots.create(slot_at=slot, job=job)
    assert watched.sweep()["missed"] == 1
    assert watched.sweep()["missed"] == 0
    stated = Evidence.objects.records("monitor-run").get()
    assert (stated.state, stated.predicate["author"]) == ("missed", None)
    assert watched.element("MEASURE 2.4", "behaviour")["state"] == "fails"


def test_slots_that_never_became_a_job_are_missed_as_well(watched: Watched) -> None:
    """The platform itself was down for three and a half days."""
    monitor, schedule = watched.monitor, watched.monitor.schedule
    since = timezone.now() - timedelta(days=3, hours=12)
    with by_hand():
        type(monitor).objects.filter(pk=monitor.pk).update(counted_from=since)
    type(schedule).objects.filter(pk=schedule.pk).update(next_at=timezone.now() + 12 * HOUR)
    assert watched.sweep()["missed"] == 3
    assert watched.sweep()["missed"] == 0


def test_a_paused_monitor_misses_nothing_and_is_no_monitor(watched: Watched) -> None:
    actions.change_monitor(watched.monitor, "paused", "Holidays", by=watched.cast.by("owen"))
    assert watched.tick() is None
    assert watched.sweep()["missed"] == 0
    assert watched.element("MEASURE 2.4", "behaviour")["state"] == "missing"


def test_a_monitor_ends_with_its_deployment(watched: Watched) -> None:
    watched.batch()
    registry.end_deployment(watched.deployment, by=watched.cast.by("dev"))
    assert watched.sweep()["ended"] == 1
    watched.monitor.refresh_from_db()
    assert (watched.monitor.state, watched.monitor.schedule.is_enabled) == ("ended", False)
    assert Evidence.objects.of_record(watched.monitor.pk).first().state == "ended"  # type: ignore[union-attr]
    with pytest.raises(Conflict):
        actions.run_monitor_now(watched.monitor, by=watched.cast.by("dev"))


def test_a_slot_of_what_was_replaced_ends_the_monitor_by_itself(watched: Watched) -> None:
    registry.end_deployment(watched.deployment, by=watched.cast.by("dev"))
    assert watched.tick() is None
    watched.monitor.refresh_from_db()
    assert watched.monitor.state == "ended"


def test_two_workers_at_one_slot_sign_one_statement(watched: Watched) -> None:
    """The first loses its lease while it computes; the second finishes; the first writes nothing."""
    from monitoring.jobs.slots import conclude

    watched.batch(in_months(people(7)))
    run = actions.run_monitor_now(watched.monitor, by=watched.cast.by("dev"))
    slow = runner.claim(run.job_id)  # type: ignore[arg-type]
    assert slow is not None
    held = open_slot(slow)
    assert held is not None
    compared = compare_batch(held, slow.progress)
    Job.objects.filter(pk=run.job_id).update(lease_until=timezone.now())
    assert runner.run(run.job_id) == "done"  # type: ignore[arg-type]
    with pytest.raises(runner.LeaseLost):
        conclude(held, slow, compared)
    assert Evidence.objects.filter(type="drift").count() == 1
    assert Alert.objects.get(subject="AGEP").count == 1


def test_a_job_done_twice_states_one_run(watched: Watched) -> None:
    watched.batch()
    run = watched.run()
    Job.objects.filter(pk=run.job_id).update(state=JobState.READY)
    assert runner.run(run.job_id) == "done"  # type: ignore[arg-type]
    assert Evidence.objects.records("monitor-run").count() == 1


def test_a_worker_that_died_at_every_attempt_is_a_missed_run(watched: Watched) -> None:
    batch = watched.batch()
    run = actions.run_monitor_now(watched.monitor, by=watched.cast.by("dev"))
    Job.objects.filter(pk=run.job_id).update(state=JobState.DEAD, error="Given up")
    assert watched.sweep()["missed"] == 1
    assert MonitorRun.objects.get(pk=run.pk).status == "missed"
    assert Batch.objects.get(pk=batch.pk).state == "waiting"


def test_nothing_can_be_run_when_no_batch_waits(watched: Watched) -> None:
    with pytest.raises(Conflict, match="No batch waits"):
        actions.run_monitor_now(watched.monitor, by=watched.cast.by("dev"))


def test_a_batch_without_a_column_of_the_model_is_refused_at_the_door(watched: Watched) -> None:
    with pytest.raises(Exception, match="lacks: SEX"):
        watched.batch(without(people(9), "SEX"))
