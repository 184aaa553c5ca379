from __future__ import annotations

from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "governance.work"
    label = "work"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from governance.identity.telling import TELLERS
        from governance.work import joblist, mail  # noqa: F401
        from governance.work.actions import notify

        if notify not in TELLERS:
            TELLERS.append(notify)
