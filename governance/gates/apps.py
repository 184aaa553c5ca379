from __future__ import annotations

from django.apps import AppConfig


class GatesConfig(AppConfig):
    name = "governance.gates"
    label = "gates"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from governance.gates import actions, inventory, question_cards, tables  # noqa: F401
