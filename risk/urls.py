from __future__ import annotations

from django.urls import path

from risk import views

urlpatterns = [
    path("risks", views.risks, name="risks"),
    path("risks/new", views.write, name="risk-write"),
    path("risks/<uuid:pk>", views.risk, name="risk"),
    path("risks/<uuid:pk>/edit", views.edit, name="risk-edit"),
    path("risks/<uuid:pk>/treat", views.treat, name="risk-treat"),
    path("risks/<uuid:pk>/accept", views.accept, name="risk-accept"),
    path("risks/<uuid:pk>/watch", views.watch, name="risk-watch"),
    path("risks/<uuid:pk>/review", views.review, name="risk-review"),
    path("risks/<uuid:pk>/withdraw", views.withdraw, name="risk-withdraw"),
    path("risks/<uuid:pk>/indicators/<uuid:indicator>/remove", views.unwatch, name="risk-unwatch"),
]
