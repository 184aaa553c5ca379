from __future__ import annotations

from django.urls import path

from governance.assessment.views import approvals, requirements

urlpatterns = [
    path("requirements", requirements.requirements, name="requirements"),
    path("requirements/<str:name>", requirements.requirement, name="requirement"),
    path("systems/<uuid:pk>/requirements/<str:name>", requirements.why, name="why"),
    path("systems/<uuid:pk>/requirements/<str:name>/<slug:act>", requirements.speak, name="speak"),
    path("systems/<uuid:pk>/assign", requirements.assign, name="assign"),
    path("approvals", approvals.approvals, name="approvals"),
    path("approvals/<uuid:pk>", approvals.approval, name="approval"),
]
