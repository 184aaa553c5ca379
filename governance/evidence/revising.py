"""Forms and REST answers about a record: which revision they show, so that nobody overwrites what they never saw."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.forms import BaseForm
from django.http import HttpResponseBase

from governance.evidence.actions import newest_revision

F = TypeVar("F", bound=BaseForm)
R = TypeVar("R", bound=HttpResponseBase)


def revises(form: F, record: UUID) -> F:
    """The form, which sends the revision it was filled from; shown again it keeps the first one."""
    form.record = record  # type: ignore[attr-defined]
    form.revision = form.data.get("revision") or newest_revision(record)  # type: ignore[attr-defined]
    return form


def with_etag(response: R, record: UUID) -> R:
    response["ETag"] = f'"{newest_revision(record)}"'
    return response
