from __future__ import annotations

from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "governance.assessment"
    label = "assessment"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from governance.assessment import (  # noqa: F401
            comments,
            documents_card,
            findings_tab,
            jobs,
            question_cards,
            tables,
            tabs,
        )
        from governance.assessment.actions import documents, findings  # noqa: F401
