from __future__ import annotations

from django.urls import path

from governance.registry.api import views

urlpatterns = [
    path("systems", views.Systems.as_view(), name="api-systems"),
    path("systems/<uuid:pk>", views.SystemDetail.as_view(), name="api-system"),
    path("systems/<uuid:pk>/model-versions", views.ModelVersions.as_view(), name="api-models"),
    path("systems/<uuid:pk>/datasets", views.Datasets.as_view(), name="api-datasets"),
    path("systems/<uuid:pk>/releases", views.Releases.as_view(), name="api-releases"),
    path("systems/<uuid:pk>/deployments", views.Deployments.as_view(), name="api-deployments"),
    path("releases/<uuid:pk>", views.ReleaseDetail.as_view(), name="api-release"),
    path("uploads", views.Uploads.as_view(), name="api-uploads"),
    path("uploads/<uuid:pk>", views.UploadDetail.as_view(), name="api-upload"),
]
