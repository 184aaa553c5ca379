"""A signed measurement of the cast's release, as a worker would state it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from governance.evidence.actions import emit, subject, worker_collector
from governance.evidence.models import Evidence
from governance.registry.models import Release
from tests.cast import Cast
from tests.evidence import samples

STARTED = "2016-01-01T00:00:00Z"
HEAD = ("id", "scope", "producedAt", "collector", "assurance", "supersedes")


def measure(
    cast: Cast, release: Release, attempt: int = 1, value: str | None = "0.52", **changes: Any
) -> Evidence:
    """The sample measurement about this release; `changes` replace parts of its predicate."""
    predicate = samples.measurement()["predicate"]
    body = {name: part for name, part in predicate.items() if name not in HEAD}
    body["series"] = {**body["series"], "target": f"sha256:{release.digest}"}
    body["run"] = {**body["run"], "attempt": attempt, "startedAt": STARTED}
    body["value"] = {**body["value"], "value": value} if value else None
    by = cast.by("owen")
    with transaction.atomic():
        return emit(
            "measurement",
            scope=release.scope,
            subjects=[subject(str(release), release.digest)],
            body=body | changes,
            assurance="computed-here",
            by=by,
            collector=worker_collector(by),
        )


def drift(cast: Cast, release: Release) -> Evidence:
    predicate = samples.drift()["predicate"]
    body = {name: part for name, part in predicate.items() if name not in HEAD}
    body["series"] = {**body["series"], "target": f"sha256:{release.digest}"}
    by = cast.by("owen")
    with transaction.atomic():
        return emit(
            "drift",
            scope=release.scope,
            subjects=[subject(str(release), release.digest)],
            body=body,
            assurance="computed-here",
            by=by,
            collector=worker_collector(by),
        )
