"""Nine attacks of who owns the database, triggers off, while the sequencer works."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from governance.audit import note
from governance.audit.anchors import compare
from governance.audit.closing import LogClosed, refusal_in
from governance.audit.logkey import SignerHome
from governance.audit.models import Checkpoint
from governance.audit.proofs import log_key
from tests.audit.running import (
    copy_tables,
    keeping,
    recompute,
    refused,
    renumber,
    restore_tables,
    superuser,
    wait_for,
    wait_until_signed,
    write,
)

Attack = Callable[[psycopg.Connection[Any]], None]
FORGED = "convert_to(replace(convert_from(body, 'UTF8'), 'test.happened', 'test.harmless'), 'UTF8')"
pytestmark = pytest.mark.usefixtures("in_haste")


def edit(db: psycopg.Connection[Any]) -> None:
    db.execute(f"UPDATE audit_leaf SET body = {FORGED} WHERE index = 3")


def edit_column(db: psycopg.Connection[Any]) -> None:
    db.execute("UPDATE audit_leaf SET person_id = gen_random_uuid() WHERE index = 3")


def edit_and_recompute(db: psycopg.Connection[Any]) -> None:
    db.execute(f"UPDATE audit_leaf SET body = {FORGED}, action = 'test.harmless' WHERE index = 3")
    recompute(db)


def delete(db: psycopg.Connection[Any]) -> None:
    db.execute("DELETE FROM audit_leaf WHERE index = 3")


def delete_and_recompute(db: psycopg.Connection[Any]) -> None:
    delete(db)
    renumber(db)
    recompute(db)


def insert(db: psycopg.Connection[Any]) -> None:
    """An entry put before the last, all else moved up."""
    db.execute("UPDATE audit_leaf SET index = index + 1000 WHERE index >= 4")
    columns = (
        "body, leaf_hash, at, action, person_id, account_id, object_type, object_id, unit_path"
    )
    db.execute(
        f"INSERT INTO audit_leaf (index, entry_id, {columns})"
        f" SELECT 4, gen_random_uuid(), {columns} FROM audit_leaf WHERE index = 3"
    )
    renumber(db)
    recompute(db)


def append(db: psycopg.Connection[Any]) -> None:
    """An entry that no sequencer wrote, at the end."""
    columns = (
        "body, leaf_hash, at, action, person_id, account_id, object_type, object_id, unit_path"
    )
    db.execute(
        f"INSERT INTO audit_leaf (index, entry_id, {columns})"
        f" SELECT (SELECT max(index) + 1 FROM audit_leaf), gen_random_uuid(), {columns}"
        " FROM audit_leaf WHERE index = 3"
    )
    recompute(db)


def swap(db: psycopg.Connection[Any]) -> None:
    db.execute("UPDATE audit_leaf SET index = -1 WHERE index = 2")
    db.execute("UPDATE audit_leaf SET index = 2 WHERE index = 3")
    db.execute("UPDATE audit_leaf SET index = 3 WHERE index = -1")


def swap_and_recompute(db: psycopg.Connection[Any]) -> None:
    swap(db)
    recompute(db)


def wipe(db: psycopg.Connection[Any]) -> None:
    for table in ("audit_leaf", "audit_tile", "audit_checkpoint", "audit_outbox"):
        db.execute(f"TRUNCATE {table}")


def truncate_to_an_older_head(db: psycopg.Connection[Any]) -> None:
    """Back to the first checkpoint: signed, genuine, and old."""
    db.execute("DELETE FROM audit_checkpoint WHERE id > (SELECT min(id) FROM audit_checkpoint)")
    db.execute("DELETE FROM audit_leaf WHERE index >= (SELECT max(size) FROM audit_checkpoint)")
    recompute(db)


def rewrite_the_tail(db: psycopg.Connection[Any]) -> None:
    """The last signed entries anew, with more behind them, for the honest sequencer to sign."""
    db.execute(f"UPDATE audit_leaf SET body = {FORGED}, action = 'test.harmless' WHERE index >= 8")
    recompute(db)


ATTACKS: dict[str, tuple[Attack, str]] = {
    "edit a row": (edit, "bytes do not hash"),
    "edit a column": (edit_column, "columns differ"),
    "edit and recompute": (edit_and_recompute, "not those that were signed"),
    "delete a row": (delete, "The entry 3 is missing"),
    "delete and recompute": (delete_and_recompute, "were signed|were written"),
    "insert": (insert, "not those that were signed|were written"),
    "swap": (swap, "does not fit the entries|columns differ|is missing"),
    "swap and recompute": (swap_and_recompute, "not those that were signed"),
    "wipe and restart": (wipe, "were signed|were written|tiles do not fit"),
    "truncate to an older head": (truncate_to_an_older_head, "were signed|were written"),
    "rewrite the tail": (rewrite_the_tail, "not those that were signed"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_the_signer_finds_it(home: SignerHome, name: str) -> None:
    attack, sentence = ATTACKS[name]
    with keeping(home):
        write(5)
        wait_until_signed(5)
        write(7)
        wait_until_signed(12)
        before = Checkpoint.objects.count()
        with superuser() as db:
            attack(db)
        write_if_open()
        found = refused(home)
        assert re.search(sentence, found.sentence)
        with pytest.raises(LogClosed, match="Nothing can be changed"):
            write(1)
        assert Checkpoint.objects.count() <= before


def test_an_entry_that_no_sequencer_wrote_raises_the_alarm(home: SignerHome) -> None:
    """It extends what was signed, so that the log opens again; whoever owns the database could use the outbox."""
    with keeping(home):
        write(5)
        wait_until_signed(5)
        with superuser() as db:
            append(db)
        write_if_open()
        assert "Somebody else wrote" in refused(home).sentence


def write_if_open() -> None:
    try:
        write(1)
    except LogClosed:
        return


def test_an_old_backup_is_refused_and_the_newest_opens_the_log_again(home: SignerHome) -> None:
    with keeping(home):
        write(5)
        wait_until_signed(5)
        with superuser() as db:
            copy_tables(db)
        write(3)
        wait_until_signed(8)
        with superuser() as db:
            for table in ("audit_leaf", "audit_tile", "audit_checkpoint", "audit_outbox"):
                db.execute(f"CREATE TABLE newest_{table} AS SELECT * FROM {table}")
            restore_tables(db)
        assert re.search("restored from an old backup|were written", refused(home).sentence)
        with superuser() as db:
            for table in ("audit_leaf", "audit_tile", "audit_checkpoint", "audit_outbox"):
                db.execute(f"DELETE FROM {table}")
                db.execute(f"INSERT INTO {table} SELECT * FROM newest_{table}")
        wait_for(lambda: refusal_in(home.folder) is None)
        write(1)
        wait_until_signed(9)


def test_an_old_backup_that_grew_past_what_was_signed_is_refused(home: SignerHome) -> None:
    with keeping(home):
        write(5)
        wait_until_signed(5)
        with superuser() as db:
            copy_tables(db)
        write(2)
        wait_until_signed(7)
    with superuser() as db:
        restore_tables(db)
    # Entries of the old world, put there by hand: more than were signed.
    other = SignerHome(home.folder.parent / "other")
    with keeping(other):
        write(9)
        wait_until_signed(14)
    with keeping(home):
        assert "not those that were signed" in refused(home).sentence


def test_only_an_anchor_finds_that_the_signers_memory_was_rolled_back_too(home: SignerHome) -> None:
    """A snapshot of the whole machine: database and keys folder. The signer cannot know; a kept checkpoint does."""
    with keeping(home):
        write(5)
        wait_until_signed(5)
    with superuser() as db:
        copy_tables(db)
    shutil.copytree(home.folder, home.folder.parent / "snapshot")
    with keeping(home):
        write(4)
        wait_until_signed(9)
    kept = Checkpoint.objects.order_by("-id").first()
    key = log_key(home.folder)
    assert kept is not None and key is not None
    assert compare(kept.note, key) == ""
    with superuser() as db:
        restore_tables(db)
    shutil.rmtree(home.folder)
    shutil.copytree(home.folder.parent / "snapshot", home.folder)
    with keeping(home):
        write(1, "test.rewritten")
        wait_until_signed(6)
        assert refusal_in(home.folder) is None
        assert "holds 6 entries" in compare(kept.note, key)
        write(8, "test.rewritten")
        wait_until_signed(14)
        assert refusal_in(home.folder) is None
    assert "not those of the checkpoint" in compare(kept.note, key)
    assert note.verify_checkpoint(kept.note, [key.verifier], key.origin).size == 9
