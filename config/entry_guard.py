"""No change without its entry, by the database: what an application forgets, a commit refuses.

A trigger on the outbox counts entries in a setting of the transaction (a rolled-back savepoint takes its count
back). A deferred trigger on every other table asks at the commit whether there is one. An update that changes nothing,
or only how far a worker has come, needs none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from config.grants import UNAUDITED, UNAUDITED_COLUMNS

GUARD = "entry_guard"
FUNCTIONS = """
CREATE OR REPLACE FUNCTION muniment_count_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('muniment.entries', 'written', true);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION muniment_demand_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - coalesce(TG_ARGV, '{}') = to_jsonb(NEW) - coalesce(TG_ARGV, '{}') THEN
        RETURN NULL;
    END IF;
    IF coalesce(current_setting('muniment.entries', true), '') <> 'written' THEN
        RAISE EXCEPTION 'The table % was changed without an entry in the audit log.', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation',
            HINT = 'Write the entry in the transaction of the change: governance.audit.actions.record.';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER entry_counted AFTER INSERT ON audit_outbox
    FOR EACH STATEMENT EXECUTE FUNCTION muniment_count_entry();
"""
DEMAND = """CREATE CONSTRAINT TRIGGER {guard} AFTER INSERT OR UPDATE OR DELETE ON {table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION muniment_demand_entry({columns})"""
GUARDED = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s"


def guard_tables(connection: BaseDatabaseWrapper) -> None:
    """Put the guard on every table that UNAUDITED does not name. Run as the owner; safe to repeat."""
    tables = set(connection.introspection.table_names())
    if "audit_outbox" not in tables:
        return
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS)
        cursor.execute(GUARDED, [GUARD])
        guarded = {row[0] for row in cursor.fetchall()}
        for statement in statements(tables - set(UNAUDITED) - guarded):
            cursor.execute(cast(str, statement))


def statements(tables: Iterable[str]) -> Iterator[sql.Composed]:
    for table in sorted(tables):
        columns = sql.SQL(", ").join(map(sql.Literal, UNAUDITED_COLUMNS.get(table, ())))
        yield sql.SQL(DEMAND).format(
            guard=sql.Identifier(GUARD), table=sql.Identifier(table), columns=columns
        )
