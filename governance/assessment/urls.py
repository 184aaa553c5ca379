from __future__ import annotations

from django.urls import path

from governance.assessment.views import (
    approvals,
    documents,
    findings,
    judgements,
    requirements,
    unit_requirements,
)

urlpatterns = [
    path("requirements", requirements.requirements, name="requirements"),
    path("requirements/<str:name>", requirements.requirement, name="requirement"),
    path("systems/<uuid:pk>/requirements/<str:name>", requirements.why, name="why"),
    path("systems/<uuid:pk>/requirements/<str:name>/<slug:act>", requirements.speak, name="speak"),
    path("units/<uuid:pk>/requirements/<str:name>", unit_requirements.unit_why, name="unit-why"),
    path(
        "units/<uuid:pk>/requirements/<str:name>/<slug:act>",
        unit_requirements.unit_speak,
        name="unit-speak",
    ),
    path("systems/<uuid:pk>/assign", requirements.assign, name="assign"),
    path("approvals", approvals.approvals, name="approvals"),
    path("approvals/<uuid:pk>", approvals.approval, name="approval"),
    path("findings", findings.findings, name="findings"),
    path("findings/<uuid:pk>", findings.finding, name="finding"),
    path("findings/<uuid:pk>/actions", findings.action_plan, name="action-plan"),
    path("findings/<uuid:pk>/close", findings.finding_close, name="finding-close"),
    path("actions/<uuid:pk>/complete", findings.action_complete, name="action-complete"),
    path("systems/<uuid:pk>/findings/raise", findings.finding_raise, name="finding-raise"),
    path("releases/<uuid:pk>/exception", judgements.exception_ask, name="exception-ask"),
    path("releases/<uuid:pk>/opinion", judgements.opinion_give, name="opinion-give"),
    path("documents", documents.documents, name="documents"),
    path("documents/attach", documents.document_attach, name="document-attach"),
    path("documents/<uuid:pk>", documents.document, name="document"),
    path("documents/<uuid:pk>/file", documents.document_file, name="document-file"),
]
