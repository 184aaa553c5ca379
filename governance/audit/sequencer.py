"""The one writer of the log: takes entries off the outbox, appends them to the tree, signs checkpoints.

It connects as the database role `sequencer`, the only one that may insert leaves. An advisory lock lets one
sequencer work at a time. Entries leave the outbox when they are in the log, so that a slow commit is never
skipped (tailing by id would).
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from governance.audit import canonical, merkle, note
from governance.audit.logkey import SignerHome
from governance.audit.logkeys import ROTATED, Reign, key_for, reigns

log = logging.getLogger(__name__)

LOCK = 0x6D756E69
BATCH = 500
GROWING = timedelta(seconds=10)
IDLE = timedelta(minutes=10)
# A log that was refused is looked at again after so long.
LOOK_SECONDS = 10.0
# Seconds between looks at what was signed; each reads one chunk of leaves again.
SWEEP_SECONDS = 2.0
SWEEP_TILES = 16

TAKE = "SELECT id, entry_id, body FROM audit_outbox ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED"
COLUMNS = (
    "index, entry_id, body, leaf_hash, at, action, person_id, account_id, object_type, object_id,"
    " unit_path"
)
INSERT_LEAF = f"""INSERT INTO audit_leaf ({COLUMNS})
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""  # noqa: S608 (no value in it)
READ_LEAVES = f"SELECT {COLUMNS} FROM audit_leaf WHERE index >= %s AND index < %s ORDER BY index"  # noqa: S608
WRITE_TILE = """INSERT INTO audit_tile (level, index, hashes) VALUES (%s, %s, %s)
    ON CONFLICT (level, index) DO UPDATE SET hashes = excluded.hashes"""


class LogRefused(Exception):
    """The log in the database does not extend what was signed: a restored backup or a rewritten tail."""


