"""The one writer of the log: takes entries off the outbox, appends them to the tree, signs checkpoints.

It connects as the database role `sequencer`, the only one that may insert leaves. An advisory lock lets one
sequencer work at a time. Entries leave the outbox when they are in the log, so that a slow commit is never
skipped (tailing by id would).
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from governance.audit import canonical, merkle, note
from governance.audit.logkey import SignerHome

log = logging.getLogger(__name__)

LOCK = 0x6D756E69
BATCH = 500
GROWING = timedelta(seconds=10)
IDLE = timedelta(minutes=10)

TAKE = "SELECT id, entry_id, body FROM audit_outbox ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED"
INSERT_LEAF = """INSERT INTO audit_leaf (index, entry_id, body, leaf_hash, at, action, person_id, account_id,
    object_type, object_id, unit_path) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
WRITE_TILE = """INSERT INTO audit_tile (level, index, hashes) VALUES (%s, %s, %s)
    ON CONFLICT (level, index) DO UPDATE SET hashes = excluded.hashes"""


class LogRefused(Exception):
    """The log in the database does not extend what was signed: a restored backup or a rewritten tail."""


class Sequencer:
    def __init__(self, connection: psycopg.Connection[Any], home: SignerHome) -> None:
        self.connection = connection
        self.home = home
        self.signer = home.signer

    def try_lock(self) -> bool:
        """Whether this session holds the sequencer's lock now."""
        row = self.connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchone()
        self.connection.commit()
        return bool(row and row[0])

    def size(self) -> int:
        row = self.connection.execute(
            "SELECT coalesce(max(index) + 1, 0) FROM audit_leaf"
        ).fetchone()
        return int(row[0]) if row else 0

    def read_tile(self, level: int, index: int) -> bytes:
        row = self.connection.execute(
            "SELECT hashes FROM audit_tile WHERE level = %s AND index = %s", (level, index)
        ).fetchone()
        if row is None:
            raise LogRefused(f"The tile {level}/{index} is missing from the database.")
        return bytes(row[0])

    def append_batch(self, limit: int = BATCH) -> int:
        """Move up to `limit` entries from the outbox into the log; returns how many."""
        with self.connection.transaction():
            rows = self.connection.execute(TAKE, (limit,)).fetchall()
            if not rows:
                return 0
            size = self.size()
            hashes = [merkle.leaf_hash(bytes(body)) for _, _, body in rows]
            leaves = [
                leaf_row(size + n, entry_id, bytes(body), hashes[n])
                for n, (_, entry_id, body) in enumerate(rows)
            ]
            with self.connection.cursor() as cursor:
                cursor.executemany(INSERT_LEAF, leaves)
                for tile, data in merkle.grow_tiles(self.read_tile, size, hashes):
                    cursor.execute(WRITE_TILE, (tile.level, tile.index, data))
                cursor.execute(
                    "DELETE FROM audit_outbox WHERE id = ANY(%s)", ([row[0] for row in rows],)
                )
        return len(rows)

    def append_all(self) -> int:
        total = 0
        while moved := self.append_batch():
            total += moved
        return total

    def check_extends(self) -> merkle.Frontier:
        """The frontier of what was last signed; raises LogRefused unless the database extends it."""
        frontier = self.home.last_signed()
        if frontier is None:
            return merkle.Frontier()
        with self.connection.transaction():
            if self.size() < frontier.size:
                raise LogRefused(
                    f"The database holds {self.size()} entries, but {frontier.size} were signed. "
                    "It was restored from an old backup or its tail was cut off."
                )
            if frontier.size and self.root(frontier.size) != frontier.root():
                raise LogRefused(
                    f"The first {frontier.size} entries are not those that were signed. "
                    "The log in the database was rewritten."
                )
        return frontier

    def root(self, size: int) -> bytes:
        """Root over the first `size` leaves, from the tiles."""
        return merkle.range_root(self.read_tile, 0, size) if size else merkle.root_of([])

    def sign(self) -> note.Checkpoint | None:
        """Sign the log as it stands and keep what was signed outside the database."""
        frontier = self.check_extends()
        with self.connection.transaction():
            rows = self.connection.execute(
                "SELECT leaf_hash FROM audit_leaf WHERE index >= %s ORDER BY index",
                (frontier.size,),
            ).fetchall()
            for (leaf,) in rows:
                frontier.append(bytes(leaf))
            checkpoint = note.Checkpoint(self.home.origin, frontier.size, frontier.root())
            if frontier.size and self.root(frontier.size) != checkpoint.root:
                raise LogRefused("The tiles in the database do not fit its leaves.")
            signed = note.sign_checkpoint(checkpoint, [self.signer])
            self.home.remember(frontier)
            self.connection.execute(
                "INSERT INTO audit_checkpoint (size, root, note, signed_at) VALUES (%s, %s, %s, now())",
                (checkpoint.size, checkpoint.root, signed),
            )
        return checkpoint

    def sign_if_due(self) -> note.Checkpoint | None:
        """Sign at most every 10 s while the log grows, and every 10 minutes when it does not."""
        with self.connection.transaction():
            row = self.connection.execute(
                "SELECT size, signed_at FROM audit_checkpoint ORDER BY id DESC LIMIT 1"
            ).fetchone()
            size = self.size()
        if row is None:
            return self.sign() if size else None
        wait = GROWING if size > row[0] else IDLE
        return self.sign() if datetime.now(UTC) - row[1] >= wait else None


def leaf_row(index: int, entry_id: object, body: bytes, leaf_hash: bytes) -> tuple[Any, ...]:
    entry = canonical.loads(body)
    return (
        index,
        entry_id,
        body,
        leaf_hash,
        entry["at"],
        entry["action"],
        entry["actor"]["person"],
        entry["actor"]["account"],
        entry["object"]["type"],
        entry["object"]["id"],
        entry["unit"],
    )
