from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig

# Tasks are shared: they bind to this Celery application wherever they are sent from.
from config.celery import app as celery_app

__all__ = ["PlatformConfig", "celery_app"]


class PlatformConfig(AppConfig):
    name = "config"
    label = "config"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Registers itself when imported; needs the apps to be loaded.
        import_module("config.openapi")
