from __future__ import annotations

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "governance.identity"
    label = "identity"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from governance.identity import checks, directory  # noqa: F401
