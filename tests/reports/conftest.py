from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from tests.environment import databases, session

if TYPE_CHECKING:
    from tests.reports.printing import Printed


@pytest.fixture(scope="module")
def printed(
    django_db_setup: None,
    template_database: str,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Printed]:
    """One report on a system with a story, made once for all tests of a module."""
    from tests.reports.printing import print_story

    name = databases.fresh_name()
    databases.clone(template_database, name)
    keys = tmp_path_factory.mktemp("keys")
    with ExitStack() as stack:
        stack.callback(databases.drop, name)
        stack.enter_context(django_db_blocker.unblock())
        stack.enter_context(databases.pointed_at(name))
        stack.enter_context(override_settings(KEYS_DIR=keys))

        def connect(role: str) -> psycopg.Connection:
            return stack.enter_context(psycopg.connect(session.url(role)))

        yield print_story(connect, keys)
