from __future__ import annotations

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "governance.evidence"
    label = "evidence"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from governance.evidence import anchoring, catalogue, logbook  # noqa: F401
