from __future__ import annotations

import pickle

import numpy as np
import onnxruntime as ort
import pytest
from django.utils import timezone
from sklearn.metrics import roc_auc_score

from governance.evidence.models import Evidence
from governance.identity.errors import Conflict, DomainError, InvalidInput
from governance.registry import actions as registry
from governance.registry import store
from governance.work import runner
from governance.work.models import Job
from monitoring import actions
from monitoring.jobs.evaluate import attempt, begin, conclude
from monitoring.models import EvaluationRun
from tests.environment.by_hand import by_hand
from tests.environment.worker import Worker
from tests.monitoring.places import (
    COLUMNS,
    FAIRNESS,
    PERFORMANCE,
    Places,
    figure,
    greedy_model_bytes,
    measurements,
    model_bytes,
    one_column_release,
    root_model_bytes,
    run_record,
    states,
    survey,
)
from tests.platform.processes import wait_until


def test_a_planned_run_measures_performance_fairness_and_speed(places: Places) -> None:
    run = places.evaluate(places.approve(places.write_plan()))
    assert run.state == "completed"
    assert states(run.results) == {"completed"}
    found = {(one["check"], one["slice"]) for one in run.results}
    assert {("roc_auc", "all"), ("selection_rate_ratio", "AGEP"), ("latency_p95", "all")} <= found


def test_the_figures_are_those_of_scikit_learn(places: Places) -> None:
    run = places.evaluate()
    table = survey(4000, seed=2)
    rows = np.column_stack([table[n] for n in ("AGEP", "SEX", "DIS", "RAC1P")]).astype(np.float32)
    session = ort.InferenceSession(model_bytes(), providers=["CPUExecutionProvider"])
    scores = session.run(["probabilities"], {"X": rows})[0][:, 1]
    offered = scores < 0.5
    rates = [offered[table["SEX"] == sex].mean() for sex in (1, 2)]
    measured = float(figure(run, "roc_auc")["value"]["value"])
    assert measured == pytest.approx(roc_auc_score(table["employed"], scores), abs=1e-9)
    ratio = float(figure(run, "selection_rate_ratio", "SEX")["value"]["value"])
    assert ratio == pytest.approx(min(rates) / max(rates), abs=1e-9)


def test_every_figure_is_signed_evidence_about_the_release_and_its_model(places: Places) -> None:
    plan = places.approve(places.write_plan())
    run = places.evaluate(plan)
    stated = Evidence.objects.get(id=figure(run, "roc_auc")["evidence"])
    said = stated.predicate
    assert set(stated.subjects) == {places.release.digest, run.version.digest}
    assert said["series"]["target"] == f"sha256:{places.release.digest}"
    assert said["plan"] == {"id": str(plan.pk), "revision": 1, "digest": plan.digest}
    assert said["parameters"]["favourable"] == "0"
    assert said["environment"]["nodes"].keys() == {"CPUExecutionProvider"}
    assert len(measurements(run)) == len(run.results)


def test_the_run_is_a_record_with_data_code_and_environment(places: Places) -> None:
    run = places.evaluate(places.approve(places.write_plan()))
    stated = run_record(run)
    assert (stated.id, stated.state) == (run.evidence_id, "completed")
    assert stated.fields["dataset"] == places.dataset.sha256
    assert places.element("MEASURE 2.1", "run-documented")["state"] == "holds"
    assert places.element("MEASURE 2.1", "plan-documented")["state"] == "holds"


def test_an_approved_plan_and_its_run_decide_the_metric_elements(places: Places) -> None:
    places.evaluate(places.approve(places.write_plan()))
    assert places.element("MEASURE 2.3", "performance")["state"] == "holds"
    assert places.element("MEASURE 2.5", "calibration")["state"] == "holds"
    fairness = places.element("MEASURE 2.11", "fairness")
    assert fairness["state"] == "fails"
    assert "0.8 was approved before the run" in fairness["sentence"]


