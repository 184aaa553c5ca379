from __future__ import annotations

from django.urls import include, path

from monitoring.api import evaluations, plans

urlpatterns = [
    path("", include("monitoring.api.watching_urls")),
    path(
        "systems/<uuid:pk>/evaluation-plans",
        plans.EvaluationPlans.as_view(),
        name="api-evaluation-plans",
    ),
    path(
        "evaluation-plans/<uuid:pk>",
        plans.EvaluationPlanDetail.as_view(),
        name="api-evaluation-plan",
    ),
    path(
        "evaluation-plans/<uuid:pk>/approval-requests",
        plans.PlanApprovalRequests.as_view(),
        name="api-evaluation-plan-approval-requests",
    ),
    path(
        "evaluation-plans/<uuid:pk>/withdrawal",
        plans.PlanWithdrawal.as_view(),
        name="api-evaluation-plan-withdrawal",
    ),
    path(
        "releases/<uuid:pk>/evaluations",
        evaluations.ReleaseEvaluations.as_view(),
        name="api-release-evaluations",
    ),
    path(
        "evaluations/<uuid:pk>",
        evaluations.EvaluationDetail.as_view(),
        name="api-evaluation",
    ),
]
