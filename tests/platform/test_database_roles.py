from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import psycopg
import pytest
from django.db import connection
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from config.database_roles import privileges
from config.grants import TABLE_GRANTS
from tests.environment import session

Connect = Callable[[str], psycopg.Connection]
ALL_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE")
NEVER = ("TRUNCATE", "REFERENCES", "TRIGGER")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "ALTER TABLE identity_person ADD COLUMN mine int",
        "DROP TABLE identity_person",
        "TRUNCATE identity_person CASCADE",
        "ALTER TABLE audit_outbox DISABLE TRIGGER ALL",
        "SET ROLE muniment_owner",
        "CREATE ROLE mine",
        "ALTER ROLE CURRENT_USER CREATEDB",
        "COPY identity_person TO PROGRAM 'cat'",
    ],
)
@pytest.mark.parametrize("role", ["app", "sequencer"])
def test_no_role_but_the_owner_may_change_the_schema(
    connect_as: Connect, role: str, statement: str
) -> None:
    with pytest.raises(InsufficientPrivilege):
        connect_as(role).execute(statement)


def test_rights_in_the_database_are_exactly_the_declared_ones(db: None) -> None:
    tables = connection.introspection.table_names()
    assert set(TABLE_GRANTS) <= set(tables)
    with connection.cursor() as cursor:
        for table in tables:
            for role in ("app", "sequencer"):
                cursor.execute(
                    "SELECT word FROM unnest(%s::text[]) word WHERE has_table_privilege(%s, %s, word)",
                    [[*ALL_RIGHTS, *NEVER], session.user(role), table],
                )
                held = {row[0] for row in cursor.fetchall()}
                assert held == set(privileges(table, role)), (table, role)


@pytest.mark.parametrize(
    ("table", "column"), [("evidence_signingkey", "public"), ("gates_gatedecision", "verdict")]
)
def test_the_web_changes_no_signing_key_and_no_gate_decision(
    connect_as: Connect, table: str, column: str
) -> None:
    for statement in (f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"):
        with pytest.raises(InsufficientPrivilege):
            connect_as("app").execute(statement)


def test_app_and_sequencer_own_nothing(db: None) -> None:
    users = [session.user("app"), session.user("sequencer")]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = ANY(%s)", [users]
        )
        assert cursor.fetchall() == []


def test_tests_run_as_the_app(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (session.user("app"),)


def test_committed_database_is_gone_from_the_next_test(committed_db: str) -> None:
    with psycopg.connect(session.url("owner")) as owner:
        assert owner.execute("SELECT to_regclass('left_behind')").fetchone() == (None,)
        owner.execute("CREATE TABLE left_behind ()")


def test_committed_database_is_gone_from_the_next_test_as_well(committed_db: str) -> None:
    test_committed_database_is_gone_from_the_next_test(committed_db)


@pytest.fixture
def other_owner(servers: None) -> str:
    """URL of an owner on an external server who may create roles, and of its empty database."""
    if session.EXTERNAL:
        pytest.skip("needs a superuser, which a given DATABASE_URL is not")
    with psycopg.connect(session.layout().superuser_url(), autocommit=True) as server:
        for name in ("trial_owner", "trial_app", "trial_sequencer"):
            if server.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).rowcount:
                server.execute("DROP DATABASE IF EXISTS trial WITH (FORCE)")
                server.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
                server.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))
        server.execute("CREATE ROLE trial_owner LOGIN CREATEROLE PASSWORD 'p'")
        server.execute("CREATE DATABASE trial OWNER trial_owner")
    return trial_url("trial_owner")


def trial_url(user: str) -> str:
    host = session.url("owner").rpartition("@")[2].rpartition("/")[0]
    return f"postgresql://{user}:p@{host}/trial"


def prepare(owner: str, app: str = "trial_app") -> subprocess.CompletedProcess[str]:
    variables = {
        "DATABASE_URL": owner,
        "DATABASE_APP_URL": trial_url(app),
        "DATABASE_SEQUENCER_URL": trial_url("trial_sequencer"),
        "MUNIMENT_DB_ROLE": "owner",
    }
    command = [sys.executable, str(session.PROJECT / "manage.py"), "prepare_database"]
    environment = {**os.environ, **variables}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def test_prepare_database_creates_missing_roles_once(other_owner: str) -> None:
    assert prepare(other_owner).stdout.count("Created the role") == 2
    again = prepare(other_owner)
    assert (again.returncode, again.stdout) == (0, "")
    with psycopg.connect(trial_url("trial_app")) as app, pytest.raises(InsufficientPrivilege):
        app.execute("CREATE TABLE mine ()")


def test_prepare_database_refuses_a_role_that_may_too_much(other_owner: str) -> None:
    with psycopg.connect(session.layout().superuser_url(), autocommit=True) as server:
        server.execute("CREATE ROLE trial_app LOGIN CREATEDB PASSWORD 'p'")
    done = prepare(other_owner)
    assert done.returncode != 0
    assert "may create roles or databases" in done.stderr


def test_prepare_database_says_what_an_administrator_must_do(other_owner: str) -> None:
    with psycopg.connect(session.layout().superuser_url(), autocommit=True) as server:
        server.execute("ALTER ROLE trial_owner NOCREATEROLE")
    done = prepare(other_owner)
    assert done.returncode != 0
    assert 'CREATE ROLE "trial_app" LOGIN' in done.stderr
