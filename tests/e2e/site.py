"""A site for browser tests: the whole platform on a database of its own, served from a thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from copy import copy
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from django.test.utils import override_settings
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.cast import Cast, make_cast, register_places
from tests.e2e.visitor import Visitor, visit
from tests.environment import databases, session


@dataclass(frozen=True)
class Site:
    """An address and the browser to look at it with."""

    url: str
    browser: Browser

    @contextmanager
    def visitor(self, **context: Any) -> Iterator[Visitor]:
        """Somebody who is not signed in; context as for Browser.new_context."""
        with visit(self.browser, self.url, **context) as visitor:
            yield visitor


@dataclass(frozen=True)
class Staffed(Site):
    """A site of an organisation with its people."""

    cast: Cast = field(repr=False)
    systems: Iterator[int] = field(default_factory=lambda: count(1), repr=False)

    @contextmanager
    def signed_in(self, name: str, **context: Any) -> Iterator[Visitor]:
        """One of the cast, past the sign-in page."""
        with self.visitor(**context) as visitor:
            visitor.enter(self.cast.accounts[name])
            yield visitor

    def with_system(self) -> Cast:
        """The cast around a system that no other test touches."""
        own = copy(self.cast)
        own.system = register_places(own, f"Job-support places {next(self.systems)} (test)")
        return own


@contextmanager
def served(template: str) -> Iterator[str]:
    """The address of the platform on a fresh database that this process and the server use."""
    name = databases.fresh_name()
    databases.clone(template, name)
    with ExitStack() as stack:
        stack.callback(databases.drop, name)
        stack.enter_context(databases.pointed_at(name))
        server = LiveServer("127.0.0.1")
        stack.callback(end_connections, name)
        stack.callback(server.stop)
        yield server.url


def end_connections(database: str) -> None:
    """End what the server's threads left open: they keep a connection for the next request."""
    with psycopg.connect(session.url("app"), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND usename = current_user AND pid <> pg_backend_pid()",
            [database],
        )


@contextmanager
def staffed(keys: Path) -> Iterator[Cast]:
    """The cast of an organisation in the present database, its log signed with the keys that pages read."""
    with ExitStack() as stack, override_settings(KEYS_DIR=keys):

        def connect(role: str) -> psycopg.Connection[Any]:
            return stack.enter_context(psycopg.connect(session.url(role)))

        yield make_cast(connect, keys)
