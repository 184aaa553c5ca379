"""Every test runs against real servers: PostgreSQL as the role `app`, Valkey as the broker.

Tests that touch the database ask for `db`: one transaction, rolled back. Tests that need commits
ask for `committed_db`: a database of their own, cloned from the migrated template.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from tests.environment import session

if TYPE_CHECKING:
    from tests.cast import Cast

session.prepare()

from django.conf import settings  # noqa: E402 (reads the environment that was just prepared)
from django.db import connections  # noqa: E402

from tests.environment import databases  # noqa: E402
from tests.environment.worker import Worker  # noqa: E402

# Real hashing takes 0.3 s a sign-in by design; these passwords protect nothing.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


# On a machine that is busy elsewhere an example takes its time; that says nothing of the code.
hypothesis_settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("patient")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    if session.config.getoption("numprocesses", None):
        # The processes of pytest-xdist must each prepare an environment before Django reads it.
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for mark in item.iter_markers("django_db"):
            if mark.kwargs.get("transaction"):
                raise pytest.UsageError(f"{item.nodeid}: ask for the fixture committed_db instead.")


def pytest_unconfigure() -> None:
    session.forget()


@pytest.fixture(scope="session")
def servers() -> Iterator[None]:
    """The embedded servers, started once and shared by every run on this checkout."""
    with session.running_servers():
        yield


@pytest.fixture(scope="session")
def template_database(servers: None) -> str:
    """The name of a migrated database; made once for a given set of migrations."""
    return databases.ensure_template()


@pytest.fixture(scope="session")
def django_db_setup(template_database: str) -> Iterator[None]:
    """Replaces pytest-django's: the run's own database is a clone of the template."""
    name = session.database_name()
    databases.clone(template_database, name)
    yield
    connections.close_all()
    databases.drop(name)
    databases.drop_kept()


@pytest.fixture
def committed_db(
    django_db_setup: None, template_database: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """An empty migrated database in which commits are real; its name. Child processes see it too."""
    name = databases.take(template_database)
    with ExitStack() as stack:
        stack.callback(databases.give_back, name)
        stack.enter_context(django_db_blocker.unblock())
        stack.enter_context(databases.pointed_at(name))
        yield name


@pytest.fixture
def transactional_db(committed_db: str) -> str:
    """What pytest-django's live_server asks for."""
    return committed_db


@pytest.fixture
def connect_as(committed_db: str) -> Iterator[Callable[[str], psycopg.Connection]]:
    """A function giving a psycopg connection to the test's database as owner, app or sequencer."""
    with ExitStack() as stack:
        yield lambda role: stack.enter_context(psycopg.connect(session.url(role)))


@pytest.fixture
def start_worker(committed_db: str, tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """A function that starts a real Celery worker on the given queues and waits until it works."""
    with ExitStack() as stack:

        def start(*queues: str, concurrency: int = 1) -> Worker:
            worker = Worker(queues or ("default", "evaluation", "reports"), concurrency, tmp_path)
            stack.callback(worker.end)
            worker.wait_until_ready()
            return worker

        yield start


@pytest.fixture
def celery_worker_process(start_worker: Callable[..., Worker]) -> Worker:
    """A real worker on every queue, for the time of the test."""
    return start_worker()


@pytest.fixture
def cast(
    committed_db: str,
    connect_as: Callable[[str], psycopg.Connection],
    tmp_path: Path,
) -> Cast:
    """People of every role, a registered system, and a sequencer at hand."""
    from tests.cast import make_cast, register_places, same_cast

    keys = tmp_path / "keys"
    if (again := same_cast(committed_db, connect_as, keys)) is not None:
        return again
    made = make_cast(connect_as, keys)
    made.system = register_places(made)
    made.remember(committed_db)
    return made
