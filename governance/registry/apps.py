from __future__ import annotations

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "governance.registry"
    label = "registry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from governance.registry import comments, exports, jobs, tabs  # noqa: F401
