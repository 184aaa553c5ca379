from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from governance.audit import merkle, note
from governance.audit.actions import COMMAND, record
from governance.audit.ids import new_id
from governance.audit.logkey import SignerHome
from governance.audit.models import EntryText, Erasure, Leaf, OutboxEntry
from governance.audit.queries import log_size, read_tile, root_at
from governance.audit.sequencer import LogRefused, Sequencer
from tests.environment.by_hand import by_hand

Connect = Callable[[str], psycopg.Connection[Any]]


@pytest.fixture
def sequencer(committed_db: str, connect_as: Connect, tmp_path: Path) -> Sequencer:
    return Sequencer(connect_as("sequencer"), SignerHome(tmp_path))


def write(number: int) -> None:
    for n in range(number):
        with transaction.atomic():
            record("test.happened", by=COMMAND, object_type="thing", object_id=n, unit_path="/")


def test_entries_get_contiguous_indices_and_leave_the_outbox(sequencer: Sequencer) -> None:
    write(7)
    assert sequencer.append_all() == 7
    assert list(Leaf.objects.values_list("index", flat=True)) == list(range(7))
    assert not OutboxEntry.objects.exists()


def test_no_entry_outside_the_transaction_of_its_change(committed_db: str) -> None:
    with pytest.raises(RuntimeError, match="transaction of its change"):
        record("test.happened", by=COMMAND, object_type="thing", object_id=1, unit_path="/")


def test_a_change_that_fails_leaves_no_entry(sequencer: Sequencer) -> None:
    with transaction.atomic():
        record("test.happened", by=COMMAND, object_type="thing", object_id=1, unit_path="/")
        transaction.set_rollback(True)
    assert sequencer.append_all() == 0


def test_the_root_is_that_of_the_bodies_over_several_tiles(sequencer: Sequencer) -> None:
    write(300)
    sequencer.append_batch(100)
    sequencer.append_all()
    leaves = [merkle.leaf_hash(bytes(leaf.body)) for leaf in Leaf.objects.all()]
    assert root_at(300) == merkle.root_of(leaves)


def test_an_entry_proves_itself_against_a_signed_checkpoint(sequencer: Sequencer) -> None:
    write(5)
    sequencer.append_all()
    checkpoint = sequencer.sign()
    assert checkpoint is not None
    proof = merkle.inclusion_proof(read_tile, 3, 5)
    leaf = merkle.leaf_hash(bytes(Leaf.objects.get(index=3).body))
    merkle.verify_inclusion(leaf, 3, 5, proof, checkpoint.root)


def test_a_checkpoint_is_a_signed_note_of_the_log(sequencer: Sequencer) -> None:
    write(2)
    sequencer.append_all()
    sequencer.sign()
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM audit_checkpoint")
        text = cursor.fetchone()[0]
    key = note.decode_vkey(sequencer.signer.vkey)
    assert note.verify_checkpoint(text, [key], sequencer.home.origin).size == 2


def test_only_one_sequencer_holds_the_lock(
    sequencer: Sequencer, connect_as: Connect, tmp_path: Path
) -> None:
    second = Sequencer(connect_as("sequencer"), SignerHome(tmp_path))
    assert sequencer.try_lock()
    assert not second.try_lock()


def test_the_signer_refuses_a_log_whose_tail_was_cut(
    sequencer: Sequencer, connect_as: Connect
) -> None:
    write(4)
    sequencer.append_all()
    sequencer.sign()
    owner = connect_as("owner")
    owner.execute("ALTER TABLE audit_leaf DISABLE TRIGGER ALL")
    owner.execute("DELETE FROM audit_leaf WHERE index >= 2")
    owner.commit()
    with pytest.raises(LogRefused, match="restored from an old backup"):
        sequencer.sign()


def test_the_signer_refuses_rewritten_tiles(sequencer: Sequencer, connect_as: Connect) -> None:
    write(4)
    sequencer.append_all()
    sequencer.sign()
    owner = connect_as("owner")
    owner.execute("ALTER TABLE audit_tile DISABLE TRIGGER ALL")
    owner.execute("UPDATE audit_tile SET hashes = set_byte(hashes, 0, 1 + get_byte(hashes, 0) % 2)")
    owner.commit()
    with pytest.raises(LogRefused, match="rewritten"):
        sequencer.sign()


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_leaf SET action = 'x'", "DELETE FROM audit_leaf"]
)
def test_the_application_cannot_change_the_log(sequencer: Sequencer, statement: str) -> None:
    write(1)
    sequencer.append_all()
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_words_of_people_stand_outside_the_leaf_as_a_salted_hash(sequencer: Sequencer) -> None:
    with transaction.atomic():
        record(
            "test.said",
            by=COMMAND,
            object_type="thing",
            object_id=1,
            unit_path="/",
            texts={"reason": "private words"},
        )
    sequencer.append_all()
    assert b"private words" not in bytes(Leaf.objects.get().body)
    with by_hand():
        Erasure.objects.create(entry_id=Leaf.objects.get().entry_id, told_by=new_id())
    EntryText.objects.all().delete()
    assert merkle.root_of([merkle.leaf_hash(bytes(Leaf.objects.get().body))]) == root_at(log_size())
