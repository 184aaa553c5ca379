"""No change without its entry: the database itself refuses what an application forgot."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from config.entry_guard import GUARD, GUARDED
from config.grants import UNAUDITED
from governance.audit.actions import COMMAND, record
from governance.identity.models import Account, Person
from tests.cast import Cast


def entry() -> None:
    record("test.change", by=COMMAND, object_type="person", object_id="x", unit_path="/")


def rename(cast: Cast, name: str) -> None:
    Person.objects.filter(pk=cast.person("owen").pk).update(name=name)


def name_of(cast: Cast) -> str:
    return Person.objects.get(pk=cast.person("owen").pk).name


def test_every_table_is_guarded_or_says_why_not(committed_db: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(GUARDED, [GUARD])
        guarded = {row[0] for row in cursor.fetchall()}
    tables = set(connection.introspection.table_names())
    assert guarded | set(UNAUDITED) == tables
    assert not guarded & set(UNAUDITED)
    assert all(UNAUDITED.values())


def test_a_change_whose_entry_was_forgotten_is_refused_at_the_commit(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="identity_person was changed without an entry"):
        rename(cast, "Nobody wrote this down")
    assert name_of(cast) == "owen (test)"


def test_a_change_with_its_entry_is_kept(cast: Cast) -> None:
    with transaction.atomic():
        rename(cast, "Renamed")
        entry()
    assert name_of(cast) == "Renamed"


def test_an_entry_in_a_released_savepoint_counts(cast: Cast) -> None:
    with transaction.atomic():
        rename(cast, "Renamed")
        with transaction.atomic():
            entry()
    assert name_of(cast) == "Renamed"


def test_an_entry_that_was_taken_back_does_not_count(cast: Cast) -> None:
    def forget() -> None:
        with transaction.atomic():
            rename(cast, "Renamed")
            try:
                with transaction.atomic():
                    entry()
                    raise LookupError
            except LookupError:
                pass

    with pytest.raises(IntegrityError, match="without an entry"):
        forget()
    assert name_of(cast) == "owen (test)"


def test_an_entry_of_one_transaction_does_not_excuse_the_next(cast: Cast) -> None:
    with transaction.atomic():
        entry()
    with pytest.raises(IntegrityError, match="without an entry"):
        rename(cast, "Renamed")


def test_the_owner_s_own_statement_is_refused_too(
    cast: Cast, connect_as: Callable[[str], psycopg.Connection]
) -> None:
    owner = connect_as("owner")
    owner.execute("UPDATE identity_person SET name = 'by hand'")
    with pytest.raises(psycopg.errors.IntegrityError, match="without an entry"):
        owner.commit()


def test_an_update_that_changes_nothing_needs_no_entry(cast: Cast) -> None:
    rename(cast, "owen (test)")
    Account.objects.filter(person=cast.person("owen")).update(last_login=timezone.now())
