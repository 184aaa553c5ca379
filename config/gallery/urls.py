from __future__ import annotations

from django.urls import path

from config.gallery.views import gallery, gallery_job

urlpatterns = [
    path("", gallery, name="gallery"),
    path("job/", gallery_job, name="gallery-job"),
    path("<path:page>/", gallery, name="gallery-page"),
]
