"""Which records stand at a scope, and in which revision."""

from __future__ import annotations

from .instants import Clock
from .log import JSON, Leaf, Log, sequence

# A withdrawn record is no longer said by anybody; rules see it only when they ask for that state.
WITHDRAWN = "withdrawn"


def standing_records(
    log: Log, kind: str, target: JSON, clock: Clock, level: str = ""
) -> list[Leaf]:
    """The newest revision in effect of each record of a kind at the target's scope (or at `level`
    of it)."""
    wanted = level or target["type"]
    found = (_standing(revisions, target, wanted, clock) for revisions in log.records(kind))
    return [leaf for leaf in found if leaf is not None]


def _standing(revisions: list[Leaf], target: JSON, level: str, clock: Clock) -> Leaf | None:
    if not any(stands_at(leaf, target, level) for leaf in revisions):
        return None
    newest = in_effect(revisions, clock)
    return newest if newest is not None and stands_at(newest, target, level) else None


def in_effect(revisions: list[Leaf], clock: Clock) -> Leaf | None:
    """The newest revision, by log index, whose validity has begun."""
    begun = [leaf for leaf in revisions if clock.reached(leaf.starts)]
    return begun[-1] if begun else None


def stands_at(leaf: Leaf, target: JSON, level: str) -> bool:
    """Whether a record speaks about the target, seen from one level of its scopes.

    A record belongs to its scope; one that names a release's or model version's digest also counts
    for every release and deployment that contains it.
    """
    if (
        level in ("release", "deployment")
        and level == target["type"]
        and names_digest_of(leaf, target)
    ):
        return True
    if leaf.scope_type != level:
        return False
    if level == target["type"]:
        return bool(leaf.scope_id == target["id"])
    return _above_or_below(leaf, target, level)


def _above_or_below(leaf: Leaf, target: JSON, level: str) -> bool:
    if level in ("organisation", "unit"):
        return leaf.scope_id in target["path"]
    if level == "system" and target["system"]:
        return bool(leaf.scope_id == target["system"])
    if level == "release" and target["release"]:
        return bool(leaf.scope_id == target["release"])
    if level == "deployment":
        return leaf.scope_id in target["deployments"]
    return target["id"] in leaf.path


def names_digest_of(leaf: Leaf, target: JSON) -> bool:
    return not leaf.named.isdisjoint(target["digests"])


def same_value(held: object, wanted: object) -> bool:
    """Equality of JSON values: true is not 1."""
    return type(held) is type(wanted) and held == wanted


def fits(leaf: Leaf, where: JSON) -> bool:
    return all(same_value(leaf.fields.get(name), wanted) for name, wanted in where.items())


def is_filled(value: object) -> bool:
    """A field is filled by anything but null, white space, an empty list or an empty object;
    false and 0 fill."""
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and value != [] and value != {}


def listed(value: object) -> list[object]:
    return sequence(value) if isinstance(value, (list, tuple)) else [value]