def test_without_a_plan_a_run_is_exploratory_and_satisfies_nothing(places: Places) -> None:
    places.evaluate()
    element = places.element("MEASURE 2.3", "performance")
    assert element["state"] == "missing"


def test_a_plan_that_nobody_approved_cannot_be_run_under(places: Places) -> None:
    with pytest.raises(Conflict, match="approved first"):
        places.start(places.write_plan())


def test_a_plan_approved_after_the_run_counts_for_nothing(places: Places) -> None:
    plan = places.write_plan()
    places.evaluate()
    places.approve(plan)
    element = places.element("MEASURE 2.3", "performance")
    assert element["state"] == "missing"
    assert "exploratory" in element["sentence"]


def test_a_threshold_changed_after_the_run_does_not_make_it_pass(places: Places) -> None:
    plan = places.approve(places.write_plan(PERFORMANCE, FAIRNESS))
    places.evaluate(plan)
    loose = {**FAIRNESS, "threshold": "0.1"}
    actions.revise_plan(plan, places.text(PERFORMANCE, loose), by=places.cast.by("owen"))
    plan.refresh_from_db()
    places.approve(plan)
    element = places.element("MEASURE 2.11", "fairness")
    assert element["state"] == "fails"
    assert any("no longer in force" in one["sentence"] for one in element["elements"])


def test_a_later_pass_under_a_loosened_threshold_does_not_hide_the_failure(places: Places) -> None:
    plan = places.approve(places.write_plan(FAIRNESS))
    places.evaluate(plan)
    loose = {**FAIRNESS, "threshold": "0.1"}
    plan = actions.revise_plan(plan, places.text(loose), by=places.cast.by("owen"))
    places.evaluate(places.approve(plan))
    assert places.element("MEASURE 2.11", "fairness")["state"] == "fails"


def test_all_attempts_are_kept_and_numbered(places: Places) -> None:
    plan = places.approve(places.write_plan(PERFORMANCE))
    runs = [places.evaluate(plan), places.evaluate(plan), places.evaluate()]
    assert [run.attempt for run in runs] == [1, 2, 1]
    (judged,) = places.element("MEASURE 2.3", "performance")["elements"]
    assert (judged["details"]["attempts"], judged["details"]["exploratory"]) == (2, 1)


def test_groups_under_200_rows_are_left_out_of_every_ratio(places: Places) -> None:
    run = places.evaluate()
    shown = figure(run, "selection_rate_ratio", "RAC1P")
    assert [one["slice"] for one in shown["leftOut"]] == ["RAC1P=9"]
    assert "fewer than 200" in shown["leftOut"][0]["reason"]
    assert "RAC1P=9" not in {one["slice"] for one in shown["groups"]}


def test_age_is_compared_in_bands(places: Places) -> None:
    run = places.evaluate()
    groups = figure(run, "selection_rate_ratio", "AGEP")["groups"]
    assert groups[0]["slice"] == "AGEP=16-24"
    assert len(groups) == 5


def test_labels_in_a_file_of_their_own_give_the_same_figures(places: Places) -> None:
    table = {**survey(4000, seed=2), "id": np.arange(4000)}
    labels = places.deliver({"id": table["id"], "employed": table.pop("employed")}, role="labels")
    dataset = places.deliver(table)
    run = places.evaluate(dataset=dataset, labels=labels)
    whole = places.evaluate()
    assert figure(run, "accuracy")["value"] == figure(whole, "accuracy")["value"]
    said = Evidence.objects.get(id=figure(run, "accuracy")["evidence"]).predicate
    assert said["dataset"]["labels"] == {"digest": labels.sha256, "rows": 4000}


def test_labels_in_another_order_make_the_run_invalid(places: Places) -> None:
    table = {**survey(500, seed=2), "id": np.arange(500)}
    said = {"id": np.arange(500)[::-1], "employed": table.pop("employed")}
    labels, dataset = places.deliver(said, role="labels"), places.deliver(table)
    run = places.evaluate(dataset=dataset, labels=labels)
    assert run.state == "invalid"
    assert "same order" in run.reason


