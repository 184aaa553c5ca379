from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config.settings.readers import env_text

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def log_level() -> str:
    """MUNIMENT_LOG_LEVEL; raises ImproperlyConfigured for an unknown word."""
    level = env_text("MUNIMENT_LOG_LEVEL", "INFO").upper()
    if level not in LEVELS:
        raise ImproperlyConfigured(f"MUNIMENT_LOG_LEVEL must be one of {', '.join(LEVELS)}.")
    return level


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.log_lines.LineFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": log_level()},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        # One line for each task would drown the rest: the Job rows tell what ran.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        # Its lines hold whole addresses, with what is secret in them.
        "httpx": {"level": "WARNING"},
    },
}
