from __future__ import annotations

from django.urls import path

from governance.work import views

urlpatterns = [
    path("comments/<slug:kind>/<path:object_id>", views.comment, name="comment"),
    path("jobs", views.jobs, name="jobs"),
    path("jobs/<uuid:pk>/redrive", views.job_redrive, name="job-redrive"),
]
