"""Giving the database roles their rights: the app and the sequencer own nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast
from urllib.parse import unquote

from django.db import ProgrammingError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from psycopg import sql
from psycopg.abc import Query

from config.grants import TABLE_GRANTS, GrantedRole, Privilege
from config.servers import Layout
from config.settings.database import role_url
from config.start import data_folder

ROLES: tuple[GrantedRole, ...] = ("app", "sequencer")
EVERYDAY: tuple[Privilege, ...] = ("SELECT", "INSERT", "UPDATE", "DELETE")


class UnknownTable(ValueError):
    """TABLE_GRANTS names a table that the database does not have."""


def role_user(role: GrantedRole) -> str:
    """The user name that a role connects with."""
    return role_url(role, Layout(data_folder())).username or ""


def privileges(table: str, role: GrantedRole) -> tuple[Privilege, ...]:
    """What a role may do to a table."""
    if table in TABLE_GRANTS:
        return TABLE_GRANTS[table].get(role, ())
    return EVERYDAY if role == "app" else ()


def apply_grants(connection: BaseDatabaseWrapper, *, demand_all: bool = True) -> None:
    """Grant exactly what config.grants says, on every table and sequence of the schema public.

    Run as the owner. Safe to repeat.

    Raises:
        UnknownTable: a table of TABLE_GRANTS does not exist (only when `demand_all`).
    """
    tables = set(connection.introspection.table_names())
    missing = sorted(set(TABLE_GRANTS) - tables)
    if missing and demand_all:
        raise UnknownTable(f"config/grants.py names {missing[0]}, which is no table here.")
    with connection.cursor() as cursor:
        for statement in grant_statements(sorted(tables)):
            cursor.execute(cast(str, statement))


def grant_statements(tables: Iterable[str]) -> Iterator[Query]:
    everyone = sql.SQL(", ").join(sql.Identifier(role_user(role)) for role in ROLES)
    yield sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(everyone)
    yield sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(everyone)
    yield sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(everyone)
    for table in tables:
        for role in ROLES:
            granted = privileges(table, role)
            if granted:
                yield sql.SQL("GRANT {} ON TABLE {} TO {}").format(
                    sql.SQL(", ").join(sql.SQL(privilege) for privilege in granted),
                    sql.Identifier(table),
                    sql.Identifier(role_user(role)),
                )


class RoleProblem(RuntimeError):
    """A role is missing or too powerful; the message says what a database administrator does."""


def ensure_roles(connection: BaseDatabaseWrapper) -> Iterator[str]:
    """Create the roles that are missing and prove that none is more than it should be.

    Yields what was done, one sentence each.

    Raises:
        RoleProblem: the owner may not create a role, or a role owns or may change too much.
    """
    with connection.cursor() as cursor:
        for role in ROLES:
            user = role_user(role)
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [user])
            if cursor.fetchone() is None:
                _create_role(cursor, role, user)
                yield f"Created the role {user}."
            _demand_harmless(cursor, user)


def _create_role(cursor: CursorWrapper, role: GrantedRole, user: str) -> None:
    password = unquote(role_url(role, Layout(data_folder())).password or "")
    statement = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
    try:
        cursor.execute(cast(str, statement.format(sql.Identifier(user), sql.Literal(password))))
    except ProgrammingError as error:
        raise RoleProblem(
            f"The role {user} does not exist and the owner may not create it. Ask the database "
            f"administrator for: CREATE ROLE \"{user}\" LOGIN PASSWORD '...';"
        ) from error


def _demand_harmless(cursor: CursorWrapper, user: str) -> None:
    cursor.execute(
        "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls, "
        "pg_has_role(oid, current_user, 'MEMBER'), "
        "has_schema_privilege(oid, 'public', 'CREATE') FROM pg_roles WHERE rolname = %s",
        [user],
    )
    powerful, is_owner, creates = cursor.fetchone()
    if is_owner:
        raise RoleProblem(f"The role {user} is the owner or a member of it: name another role.")
    if powerful:
        raise RoleProblem(f"The role {user} may create roles or databases or is a superuser.")
    if creates:
        raise RoleProblem(
            f"The role {user} may create tables. As the schema's owner run: "
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC;"
        )
