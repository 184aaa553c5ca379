"""Which digests people have approved, by whom, from which log index on, and until when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from .instants import Clock, end_or_none
from .log import Leaf, Log, hex_digest, sequence, text

APPROVED = ("approved", "approved-with-conditions")
_WITHDRAWING = ("revoked", "returned", "rejected")
# Their own digest names their content: an approval may bind it instead of the record's revision.
_CONTENT_ADDRESSED = ("release", "model-version")


@dataclass(frozen=True)
class Approval:
    """An approval that counted when it was given; `withdrawn` is the later act that took it back,
    if any."""

    leaf: Leaf
    withdrawn: Leaf | None

    @property
    def ends(self) -> datetime | None:
        return end_or_none(self.leaf.predicate.get("validUntil"))

    def stood_for(self, later: Leaf) -> bool:
        """Whether it was in force for a later statement: by log index, and within its validity."""
        if self.leaf.index >= later.index or (
            self.ends is not None and later.produced >= self.ends
        ):
            return False
        return self.withdrawn is None or self.withdrawn.index > later.index

    def stands(self, clock: Clock) -> bool:
        """Whether it is in force now."""
        return self.withdrawn is None and (self.ends is None or not clock.reached(self.ends))


def approvals_of(
    log: Log, digests: Iterable[str], authors: Iterable[str], clock: Clock, role: str = ""
) -> list[Approval]:
    """Approvals of any of `digests` by somebody neither barred nor an author, in index order."""
    acts = {leaf.index: leaf for digest in digests for leaf in log.approvals.get(digest, ())}
    made = [acts[index] for index in sorted(acts) if clock.reached(acts[index].produced)]
    barred = frozenset(authors)
    return [
        Approval(leaf, _withdrawal(leaf, made))
        for leaf in made
        if leaf.predicate.get("outcome") in APPROVED
        and role in ("", leaf.role)
        and leaf.person not in barred
        and leaf.person not in sequence(leaf.predicate.get("barred"))
    ]


def _withdrawal(approval: Leaf, acts: Sequence[Leaf]) -> Leaf | None:
    return next(
        (leaf for leaf in acts if leaf.index > approval.index and _withdraws(leaf, approval)), None
    )


def _withdraws(leaf: Leaf, approval: Leaf) -> bool:
    """A revocation ends every approval of its purpose; a return or refusal only its request."""
    outcome = leaf.predicate.get("outcome")
    same_request = leaf.predicate.get("request") == approval.predicate.get("request")
    if outcome == "revoked":
        return same_request or leaf.predicate.get("purpose") == approval.predicate.get("purpose")
    return outcome in _WITHDRAWING and same_request


def content_digests(log: Log, revision: Leaf) -> list[str]:
    """Digests an approval of this record revision may bind.

    Its own and those of revisions with the same fields: a record that only moved to another state
    says what was approved. An edited field makes another digest, which nobody has approved yet.
    """
    same = _same_fields(log, revision)
    digests = [leaf.subjects[0] for leaf in same if leaf.subjects]
    if revision.kind in _CONTENT_ADDRESSED:
        digests.append(hex_digest(revision.fields.get("digest")))
    return digests


def content_author(log: Log, revision: Leaf) -> str:
    """Who wrote these fields first: moving a record to another state is not writing it."""
    return _same_fields(log, revision)[0].author


def _same_fields(log: Log, revision: Leaf) -> list[Leaf]:
    wanted = log.fields_digest(revision)
    revisions = log.revisions(revision.kind, text(revision.record.get("id")))
    return [leaf for leaf in revisions if log.fields_digest(leaf) == wanted]


def standing_approval(log: Log, revision: Leaf, clock: Clock, role: str = "") -> Leaf | None:
    """The newest approval of a record revision that still stands, or None."""
    found = approvals_of(
        log, content_digests(log, revision), [content_author(log, revision)], clock, role
    )
    standing = [one.leaf for one in found if one.stands(clock)]
    return standing[-1] if standing else None
