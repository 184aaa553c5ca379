"""What every page of every room shares: a verb behind a form, and the pages of a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.paginator import Paginator
from django.db import models
from django.forms import BaseForm

from governance.audit.actions import NOBODY
from governance.identity.errors import DomainError, Forbidden
from governance.identity.revisions import having_read

PAGE = 50
M = TypeVar("M", bound=models.Model)


def done(form: BaseForm, act: Callable[[], object]) -> bool:
    """Do the verb of a valid form. A refusal becomes an error of the field it names, or of the form.

    Raises Forbidden: no other value in the form would help.
    """
    try:
        with having_read(*read_of(form)):
            act()
    except Forbidden:
        raise
    except DomainError as error:
        name = error.pointer.strip("/").split("/")[0]
        form.add_error(name if name in form.fields else None, error.sentence)
        return False
    return True


def read_of(form: BaseForm) -> tuple[UUID, int | None]:
    """The record that the form changes and the revision it was filled from, where the page sent it."""
    record, sent = getattr(form, "record", None), str(form.data.get("revision", ""))
    is_number = sent.isascii() and sent.isdigit() and len(sent) < 10
    return (record, int(sent)) if record and is_number else (NOBODY, None)


@dataclass(frozen=True)
class Page(Generic[M]):
    """Rows of one page; `next` and `previous` are the cursors the `pager` tag takes, None at an end."""

    rows: list[M]
    next: str | None
    previous: str | None
    total: int | None = None


def numbered_page(queryset: models.QuerySet[M], cursor: str, size: int = PAGE) -> Page[M]:
    """A page by number, with the count of all rows: for lists that people can survey."""
    found = Paginator(queryset, size).get_page(cursor or 1)
    return Page(
        list(found),
        str(found.next_page_number()) if found.has_next() else None,
        str(found.previous_page_number()) if found.has_previous() else None,
        found.paginator.count,
    )


def keyset_page(queryset: models.QuerySet[M], field: str, cursor: str, size: int = PAGE) -> Page[M]:
    """A page of a list without end, newest first by a unique whole number. Cursor: `b7` before 7, `a7` after 7."""
    side, at = read_cursor(cursor)
    if side == "a":
        rows = list(queryset.filter(**{f"{field}__gt": at}).order_by(field)[: size + 1])
        has_newer, has_older = len(rows) > size, True
        rows = rows[:size][::-1]
    else:
        older = queryset if at is None else queryset.filter(**{f"{field}__lt": at})
        rows = list(older.order_by(f"-{field}")[: size + 1])
        has_newer, has_older = at is not None, len(rows) > size
        rows = rows[:size]
    if not rows:
        return Page([], None, None)
    return Page(
        rows,
        f"b{value_of(rows[-1], field)}" if has_older else None,
        f"a{value_of(rows[0], field)}" if has_newer else None,
    )


def read_cursor(cursor: str) -> tuple[str, int | None]:
    """What cannot be read is the first page: a cursor is no door to refuse at."""
    digits = cursor[1:]
    if cursor[:1] not in {"a", "b"} or not (digits.isascii() and digits.isdigit()):
        return "b", None
    return (cursor[0], int(digits)) if len(digits) <= 18 else ("b", None)


def value_of(row: Any, field: str) -> int:
    return int(getattr(row, field))
