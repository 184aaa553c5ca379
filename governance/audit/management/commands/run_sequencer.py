from __future__ import annotations

import logging
import signal
import threading
import time
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from governance.audit import closing, note
from governance.audit.logkey import SignerHome
from governance.audit.sequencer import LOOK_SECONDS, LogRefused, Sequencer

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Append committed entries to the log and sign checkpoints. One at a time works; others wait."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=0.1, help="seconds between looks")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        home = SignerHome(settings.KEYS_DIR, settings.LOG_KEY)
        keep(stop, home, options["every"], plain(connection.get_connection_params()))


def keep(stop: threading.Event, home: SignerHome, every: float, parameters: dict[str, Any]) -> None:
    """Work until `stop`. A log that is refused is looked at again every 10 s."""
    while not stop.is_set():
        try:
            with psycopg.connect(**parameters) as raw:
                work(stop, Sequencer(raw, home), every)
        except psycopg.Error as error:
            log.warning("The database did not answer the sequencer: %s", error)
            stop.wait(1)
        except LogRefused:
            stop.wait(LOOK_SECONDS)


def work(stop: threading.Event, sequencer: Sequencer, every: float) -> None:
    while not sequencer.try_lock():
        if stop.wait(1):
            return
    try:
        open_log(sequencer)
        sign_after = 0.0
        while not stop.is_set():
            moved = sequencer.append_batch()
            if time.monotonic() >= sign_after and not signed_if_due(sequencer):
                sign_after = time.monotonic() + LOOK_SECONDS
            sequencer.look_if_due()
            if not moved:
                stop.wait(every)
        sequencer.append_all()
    except LogRefused as refusal:
        close_log(sequencer, refusal)
        raise


def signed_if_due(sequencer: Sequencer) -> bool:
    """False where the key is not at hand: entries are appended all the same, and signed when it is."""
    try:
        sequencer.sign_if_due()
    except note.NoteError as error:
        log.critical("THE LOG IS NOT SIGNED: %s", error.sentence)
        return False
    return True


def open_log(sequencer: Sequencer) -> None:
    """Begin; a log that was refused opens again only when all that was signed is as it was."""
    folder = sequencer.home.folder
    sequencer.check_extends()
    if closing.refusal_in(folder) is None:
        return
    sequencer.sweep_all()
    closing.reopen(folder)
    log.warning("The database extends again what was signed: the log is open.")


def close_log(sequencer: Sequencer, refusal: LogRefused) -> None:
    log.critical("LOG REFUSED, nothing is signed and nothing can be changed: %s", refusal)
    signed = sequencer.home.last_signed()
    sequencer.connection.rollback()
    size = sequencer.size()
    sequencer.connection.rollback()
    closing.refuse(sequencer.home.folder, str(refusal), size, signed.size if signed else 0)


def plain(parameters: dict[str, Any]) -> dict[str, Any]:
    """Connection parameters without Django's own cursor and type settings."""
    unwanted = {"cursor_factory", "context", "prepare_threshold"}
    return {name: value for name, value in parameters.items() if name not in unwanted}
