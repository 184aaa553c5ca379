from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections

from governance.audit.closing import LogClosed
from governance.work.alarm import watch_log
from governance.work.scheduler import run_due_schedules, sweep

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Tick: make due schedules into jobs and ring for jobs whose bell was lost."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=1.0, help="seconds between ticks")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.wait(options["every"]):
            close_old_connections()
            try:
                watch_log()
                run_due_schedules()
                sweep()
            except DatabaseError as error:
                log.warning("The database did not answer the ticker: %s", error)
            except LogClosed as closed:
                log.warning("The ticker waits: %s", closed)