def broken(**changes: object) -> dict[str, object]:
    table: dict[str, object] = {**survey(500, seed=3), **changes}
    return {name: column for name, column in table.items() if column is not None}


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (broken(DIS=None), "lacks 1 column"),
        (broken(employed=None), "lacks 1 column"),
        (broken(RAC1P=None), "lacks 1 column"),
        (broken(AGEP=np.where(np.arange(500) == 7, np.nan, 30.0)), "'AGEP', row 7, has no value"),
        (broken(SEX=np.array(["male", "female"] * 250)), "'SEX' holds text"),
        (broken(employed=np.where(np.arange(500) == 9, 7, 1)), "row 9: '7' is none of 0, 1"),
    ],
    ids=["feature", "label", "protected", "nan", "type", "unknown-label"],
)
def test_rows_that_do_not_fit_make_the_run_invalid_and_say_why(
    places: Places, table: dict[str, object], words: str
) -> None:
    run = places.evaluate(dataset=places.deliver(table))
    assert run.state == "invalid"
    assert words in run.reason
    assert run_record(run).state == "invalid"
    assert measurements(run) == []


def test_an_invalid_planned_run_is_counted_and_never_a_pass(places: Places) -> None:
    places.dataset = places.deliver(broken(employed=np.where(np.arange(500) == 9, 7, 1)))
    run = places.evaluate(places.approve(places.write_plan(PERFORMANCE)))
    (stated,) = measurements(run)
    assert stated.predicate["run"]["status"] == "invalid"
    assert stated.predicate["value"] is None
    element = places.element("MEASURE 2.3", "performance")
    assert element["state"] == "missing"
    assert "1 run under the approved plan" in element["sentence"]


def test_one_class_of_labels_makes_single_figures_invalid_and_keeps_the_others(
    places: Places,
) -> None:
    run = places.evaluate(dataset=places.deliver(broken(employed=np.ones(500, dtype=np.int64))))
    assert run.state == "completed"
    assert figure(run, "roc_auc")["status"] == "invalid"
    assert "one class only" in figure(run, "roc_auc")["reason"]
    assert figure(run, "selection_rate_ratio", "SEX")["status"] == "completed"


def test_a_signature_of_other_columns_is_refused_before_anything_runs(places: Places) -> None:
    with pytest.raises(InvalidInput) as refused:
        places.register(model_bytes(), name="narrow", columns=COLUMNS[:3], protected=["SEX"])
    assert "has 4 columns; the signature gives it 3" in refused.value.problems[0]["detail"]


def test_scores_that_are_not_numbers_void_the_whole_run(places: Places) -> None:
    release = one_column_release(places, root_model_bytes())
    run = places.evaluate(release=release, dataset=places.deliver(broken(AGEP=-np.ones(500))))
    assert run.state == "invalid"
    assert "NaN" in run.reason


def test_a_model_that_devours_memory_ends_its_run_and_not_the_worker(places: Places) -> None:
    release = one_column_release(places, greedy_model_bytes())
    run = places.evaluate(release=release)
    assert run.state == "invalid"
    assert "failed while running" in run.reason or "memory" in run.reason


def test_a_stored_file_that_was_changed_is_noticed(places: Places) -> None:
    dataset = places.deliver(survey(600, seed=5))
    path = store.path_of(dataset.sha256)
    path.chmod(0o640)
    data = path.read_bytes()
    path.write_bytes(data[:100] + b"\0" + data[101:])
    run = places.evaluate(dataset=dataset)
    assert run.state == "invalid"
    assert "was changed" in run.reason


def test_a_pickle_that_got_past_the_door_never_runs(places: Places) -> None:
    release = one_column_release(places, root_model_bytes())
    path = store.path_of(release.model_versions.get().digest)
    path.chmod(0o640)
    path.write_bytes(pickle.dumps(print))
    run = places.evaluate(release=release)
    assert run.state == "invalid"
    assert "changed" in run.reason


