"""A log with a sequencer that works: its loop in a thread, or its process; and an attacker who owns the database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import transaction

from config.servers.process import die_with_parent
from governance.audit import merkle
from governance.audit.actions import COMMAND, record
from governance.audit.closing import Refusal, refusal_in
from governance.audit.logkey import SignerHome
from governance.audit.management.commands.run_sequencer import keep
from governance.audit.models import Checkpoint
from governance.audit.queries import log_size
from tests.environment import session

TABLES = ("audit_leaf", "audit_tile", "audit_checkpoint", "audit_outbox")


def write(number: int, action: str = "test.happened") -> None:
    for n in range(number):
        with transaction.atomic():
            record(action, by=COMMAND, object_type="thing", object_id=n, unit_path="/")


def wait_for(what: Callable[[], Any], seconds: float = 20.0) -> Any:
    """What `what` gives once it is true; fails after the patience."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("It did not happen in time.")


@contextmanager
def keeping(home: SignerHome, every: float = 0.02) -> Iterator[None]:
    """The sequencer's loop in a thread, on a connection of its own."""
    stop = threading.Event()
    parameters = {"conninfo": session.url("sequencer")}
    thread = threading.Thread(target=keep, args=(stop, home, every, parameters))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()


def signed_size() -> int:
    newest = Checkpoint.objects.order_by("-id").first()
    return newest.size if newest else 0


def wait_until_signed(size: int | None = None) -> None:
    wait_for(lambda: signed_size() >= (size if size is not None else log_size()) and log_size() > 0)


def refused(home: SignerHome) -> Refusal:
    found = wait_for(lambda: refusal_in(home.folder))
    assert isinstance(found, Refusal)
    return found


@contextmanager
def superuser() -> Iterator[psycopg.Connection[Any]]:
    """The database's superuser with every trigger off."""
    if session.EXTERNAL:
        pytest.skip("The superuser of an external server is not ours.")
    name = session.url("owner").rpartition("/")[2]
    with psycopg.connect(session.layout().superuser_url(name)) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


def recompute(connection: psycopg.Connection[Any]) -> None:
    """What a clever attacker does: every leaf hash and tile anew from the bodies."""
    rows = connection.execute("SELECT index, body FROM audit_leaf ORDER BY index").fetchall()
    hashes = [merkle.leaf_hash(bytes(body)) for _, body in rows]
    for number, leaf in enumerate(hashes):
        connection.execute("UPDATE audit_leaf SET leaf_hash = %s WHERE index = %s", (leaf, number))
    connection.execute("DELETE FROM audit_tile")
    for tile, data in merkle.grow_tiles(lambda level, index: b"", 0, hashes):
        connection.execute(
            "INSERT INTO audit_tile (level, index, hashes) VALUES (%s, %s, %s)",
            (tile.level, tile.index, data),
        )


def renumber(connection: psycopg.Connection[Any]) -> None:
    """Indices without a gap, in the present order."""
    rows = connection.execute("SELECT index FROM audit_leaf ORDER BY index").fetchall()
    for number, (index,) in enumerate(rows):
        connection.execute("UPDATE audit_leaf SET index = %s WHERE index = %s", (number, index))


def copy_tables(connection: psycopg.Connection[Any]) -> None:
    """A backup of the log's tables, in the same database."""
    for table in TABLES:
        connection.execute(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")


def restore_tables(connection: psycopg.Connection[Any]) -> None:
    for table in TABLES:
        connection.execute(f"DELETE FROM {table}")
        connection.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")


class SequencerProcess:
    """`manage.py run_sequencer` as a process, its log in a file."""

    def __init__(self, home: Path, log: Path) -> None:
        self.log = log
        environment = {**os.environ, "MUNIMENT_HOME": str(home), "MUNIMENT_DB_ROLE": "sequencer"}
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "run_sequencer", "--every", "0.01"],
                cwd=session.PROJECT,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=die_with_parent(os.getpid(), signal.SIGKILL),  # noqa: PLW1509
            )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)
