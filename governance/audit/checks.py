"""Start-up checks of what an operator may set for the log."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from governance.audit.places import PlaceError, read_places

LEAST_RETENTION_DAYS = 190


@register("security")
def check_log_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    messages: list[CheckMessage] = []
    if settings.LOG_RETENTION_DAYS < LEAST_RETENTION_DAYS:
        messages.append(
            Error(
                f"MUNIMENT_LOG_RETENTION_DAYS is {settings.LOG_RETENTION_DAYS}, below "
                f"{LEAST_RETENTION_DAYS}: logs are kept for six months by law (EU AI Act, 19 and 26).",
                hint=f"Set {LEAST_RETENTION_DAYS} or more.",
                id="audit.E001",
            )
        )
    try:
        read_places(settings.ANCHORS)
    except PlaceError as error:
        messages.append(Error(f"MUNIMENT_ANCHORS: {error}", id="audit.E002"))
    return messages