def test_a_release_without_a_favourable_outcome_is_not_evaluated(places: Places) -> None:
    version = places.release.model_versions.get()
    parts = {"decision": {"cutOff": "0.5"}}
    bare = registry.create_release(places.cast.system, [version], parts, by=places.cast.by("dev"))
    with pytest.raises(InvalidInput, match="favourable"):
        places.start(release=bare)


def test_rows_of_another_system_are_not_taken(places: Places) -> None:
    foreign = places.dataset
    other = places.cast.accounts["nina"].responsible.unit
    with by_hand():
        type(foreign).objects.filter(pk=foreign.pk).update(unit=other)
    foreign.refresh_from_db()
    with pytest.raises(InvalidInput, match="another AI system"):
        places.start(dataset=foreign)


def test_a_device_that_is_not_here_fails_the_run_and_says_nothing_of_the_model(
    places: Places,
) -> None:
    run = places.start(device="cuda")
    assert runner.run(run.job_id) == "failed"
    run.refresh_from_db()
    assert run.state == "failed"
    assert "CUDAExecutionProvider" in run.reason
    assert measurements(run) == []


def test_another_worker_that_took_the_job_over_leaves_one_set_of_statements(
    places: Places,
) -> None:
    run = places.start()
    slow = runner.claim(run.job_id)
    assert slow is not None
    begin(run, slow)
    outcome = attempt(run, slow)
    expire_lease(run)
    assert runner.run(run.job_id) == "done"
    with pytest.raises(runner.LeaseLost):
        conclude(run, slow, outcome)
    done = EvaluationRun.objects.get(pk=run.pk)
    assert len(measurements(done)) == len(done.results)
    assert Evidence.objects.records("evaluation-run").count() == 1


def test_done_twice_the_job_signs_once(places: Places) -> None:
    run = places.evaluate()
    Job.objects.filter(pk=run.job_id).update(state="ready")
    assert runner.run(run.job_id) == "done"
    assert len(measurements(run)) == len(run.results)


def test_a_worker_killed_while_scoring_is_replaced_and_one_set_is_signed(
    places: Places, celery_worker_process: Worker
) -> None:
    many = places.deliver(survey(100_000, seed=6))
    run = places.start(dataset=many)
    assert wait_until(lambda: is_scoring(run), 90), celery_worker_process.log.read_text()
    celery_worker_process.kill()
    assert EvaluationRun.objects.get(pk=run.pk).state == "running"
    expire_lease(run)
    assert runner.run(run.job_id) == "done"
    done = EvaluationRun.objects.with_parts().get(pk=run.pk)
    assert (done.state, done.job.attempt) == ("completed", 2)
    assert len(measurements(done)) == len(done.results)


def test_a_real_worker_evaluates_with_live_progress(
    places: Places, celery_worker_process: Worker
) -> None:
    run = places.start(places.approve(places.write_plan()))
    held = EvaluationRun.objects.filter(pk=run.pk)
    assert wait_until(lambda: held.filter(state="completed").exists(), 90), (
        celery_worker_process.log.read_text()
    )
    assert held.get().job.progress["text"] == "Signing"


def test_a_token_that_may_not_run_evaluations_starts_none(places: Places) -> None:
    with pytest.raises(DomainError, match="Starting an evaluation needs"):
        actions.start_evaluation(places.release, places.dataset, None, by=places.cast.by("abel"))


def expire_lease(run: EvaluationRun) -> None:
    """Time passes: the lease of whoever holds the job runs out."""
    Job.objects.filter(pk=run.job_id).update(lease_until=timezone.now())


def is_scoring(run: EvaluationRun) -> bool:
    progress = Job.objects.get(pk=run.job_id).progress
    return bool(progress.get("text") == "Scoring" and progress["done"] > 0)
