"""Sequencer processes: two at once, and one that is killed again and again. Nothing is lost, nothing doubled."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection, transaction

from governance.audit import merkle
from governance.audit.actions import COMMAND, record
from governance.audit.closing import refusal_in
from governance.audit.logkey import SignerHome
from governance.audit.models import Checkpoint, Leaf, OutboxEntry
from governance.audit.proofs import check_checkpoint, log_key
from governance.audit.queries import root_at
from tests.audit.running import SequencerProcess, signed_size, wait_for, write

ROUNDS = 20


class Writer(threading.Thread):
    """Commits entries without a pause and keeps what was acknowledged: the ledger."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.stop = threading.Event()
        self.ledger: list[str] = []

    def run(self) -> None:
        while not self.stop.wait(0.005):
            with transaction.atomic():
                found = record(
                    "test.happened", by=COMMAND, object_type="thing", object_id=1, unit_path="/"
                )
            self.ledger.append(str(found))
        connection.close()


def check_whole(ledger: list[str], home: SignerHome) -> None:
    """Every acknowledged entry once, no gap, every checkpoint the root of its leaves."""
    wait_for(lambda: not OutboxEntry.objects.exists(), 60)
    rows = list(Leaf.objects.order_by("index"))
    assert [row.index for row in rows] == list(range(len(rows)))
    assert Counter(str(row.entry_id) for row in rows) == Counter(ledger)
    hashes = [merkle.leaf_hash(bytes(row.body)) for row in rows]
    key = log_key(home.folder)
    for checkpoint in Checkpoint.objects.all():
        assert check_checkpoint(checkpoint, key).holds
        assert merkle.root_of(hashes[: checkpoint.size]) == bytes(checkpoint.root)
    assert root_at(len(rows)) == merkle.root_of(hashes)
    assert refusal_in(home.folder) is None


def test_of_two_sequencers_started_at_once_one_works(home: SignerHome, tmp_path: Path) -> None:
    pair = [SequencerProcess(tmp_path, tmp_path / f"{n}.log") for n in range(2)]
    writer = Writer()
    try:
        writer.start()
        wait_for(lambda: Leaf.objects.count() > 100, 60)
        assert all(one.process.poll() is None for one in pair)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database"
                " WHERE locktype = 'advisory' AND granted AND datname = current_database()"
            )
            assert cursor.fetchone() == (1,)
        # The one that works dies; the other takes over.
        pair[0].kill()
        before = Leaf.objects.count()
        wait_for(lambda: Leaf.objects.count() > before + 50, 60)
    finally:
        writer.stop.set()
        writer.join(20)
        for one in pair[1:]:
            if not OutboxEntry.objects.exists() or wait_for(
                lambda: not OutboxEntry.objects.exists(), 60
            ):
                one.end()
    check_whole(writer.ledger, home)


@pytest.mark.long
def test_a_sequencer_killed_at_random_points_loses_and_doubles_nothing(
    home: SignerHome, tmp_path: Path
) -> None:
    chance = random.Random(20)
    writer = Writer()
    writer.start()
    try:
        for number in range(ROUNDS):
            process = SequencerProcess(tmp_path, tmp_path / "sequencer.log")
            begun = Leaf.objects.count()
            wait_for(lambda begun=begun: Leaf.objects.count() > begun, 60)
            # Some rounds live long enough to sign.
            time.sleep(chance.uniform(0, 11 if number % 5 == 0 else 1.0))
            process.kill()
    finally:
        writer.stop.set()
        writer.join(20)
    process = SequencerProcess(tmp_path, tmp_path / "sequencer.log")
    try:
        write(1)
        total = Leaf.objects.count() + OutboxEntry.objects.count()
        wait_for(lambda: signed_size() >= total, 60)
    finally:
        process.end()
    last = Leaf.objects.latest("index")
    check_whole([*writer.ledger, str(last.entry_id)], home)
    assert len(writer.ledger) > 200 and Checkpoint.objects.count() >= 2
