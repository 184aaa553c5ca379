from __future__ import annotations

from django.urls import path

from governance.work.api import views

urlpatterns = [
    path("jobs/<uuid:pk>", views.JobDetail.as_view(), name="api-job"),
]
