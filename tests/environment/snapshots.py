"""What a test begins with, made once a process and then put back: rows are copied in, verbs are not done again."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from tests.environment.databases import FILLED, SHIPPED
from tests.environment.session import url

SEQUENCES = """SELECT schemaname || '.' || sequencename, last_value FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL"""


@dataclass(frozen=True)
class Snapshot:
    """Rows by table in PostgreSQL's binary COPY, where each sequence stands, and the objects tests hold of them."""

    rows: dict[str, bytes]
    sequences: dict[str, int]
    held: bytes

    def objects(self) -> Any:
        """New ones each time: a test may change its own."""
        return pickle.loads(self.held)


def take_snapshot(database: str, held: object) -> Snapshot:
    with psycopg.connect(url("owner", database)) as connection:
        names = [row[0] for row in connection.execute(FILLED, (list(SHIPPED),))]
        rows = {name: copied_out(connection, name) for name in names}
        sequences: dict[str, int] = dict(connection.execute(SEQUENCES).fetchall())
    return Snapshot(
        {name: data for name, data in rows.items() if data}, sequences, pickle.dumps(held)
    )


def copied_out(connection: psycopg.Connection[Any], table: str) -> bytes:
    statement = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(table))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        return b"".join(bytes(block) for block in copy)


def put_back(database: str, snapshot: Snapshot) -> None:
    """Fill an emptied database; deferred constraints let the order be any, and the guard is told of the entries."""
    with psycopg.connect(url("owner", database)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT set_config('muniment.entries', 'written', true)")
        for table, data in snapshot.rows.items():
            statement = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(table))
            with cursor.copy(statement) as copy:
                copy.write(data)
        for name, value in snapshot.sequences.items():
            cursor.execute("SELECT setval(%s::regclass, %s)", (name, value))
