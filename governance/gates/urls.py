from __future__ import annotations

from django.urls import path

from governance.gates import inventory_page, views

urlpatterns = [
    path("inventory", inventory_page.inventory, name="inventory"),
    path("releases/<uuid:pk>", views.release, name="release"),
    path("releases/<uuid:pk>/gate", views.gate_ask, name="gate-ask"),
    path("releases/<uuid:pk>/approval", views.approval_ask, name="approval-ask"),
    path("gate-decisions", views.gate_decisions, name="gate-decisions"),
    path("gate-decisions/<uuid:pk>", views.gate_decision, name="gate-decision"),
]
