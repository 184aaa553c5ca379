from __future__ import annotations

import logging
import signal
import threading
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from governance.audit.logkey import SignerHome
from governance.audit.sequencer import LogRefused, Sequencer

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Append committed entries to the log and sign checkpoints. One at a time works; others wait."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=0.1, help="seconds between looks")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            try:
                self.work(stop, options["every"])
            except psycopg.Error as error:
                log.warning("The database did not answer the sequencer: %s", error)
                stop.wait(1)
            except LogRefused as refusal:
                log.critical("LOG REFUSED, nothing is signed: %s", refusal)
                stop.wait(10)

    def work(self, stop: threading.Event, every: float) -> None:
        parameters = connection.get_connection_params()
        with psycopg.connect(**plain(parameters)) as raw:
            sequencer = Sequencer(raw, SignerHome(settings.KEYS_DIR))
            while not stop.is_set() and not sequencer.try_lock():
                stop.wait(1)
            sequencer.check_extends()
            while not stop.is_set():
                moved = sequencer.append_batch()
                sequencer.sign_if_due()
                if not moved:
                    stop.wait(every)
            sequencer.append_all()


def plain(parameters: dict[str, Any]) -> dict[str, Any]:
    """Connection parameters without Django's own cursor and type settings."""
    unwanted = {"cursor_factory", "context", "prepare_threshold"}
    return {name: value for name, value in parameters.items() if name not in unwanted}