class Sequencer:
    def __init__(self, connection: psycopg.Connection[Any], home: SignerHome) -> None:
        self.connection = connection
        self.home = home
        # What this session appended: nobody else may have written leaves meanwhile.
        self.expected: int | None = None
        self.ahead: dict[int, bytes] = {}
        self.cursor = 0
        self.swept_at = time.monotonic()

    @property
    def signer(self) -> note.Signer:
        return self.home.signer

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
            if self.expected not in {None, size}:
                raise LogRefused(
                    f"The database holds {size} entries where {self.expected} were written. "
                    "Somebody else wrote to the log, or cut its tail off."
                )
            hashes = [merkle.leaf_hash(bytes(body)) for _, _, body in rows]
            leaves = [
                leaf_row(size + n, entry_id, bytes(body), hashes[n])
                for n, (_, entry_id, body) in enumerate(rows)
            ]
            with self.connection.cursor() as cursor:
                cursor.executemany(INSERT_LEAF, leaves)
                for tile, data in self.grown_tiles(size, hashes):
                    cursor.execute(WRITE_TILE, (tile.level, tile.index, data))
                cursor.execute(
                    "DELETE FROM audit_outbox WHERE id = ANY(%s)", ([row[0] for row in rows],)
                )
        self.expected = size + len(rows)
        self.ahead.update(enumerate(hashes, size))
        return len(rows)

    def grown_tiles(self, size: int, hashes: Sequence[bytes]) -> list[tuple[merkle.Tile, bytes]]:
        try:
            return list(merkle.grow_tiles(self.read_tile, size, hashes))
        except merkle.ProofError as error:
            raise LogRefused(f"The tiles do not fit the log's size. {error.sentence}") from None

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
            size = self.size()
            if size < frontier.size:
                raise LogRefused(
                    f"The database holds {size} entries, but {frontier.size} were signed. "
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
        try:
            return merkle.range_root(self.read_tile, 0, size) if size else merkle.root_of([])
        except merkle.ProofError as error:
            raise LogRefused(f"The tiles do not fit the log's size. {error.sentence}") from None

    def leaves(self, start: int, end: int) -> Iterator[tuple[Any, ...]]:
        """Rows [start, end), each held against its bytes. Raises LogRefused for one missing or changed."""
        step = merkle.TILE_WIDTH * SWEEP_TILES
        for first in range(start, end, step):
            last = min(first + step, end)
            rows = self.connection.execute(READ_LEAVES, (first, last)).fetchall()
            for index, row in enumerate(rows, first):
                if row[0] != index:
                    raise LogRefused(f"The entry {index} is missing from the database.")
                check_row(row)
                yield row
            if len(rows) != last - first:
                raise LogRefused(f"The entry {first + len(rows)} is missing from the database.")

    def sweep(self, tiles: int = SWEEP_TILES) -> bool:
        """Read the next signed leaves again, bytes, tiles and all; whether the end was reached.

        The root that `check_extends` works out stands on the highest tiles alone: what lies below them is
        held against them here, a chunk at a time.
        """
        size = self.check_extends().size
        start = self.cursor if self.cursor < size else 0
        end = min(start + tiles * merkle.TILE_WIDTH, size)
        with self.connection.transaction():
            rows = self.leaves(start, end)
            for index in range(start // merkle.TILE_WIDTH, -(-end // merkle.TILE_WIDTH)):
                self.check_tile(index, rows, end)
        self.cursor = end if end < size else 0
        return self.cursor == 0

    def check_tile(self, index: int, rows: Iterator[tuple[Any, ...]], end: int) -> None:
        tile = self.read_tile(0, index)
        count = min(merkle.TILE_WIDTH, end - index * merkle.TILE_WIDTH)
        found = b"".join(bytes(next(rows)[3]) for _ in range(count))
        if tile[: len(found)] != found:
            raise LogRefused(f"The tile 0/{index} does not fit the entries below it.")
        level = 0
        while len(tile) == merkle.TILE_WIDTH * merkle.HASH_BYTES:
            hashes = [tile[n : n + 32] for n in range(0, len(tile), 32)]
            above, place = divmod(index, merkle.TILE_WIDTH)
            higher = self.read_tile(level + 1, above)
            if higher[place * 32 : place * 32 + 32] != merkle.perfect_root(hashes):
                raise LogRefused(f"The tile {level}/{index} does not fit the one above it.")
            # The one above is looked at once, when its last child is.
            if place != merkle.TILE_WIDTH - 1:
                return
            level, index, tile = level + 1, above, higher

    def sweep_all(self) -> None:
        """Read every signed leaf again."""
        self.cursor = 0
        while not self.sweep():
            pass

    def look_if_due(self) -> None:
        """Raises LogRefused when what was signed is no longer what the database holds."""
        if time.monotonic() - self.swept_at >= SWEEP_SECONDS:
            self.sweep()
            self.swept_at = time.monotonic()

    def keys(self, size: int) -> list[Reign]:
        """The log's keys, as its first `size` entries say."""
        if not self.home.public_path.exists():
            return [Reign(self.home.signer.vkey, 0)]
        first = self.home.public_path.read_text(encoding="ascii").strip()
        rows = self.connection.execute(
            "SELECT index, body FROM audit_leaf WHERE action = %s AND index < %s ORDER BY index",
            (ROTATED, size),
        ).fetchall()
        entries = [(index, canonical.loads(bytes(body))) for index, body in rows]
        return reigns(self.home.origin, first, entries)

    def signers_for(self, size: int) -> list[note.Signer]:
        """Who signs a checkpoint of this size: the key that reigns, and at its first one the key before too."""
        keys = self.keys(size)
        present = key_for(keys, size)
        wanted = [present.vkey]
        if present.since and not self.has_checkpoint(present.since):
            wanted = [keys[-2].vkey, present.vkey]
        held = {signer.vkey: signer for signer in self.home.signers()}
        if present.vkey not in held:
            raise note.NoteError(
                "key_missing",
                f"The key {present.vkey} signs the log now, and is not at hand. Set MUNIMENT_LOG_KEY "
                "to where it lives.",
            )
        return [held[vkey] for vkey in wanted if vkey in held]

    def has_checkpoint(self, size: int) -> bool:
        """Whether a checkpoint of at least this size was signed."""
        row = self.connection.execute(
            "SELECT EXISTS (SELECT 1 FROM audit_checkpoint WHERE size >= %s)", (size,)
        ).fetchone()
        return bool(row and row[0])

    def sign(self) -> note.Checkpoint | None:
        """Sign the log as it stands and keep what was signed outside the database."""
        frontier = self.check_extends()
        with self.connection.transaction():
            size = self.size()
            for row in self.leaves(frontier.size, size):
                leaf = bytes(row[3])
                if self.ahead.get(row[0], leaf) != leaf:
                    raise LogRefused(f"The entry {row[0]} is not the one that was appended.")
                frontier.append(leaf)
            checkpoint = note.Checkpoint(self.home.origin, frontier.size, frontier.root())
            if frontier.size and self.root(frontier.size) != checkpoint.root:
                raise LogRefused("The tiles in the database do not fit its leaves.")
            signed = note.sign_checkpoint(checkpoint, self.signers_for(frontier.size))
            self.home.remember(frontier)
            self.connection.execute(
                "INSERT INTO audit_checkpoint (size, root, note, signed_at) VALUES (%s, %s, %s, now())",
                (checkpoint.size, checkpoint.root, signed),
            )
        self.ahead = {index: leaf for index, leaf in self.ahead.items() if index >= checkpoint.size}
        self.settle_keys()
        return checkpoint

    def settle_keys(self) -> None:
        """After the first checkpoint of a new key: it takes the old one's place."""
        size = self.size()
        present = key_for(self.keys(size), size)
        if present.since and self.has_checkpoint(present.since) and self.home.adopt(present.vkey):
            log.warning("The log's key is now %s; the old private key was destroyed.", present.vkey)
        self.connection.commit()

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
    return (index, entry_id, body, leaf_hash, *columns_of(entry))


def columns_of(entry: dict[str, Any]) -> tuple[Any, ...]:
    """What the columns that help to search hold of an entry."""
    return (
        entry["at"],
        entry["action"],
        entry["actor"]["person"],
        entry["actor"]["account"],
        entry["object"]["type"],
        entry["object"]["id"],
        entry["unit"],
    )


def check_row(row: tuple[Any, ...]) -> None:
    """Raises LogRefused unless the row's bytes hash to its leaf and its columns say what the bytes say."""
    index, entry_id, body, leaf_hash, at, action, person, account, type_, object_id, unit = row
    if merkle.leaf_hash(bytes(body)) != bytes(leaf_hash):
        raise LogRefused(f"The entry {index} was changed: its bytes do not hash to its leaf.")
    entry = json.loads(bytes(body))
    said = (entry["id"], datetime.fromisoformat(entry["at"]), *columns_of(entry)[1:])
    if said != (str(entry_id), at, action, str(person), str(account), type_, object_id, unit):
        raise LogRefused(f"The entry {index} was changed: its columns differ from its bytes.")
