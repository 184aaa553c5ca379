from __future__ import annotations

import logging.config
import os
import signal
import warnings
from typing import Any

from celery import Celery
from celery.platforms import SecurityWarning  # type: ignore[attr-defined]
from celery.signals import setup_logging, worker_process_init
from django.conf import settings

from config.servers.process import die_with_parent

# Six lines at each start; `manage.py up` says it in one.
warnings.filterwarnings("ignore", category=SecurityWarning)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("muniment")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_as_the_platform_does(**_: Any) -> None:
    logging.config.dictConfig(settings.LOGGING)


@worker_process_init.connect
def end_with_the_worker(**_: Any) -> None:
    """A killed worker must not leave its pool behind."""
    die_with_parent(os.getppid(), signal.SIGKILL)()
