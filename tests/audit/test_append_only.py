"""What no role may do: raw SQL as the application, the sequencer and the owner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from governance.audit.logkey import SignerHome
from governance.audit.models import OutboxEntry, Tile
from governance.audit.sequencer import Sequencer
from tests.audit.running import write
from tests.environment.by_hand import by_hand

Connect = Callable[[str], psycopg.Connection[Any]]
REFUSED = psycopg.errors.InsufficientPrivilege
NEVER_CHANGED = (
    "audit_leaf",
    "audit_checkpoint",
    "audit_anchor",
    "audit_legal_hold",
    "audit_erasure",
    "evidence_evidence",
)
KEPT = (*NEVER_CHANGED, "audit_tile", "audit_outbox", "audit_entry_text", "evidence_signingkey")
COLUMN = {
    "audit_leaf": "action = action",
    "audit_checkpoint": "note = note",
    "audit_anchor": "error = error",
    "audit_legal_hold": "path = path",
    "audit_erasure": "at = at",
    "evidence_evidence": "kind = kind",
    "audit_tile": "hashes = hashes",
    "audit_outbox": "body = body",
    "audit_entry_text": "value = value",
    "evidence_signingkey": "public = public",
}


@pytest.fixture
def filled(home: SignerHome, connect_as: Connect) -> Sequencer:
    made = Sequencer(connect_as("sequencer"), home)
    write(3)
    made.append_all()
    made.sign()
    write(1)
    return made


def refused(connection: psycopg.Connection[Any], statement: str, *arguments: Any) -> bool:
    try:
        with pytest.raises(REFUSED):
            connection.execute(statement, arguments)
    finally:
        connection.rollback()
    return True


def test_the_application_changes_removes_and_truncates_nothing(
    filled: Sequencer, connect_as: Connect
) -> None:
    app = connect_as("app")
    for table in KEPT:
        assert refused(app, f"UPDATE {table} SET {COLUMN[table]}")
        assert refused(app, f"TRUNCATE {table} CASCADE")
        assert table == "audit_entry_text" or refused(app, f"DELETE FROM {table}")


def test_the_application_adds_nothing_to_the_log_itself(
    filled: Sequencer, connect_as: Connect
) -> None:
    app = connect_as("app")
    for table in ("audit_leaf", "audit_tile", "audit_checkpoint"):
        assert refused(app, f"INSERT INTO {table} SELECT * FROM {table}")


def test_triggers_refuse_the_owner_too(filled: Sequencer, connect_as: Connect) -> None:
    owner = connect_as("owner")
    for table in NEVER_CHANGED:
        assert refused(owner, f"UPDATE {table} SET {COLUMN[table]}")
        assert refused(owner, f"DELETE FROM {table}")
        assert refused(owner, f"TRUNCATE {table} CASCADE")


def test_tiles_only_grow_and_the_outbox_empties_into_the_log_only(
    filled: Sequencer, connect_as: Connect
) -> None:
    for role in ("owner", "sequencer"):
        connection = connect_as(role)
        for statement in (
            "DELETE FROM audit_tile",
            "TRUNCATE audit_tile",
            "UPDATE audit_tile SET hashes = set_byte(hashes, 0, 255 - get_byte(hashes, 0))",
            "UPDATE audit_tile SET hashes = substr(hashes, 1, 32)",
            "UPDATE audit_tile SET level = 7",
            "DELETE FROM audit_outbox",
            "UPDATE audit_outbox SET body = ''",
            "TRUNCATE audit_outbox",
            "UPDATE audit_entry_text SET value = ''",
            "TRUNCATE audit_entry_text",
            "DELETE FROM evidence_signingkey",
        ):
            assert refused(connection, statement)


def test_the_sequencer_still_does_its_work(filled: Sequencer) -> None:
    write(600)
    assert filled.append_all() == 601
    assert not OutboxEntry.objects.exists() and Tile.objects.filter(level=1).count() == 1
    assert filled.sign()


def test_words_leave_only_with_a_row_that_says_so(filled: Sequencer, connect_as: Connect) -> None:
    from django.db import transaction

    from governance.audit.actions import COMMAND, record
    from governance.audit.models import EntryText, Erasure

    with transaction.atomic():
        entry = record(
            "test.said", by=COMMAND, object_type="thing", object_id=1, unit_path="/",
            texts={"reason": "private words"},
        )  # fmt: skip
    statement = "DELETE FROM audit_entry_text WHERE entry_id = %s"
    for role in ("app", "owner"):
        assert refused(connect_as(role), statement, entry)
    with by_hand():
        Erasure.objects.create(entry_id=entry, told_by=entry)
    EntryText.objects.filter(entry_id=entry).delete()
    assert not EntryText.objects.filter(entry_id=entry).exists()
