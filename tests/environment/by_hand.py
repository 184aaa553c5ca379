"""Rows changed by the test itself, which no verb would change so: the database asks for no entry meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def by_hand() -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('muniment.entries', 'written', true)")
        yield
