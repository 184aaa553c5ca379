"""Whoever owns the database: rewrites any row, disables triggers, recomputes hashes; holds no signing key."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from config.servers import Layout
from demo.story.stage import JSON, Unexpected

WIDTH, HASH = 256, 32
GUARDED = (
    "evidence_evidence", "audit_leaf", "audit_tile", "audit_checkpoint", "audit_anchor",
)  # fmt: skip
FAILED = """
    SELECT e.number, e.statement, e.envelope, e.payload_sha256, l.index, l.body, l.leaf_hash
    FROM evidence_evidence e JOIN audit_leaf l USING (entry_id)
    WHERE e.type = 'measurement' AND e.statement #>> '{predicate,series,check}' = %s
      AND e.statement #>> '{predicate,plan,id}' IS NOT NULL
      AND (e.statement #>> '{predicate,value,value}')::numeric < %s
    ORDER BY l.index LIMIT 1"""
READ_TILE = "SELECT hashes FROM audit_tile WHERE level = %s AND index = %s"
Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Rows:
    """A measurement in the table of evidence, and its entry in the log."""

    number: int
    statement: JSON
    envelope: bytes
    payload_sha256: str
    index: int
    body: bytes
    leaf: bytes

    @property
    def value(self) -> str:
        return str(self.statement["predicate"]["value"]["value"])

    @property
    def short_id(self) -> str:
        return f"EV-{self.statement['predicate']['id'].replace('-', '')[-8:]}"

    def passing(self, value: str) -> Rows:
        """The same with another value: every digest fits again, and the old signature stands below it."""
        statement = deepcopy(self.statement)
        statement["predicate"]["value"].update(value=value, lower=value, upper=value)
        payload = canonical(statement)
        sha256 = hashlib.sha256(payload).hexdigest()
        envelope = json.loads(self.envelope) | {"payload": base64.b64encode(payload).decode()}
        body = self.body.replace(self.payload_sha256.encode(), sha256.encode())
        return replace(
            self,
            statement=statement,
            envelope=canonical(envelope),
            payload_sha256=sha256,
            body=body,
            leaf=hashlib.sha256(b"\0" + body).digest(),
        )


@dataclass(frozen=True)
class Owner:
    home: Path

    @contextmanager
    def connection(self, *, unguarded: bool = False) -> Iterator[Connection]:
        """One transaction as the tables' owner; `unguarded` disables the triggers that refuse changes meanwhile."""
        with psycopg.connect(Layout(self.home).database_url("owner")) as connection:
            for table in GUARDED if unguarded else ():
                connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            yield connection
            for table in GUARDED if unguarded else ():
                connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    def failed_measurement(self, check: str, threshold: str) -> Rows:
        """The first planned measurement below its threshold. Raises Unexpected where none is."""
        with self.connection() as connection:
            row = connection.execute(FAILED, (check, threshold)).fetchone()
        if row is None:
            raise Unexpected(f"No measurement of {check} lies below {threshold}.")
        number, statement, envelope, sha256, index, body, leaf = row
        return Rows(number, statement, bytes(envelope), sha256, index, bytes(body), bytes(leaf))

    def write_evidence(self, rows: Rows) -> None:
        """Change the row of evidence alone."""
        with self.connection(unguarded=True) as connection:
            put_evidence(connection, rows)

    def write_all(self, rows: Rows) -> None:
        """Change the row of evidence, the log's entry, and every hash of the tree above it."""
        with self.connection(unguarded=True) as connection:
            put_all(connection, rows)


def put_all(connection: Connection, rows: Rows) -> None:
    put_evidence(connection, rows)
    connection.execute(
        "UPDATE audit_leaf SET body = %s, leaf_hash = %s WHERE index = %s",
        (rows.body, rows.leaf, rows.index),
    )
    put_hashes(connection, rows.index, rows.leaf)


def put_evidence(connection: Connection, rows: Rows) -> None:
    connection.execute(
        "UPDATE evidence_evidence SET statement = %s, envelope = %s, payload_sha256 = %s"
        " WHERE number = %s",
        (Jsonb(rows.statement), rows.envelope, rows.payload_sha256, rows.number),
    )


def put_hashes(connection: Connection, place: int, value: bytes) -> None:
    """A leaf's hash in its tile, and in the tiles above as far as they are full (c2sp.org/tlog-tiles)."""
    level = 0
    while True:
        tile, slot = divmod(place, WIDTH)
        row = connection.execute(READ_TILE, (level, tile)).fetchone()
        if row is None:
            raise Unexpected(f"The tile {level}/{tile} is missing.")
        old = bytes(row[0])
        hashes = old[: slot * HASH] + value + old[(slot + 1) * HASH :]
        connection.execute(
            "UPDATE audit_tile SET hashes = %s WHERE level = %s AND index = %s",
            (hashes, level, tile),
        )
        if len(hashes) < WIDTH * HASH:
            return
        level, place, value = level + 1, tile, root(hashes)


def root(hashes: bytes) -> bytes:
    """The hash above a full tile (RFC 6962)."""
    row = [hashes[n : n + HASH] for n in range(0, len(hashes), HASH)]
    while len(row) > 1:
        row = [
            hashlib.sha256(b"\1" + left + right).digest()
            for left, right in zip(row[::2], row[1::2], strict=True)
        ]
    return row[0]


def canonical(value: object) -> bytes:
    """Canonical JSON of what signed records hold."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode()
