"""Databases for tests: a migrated template, clones of it, and their end."""

from __future__ import annotations

import fcntl
import hashlib
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections
from psycopg import sql

from config.servers.layout import ROLES
from config.servers.process import started_at_tick
from tests.environment.session import CACHE, PROJECT, RUN, database_name, point_at, url, user

CLONE_ATTEMPTS = 20
_numbers = itertools.count(1)

DROP_TRIES = 25
# Rows that migrations put there.
SHIPPED = ("django_migrations", "django_content_type", "auth_permission")
GUARDED = """SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"""
FILLED = """SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND pg_relation_size(oid) > 0 AND relname <> ALL(%s)"""
END_OWN = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()"""
CONNECTED = """SELECT DISTINCT usename FROM pg_stat_activity
    WHERE datname = current_database() AND usename <> current_user"""
RESTART = """SELECT setval(oid, 1, false) FROM pg_class
    WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT 1 FROM unnest(ARRAY['django_migrations_id_seq', 'auth_permission_id_seq',
        'django_content_type_id_seq']) AS shipped WHERE shipped = relname)"""
SHAPE = """SELECT md5(
    (SELECT string_agg(concat(oid, relname, relacl), ',' ORDER BY oid) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace)
    || (SELECT string_agg(concat(attrelid, attname, atttypid, attnotnull), ',' ORDER BY attrelid, attnum)
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace)
    || (SELECT string_agg(concat(oid, tgname, tgenabled), ',' ORDER BY oid) FROM pg_trigger)
    || (SELECT string_agg(concat(oid, conname), ',' ORDER BY oid) FROM pg_constraint)
    || coalesce((SELECT string_agg(concat(oid, prosrc), ',' ORDER BY oid) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace), ''))"""
_emptied: list[str] = []
_shapes: dict[str, str] = {}


def ensure_template() -> str:
    """Migrate a database once for the present migrations; returns its name."""
    name = f"muniment_template_{migrations_digest()}"
    with (CACHE / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        names = _database_names()
        for old in names:
            if _is_left_over(old, name):
                drop(old)
        if name not in names:
            _migrate(name)
    return name


def migrations_digest() -> str:
    """Twelve hex digits that change with any migration, grant or start-up data."""
    rooms = (
        "config",
        "governance",
        "lineage",
        "inference",
        "monitoring",
        "risk",
        "reports",
        "packages",
    )
    files = [
        path
        for room in rooms
        for pattern in ("**/migrations/*.py", "**/apps.py")
        for path in (PROJECT / room).glob(pattern)
    ]
    files += [PROJECT / "config" / "entry_guard.py"]
    files += [PROJECT / "config" / "grants.py", PROJECT / "config" / "database_roles.py"]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(str(path.relative_to(PROJECT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _migrate(name: str) -> None:
    draft = f"{name}_draft"
    drop(draft)
    _execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(draft)))
    done = subprocess.run(
        [sys.executable, str(PROJECT / "manage.py"), "migrate", "--verbosity", "0"],
        env={**os.environ, "DATABASE_URL": url("owner", draft), "MUNIMENT_DB_ROLE": "owner"},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise RuntimeError(f"The migrations fail:\n{done.stderr or done.stdout}")
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    _execute(rename.format(sql.Identifier(draft), sql.Identifier(name)))


def _is_left_over(name: str, template: str) -> bool:
    if name.startswith("muniment_template_"):
        return name != template and not name.endswith("_keep")
    if not name.startswith("muniment_test_"):
        return False
    pid, tick = name.removeprefix("muniment_test_").split("_")[:2]
    return str(started_at_tick(int(pid))) != tick


def take(template: str) -> str:
    """The name of a database with real commits and nothing in it: the one that was emptied, else a clone."""
    if _emptied:
        return _emptied.pop()
    name = fresh_name()
    clone(template, name)
    with owner_of(name) as connection:
        _shapes[name] = shape(connection)
    return name


def give_back(name: str) -> None:
    """Empty the database for the next test (a clone takes 1 s), or drop it where its tables were changed."""
    with owner_of(name) as connection:
        connection.execute(END_OWN)
        users = {row[0] for row in connection.execute(CONNECTED)}
        end_sessions(name, [role for role in ROLES if user(role) in users])
        empty(connection)
        same = shape(connection) == _shapes[name]
    if same:
        _emptied.append(name)
    else:
        drop(name)


def owner_of(name: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url("owner", name), autocommit=True)


def drop_kept() -> None:
    while _emptied:
        drop(_emptied.pop())


def empty(connection: psycopg.Connection[Any]) -> None:
    """Delete every row that is not the template's; deferred constraints let the order be any."""
    full = [row[0] for row in connection.execute(FILLED, (list(SHIPPED),))]
    triggered = {row[0] for row in connection.execute(GUARDED)}
    filled = [sql.Identifier(name) for name in full]
    guarded = [sql.Identifier(name) for name in full if name in triggered]
    with connection.transaction():
        for table in guarded:
            connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
        for table in filled:
            connection.execute(sql.SQL("DELETE FROM {}").format(table))
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in guarded:
            connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(table))
        connection.execute(RESTART)


def shape(connection: psycopg.Connection[Any]) -> str:
    """Changes when a test changes tables, columns, triggers, constraints, functions or rights."""
    row = connection.execute(SHAPE).fetchone()
    assert row is not None  # it has no WHERE
    return str(row[0])


def clone(template: str, name: str) -> None:
    """A copy of the template; waits while another run copies it."""
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
        sql.Identifier(name), sql.Identifier(template)
    )
    for attempt in range(CLONE_ATTEMPTS):
        try:
            _execute(statement)
        except psycopg.errors.ObjectInUse:
            if attempt == CLONE_ATTEMPTS - 1:
                raise
            time.sleep(0.2)
        else:
            return


def drop(name: str) -> None:
    """Remove a database with whoever is connected; each role ends its own sessions, no other may."""
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    for _ in range(DROP_TRIES):
        end_sessions(name, ROLES)
        try:
            _execute(statement)
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
            # A session just opened, or autovacuum, whom only a superuser may end: it goes by itself.
            time.sleep(0.2)
        else:
            return
    # What stays is dropped as a left-over by the next run (`_is_left_over`); no test depends on it.


def end_sessions(name: str, roles: Iterable[str]) -> None:
    """End what these roles have open, each by its own hand: no other may."""
    for role in roles:
        try:
            with psycopg.connect(url(role, name), autocommit=True) as connection:
                connection.execute(END_OWN)
        except psycopg.OperationalError:
            # The database, or on a new server the role, is not there.
            continue


def fresh_name() -> str:
    return f"muniment_test_{RUN}_{next(_numbers)}"


@contextmanager
def pointed_at(name: str) -> Iterator[None]:
    """Django's connections and child processes use the database; afterwards the run's own."""
    _switch(name)
    try:
        yield
    finally:
        _switch(database_name())


def _switch(name: str) -> None:
    connections.close_all()
    connections.settings["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name
    point_at(name)


def _database_names() -> list[str]:
    with psycopg.connect(url("owner", "postgres"), autocommit=True) as connection:
        return [row[0] for row in connection.execute("SELECT datname FROM pg_database")]


def _execute(statement: sql.Composed) -> None:
    with psycopg.connect(url("owner", "postgres"), autocommit=True) as connection:
        connection.execute(statement)
