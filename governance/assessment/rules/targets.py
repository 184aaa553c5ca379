"""What a result is about: a scope with every digest that counts for it, built from record
statements only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .instants import instant_or_none, write_instant
from .log import (
    JSON,
    Leaf,
    Log,
    Statements,
    hex_digest,
    identity,
    mapping,
    read_log,
    sequence,
    text,
)

SCOPE_TYPES = ("organisation", "unit", "system", "release", "deployment")
# A deployment that was planned and never came, says its state.
_NEVER_LIVE = ("cancelled", "refused")


class TargetError(ValueError):
    """No record in the log describes the scope asked for."""


def target_from(statements: Statements, type: str, id: str) -> JSON:  # noqa: A002
    """Build the target that `evaluate` judges.

    Keys: type, id, path (ids from organisation down), digests (sorted hex: release and model
    versions), system, release, deployments (ids), since, liveSince and until (instants or null),
    owner (person id or null). Raises TargetError for an unknown type and for a system, release or
    deployment without a record.
    """
    log = read_log(statements)
    if type not in SCOPE_TYPES:
        raise TargetError(f"{type!r} is no scope; use one of {', '.join(SCOPE_TYPES)}.")
    if type in ("organisation", "unit"):
        return _of_unit(log, type, id)
    revisions = log.revisions(type, id)
    if not revisions:
        raise TargetError(
            f"The log holds no {type} record with id {id}; register the {type} first."
        )
    if type == "system":
        return _of_system(log, revisions, id)
    return (
        _of_release(log, revisions, id) if type == "release" else _of_deployment(log, revisions, id)
    )


def _of_unit(log: Log, scope_type: str, own: str) -> JSON:
    below = [one for one in _newest(log, "deployment") if own in one.path]
    return _target(scope_type, own, path=_unit_path(log, own), live=below)


def _unit_path(log: Log, own: str) -> list[str]:
    """The part of any system's path that leads to this unit."""
    for leaf in _newest(log, "system"):
        if own in leaf.path:
            return list(leaf.path[: leaf.path.index(own) + 1])
    return [own]


def _of_system(log: Log, revisions: Sequence[Leaf], own: str) -> JSON:
    newest = revisions[-1]
    releases = [
        one for one in _newest(log, "release") if _system_of(one) == own and one.state != "retired"
    ]
    return _target(
        "system",
        own,
        path=newest.path or [own],
        system=own,
        digests=[digest for one in releases for digest in release_digests(one)],
        live=[one for one in _newest(log, "deployment") if _system_of(one) == own],
        since=_begin(revisions),
        owner=newest.fields.get("owner"),
    )


def _of_release(log: Log, revisions: Sequence[Leaf], own: str) -> JSON:
    newest = revisions[-1]
    return _target(
        "release",
        own,
        path=newest.path or [own],
        system=_system_of(newest),
        release=own,
        digests=release_digests(newest),
        live=[
            one for one in _newest(log, "deployment") if identity(one.fields.get("release")) == own
        ],
        since=_begin(revisions),
        owner=_owner(log, newest),
    )


def _of_deployment(log: Log, revisions: Sequence[Leaf], own: str) -> JSON:
    newest = revisions[-1]
    release_id = identity(newest.fields.get("release"))
    releases = log.revisions("release", release_id)
    if not releases:
        raise TargetError(
            f"Deployment {own} names release {release_id!r}, which no record describes."
        )
    target = _target(
        "deployment",
        own,
        path=newest.path or [own],
        system=_system_of(newest) or _system_of(releases[-1]),
        release=release_id,
        digests=release_digests(releases[-1]),
        live=[newest],
        since=_begin(revisions),
        owner=_owner(log, newest),
    )
    target["deployments"] = [own]
    target["until"] = _written(newest.fields.get("to"))
    return target


def release_digests(release: Leaf) -> list[str]:
    """The release's own digest, its model versions', and what else its record names as subject."""
    fields = release.fields
    models = [hex_digest(mapping(one).get("digest")) for one in sequence(fields.get("models"))]
    own = hex_digest(fields.get("digest")) or (release.subjects[0] if release.subjects else "")
    return [one for one in [own, *models, *release.subjects[1:]] if one]


def _target(
    scope_type: str,
    own: str,
    *,
    path: Iterable[str],
    system: str = "",
    release: str = "",
    digests: Iterable[str] = (),
    live: Sequence[Leaf] = (),
    since: str | None = None,
    owner: Any = None,
) -> dict[str, Any]:
    real = [one for one in live if one.state not in _NEVER_LIVE]
    starts = sorted(start for start in (_written(one.fields.get("from")) for one in real) if start)
    return {
        "type": scope_type,
        "id": own,
        "path": list(path),
        "digests": sorted(set(digests)),
        "system": system or None,
        "release": release or None,
        "deployments": sorted(text(one.record.get("id")) for one in real),
        "since": since,
        "liveSince": starts[0] if starts else None,
        "until": None,
        "owner": identity(owner) or None,
    }


def _newest(log: Log, kind: str) -> list[Leaf]:
    return [revisions[-1] for revisions in log.records(kind)]


def _system_of(leaf: Leaf) -> str:
    if identity(leaf.fields.get("system")):
        return identity(leaf.fields.get("system"))
    return leaf.scope_id if leaf.scope_type == "system" else ""


def _owner(log: Log, leaf: Leaf) -> Any:
    system = log.revisions("system", _system_of(leaf))
    return leaf.fields.get("owner") or (system[-1].fields.get("owner") if system else None)


def _begin(revisions: Sequence[Leaf]) -> str | None:
    return _written(revisions[-1].fields.get("createdAt")) or write_instant(revisions[0].starts)


def _written(value: object) -> str | None:
    found = instant_or_none(value)
    return write_instant(found) if found else None
