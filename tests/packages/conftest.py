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
    from tests.packages.packing import Packed


@pytest.fixture(scope="module")
def packed(
    django_db_setup: None,
    template_database: str,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Packed]:
    """Packages of a system and of its organisation, made once for all tests of a module."""
    from tests.packages.packing import pack_story

    name, keys = databases.take(template_database), tmp_path_factory.mktemp("keys")
    with ExitStack() as stack:
        stack.callback(databases.give_back, name)
        stack.enter_context(django_db_blocker.unblock())
        stack.enter_context(databases.pointed_at(name))
        stack.enter_context(override_settings(KEYS_DIR=keys))

        def connect(role: str) -> psycopg.Connection:
            return stack.enter_context(psycopg.connect(session.url(role)))

        yield pack_story(connect, keys, tmp_path_factory.mktemp("out"))
