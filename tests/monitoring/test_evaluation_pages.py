from __future__ import annotations

import pytest
from django.urls import reverse

from monitoring.models import EvaluationPlan, EvaluationRun
from tests.monitoring.places import Places
from tests.pages.browse import html_of, signed_in


@pytest.fixture
def evaluated(places: Places) -> EvaluationRun:
    return places.evaluate(places.approve(places.write_plan()))


def tab(places: Places) -> str:
    return reverse("system-tab", args=[places.cast.system.pk, "evaluations"])


def test_an_evaluation_shows_each_figure_against_what_was_approved(
    places: Places, evaluated: EvaluationRun
) -> None:
    page = html_of(signed_in(places.cast, "abel"), evaluated.get_absolute_url())
    assert "approved: at least 0.6, by its lower bound, at least 1,000 cases" in page
    assert "the plan does not ask for it" in page
    assert "does not hold" in page and "SEX=1" in page
    assert all(f"/evidence/{one['evidence']}" in page for one in evaluated.results)


def test_groups_left_out_are_named_with_their_size(
    places: Places, evaluated: EvaluationRun
) -> None:
    page = html_of(signed_in(places.cast, "owen"), evaluated.get_absolute_url())
    assert "RAC1P=9" in page and "fewer than 200" in page


def test_a_run_without_a_plan_is_marked_exploratory(places: Places) -> None:
    run = places.evaluate()
    owen = signed_in(places.cast, "owen")
    assert "it satisfies nothing" in html_of(owen, run.get_absolute_url())
    assert "exploratory" in html_of(owen, tab(places))


def test_the_tab_counts_what_did_not_hold(places: Places, evaluated: EvaluationRun) -> None:
    page = html_of(signed_in(places.cast, "owen"), tab(places))
    assert "1 of 3" in page
    assert evaluated.get_absolute_url() in page


def test_a_plan_is_written_and_asked_about_on_pages(places: Places) -> None:
    owen = signed_in(places.cast, "owen")
    path = reverse("evaluation-plan-write", args=[places.cast.system.pk])
    form = {
        "release": places.release.pk, "title": "Before release", "dataset": places.dataset.pk,
        "criteria": "roc_auc all >= 0.80 lower 1000\nselection_rate_ratio SEX >= 0.8 point 200",
        "rationale": "The service asks for it.",
    }  # fmt: skip
    wrong = owen.post(path, {**form, "criteria": "roc_auc all above"})
    assert "Line 1: write 6 words" in wrong.content.decode()
    unknown = owen.post(path, {**form, "criteria": "roc_auc all about 0.8 lower 1000"})
    assert "Compare with one of" in unknown.content.decode()
    owen.post(path, form)
    plan = EvaluationPlan.objects.get()
    assert [one["theme"] for one in plan.criteria] == ["performance", "fairness"]
    owen.post(reverse("evaluation-plan-act", args=[plan.pk, "ask"]))
    page = html_of(signed_in(places.cast, "dana"), plan.get_absolute_url())
    assert "Evaluation plan: Before release" in page and "Nobody was asked yet" not in page


def test_an_approved_plan_is_run_and_withdrawn_on_its_page(places: Places) -> None:
    plan = places.approve(places.write_plan())
    owen = signed_in(places.cast, "owen")
    owen.post(reverse("evaluation-plan-act", args=[plan.pk, "run"]))
    assert EvaluationRun.objects.get().plan == plan
    abel = signed_in(places.cast, "abel")
    refused = abel.post(reverse("evaluation-plan-act", args=[plan.pk, "withdraw"]))
    assert refused.status_code == 403
    owen.post(reverse("evaluation-plan-act", args=[plan.pk, "withdraw"]))
    assert "It asks for nothing any more" in html_of(owen, plan.get_absolute_url())


def test_another_organisation_sees_no_evaluation(places: Places, evaluated: EvaluationRun) -> None:
    nina = signed_in(places.cast, "nina")
    assert evaluated.plan is not None
    for path in (evaluated.get_absolute_url(), evaluated.plan.get_absolute_url(), tab(places)):
        assert nina.get(path).status_code == 404
