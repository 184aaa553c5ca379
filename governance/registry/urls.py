from __future__ import annotations

from django.urls import path

from governance.registry import views

urlpatterns = [
    path("systems", views.systems, name="systems"),
    path("systems/register", views.register, name="system-register"),
    path("systems/import", views.import_page, name="system-import"),
    path("systems/<uuid:pk>", views.system, name="system"),
    path("systems/<uuid:pk>/edit", views.edit, name="system-edit"),
    path("systems/<uuid:pk>/tier", views.tier, name="system-tier"),
    path("systems/<uuid:pk>/people", views.people, name="system-people"),
    path("systems/<uuid:pk>/<slug:tab>", views.system_tab, name="system-tab"),
]
