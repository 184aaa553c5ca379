"""People's words beside the log: erased for one person or entry, unless a legal hold keeps them.

The log itself is never pruned. An entry holds a salted digest of the words: without the words every proof stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from governance.audit.actions import record
from governance.audit.models import EntryText, Erasure, Leaf, LegalHold
from governance.identity.errors import Conflict, InvalidInput
from governance.identity.models import Person, Unit
from governance.identity.principal import Principal

ACT = "words.erase"
REASON_LIMIT = 2000


def leaves_of(person: Person) -> QuerySet[Leaf]:
    """Entries of what the person did and of what was done about the person, in their organisation."""
    theirs = Q(person_id=person.pk) | Q(object_type="person", object_id=str(person.pk))
    return Leaf.objects.filter(theirs, unit_path__startswith=root_of(person.unit.path))


def root_of(path: str) -> str:
    return f"/{path.strip('/').split('/')[0]}/"


def holds_in_force(path: str = "/") -> QuerySet[LegalHold]:
    rows = LegalHold.objects.filter(lifts=None, lifted_by=None)
    return rows.filter(path__startswith=path)


def held(leaf: Leaf, holds: Sequence[LegalHold]) -> bool:
    """Whether a hold keeps the words of this entry."""
    return any(
        leaf.unit_path.startswith(hold.path)
        and hold.entry_id in {None, leaf.entry_id}
        and (
            hold.person_id in {None, leaf.person_id}
            or (leaf.object_type == "person" and leaf.object_id == str(hold.person_id))
        )
        for hold in holds
    )


def erase_words(leaves: Sequence[Leaf], unit: Unit, reason: str, *, by: Principal) -> int:
    """Erase the words of these entries, which lie in `unit`; returns of how many.

    After the retention no reason is needed. Raises Conflict under a legal hold: nothing is erased then.
    """
    by.require(ACT, unit.path)
    outside = [leaf for leaf in leaves if not leaf.unit_path.startswith(unit.path)]
    with_words = set(
        EntryText.objects.filter(entry_id__in=[leaf.entry_id for leaf in leaves]).values_list(
            "entry_id", flat=True
        )
    )
    chosen = [leaf for leaf in leaves if leaf.entry_id in with_words]
    if outside or not chosen:
        raise InvalidInput("no_words", "No words of this organisation are kept there.")
    check_reason(reason, chosen)
    with transaction.atomic():
        # A hold that is placed meanwhile waits for this, or this for it.
        Unit.objects.select_for_update().get(pk=unit.pk)
        stopped = [leaf for leaf in chosen if held(leaf, list(holds_in_force()))]
        if stopped:
            raise Conflict(
                "legal_hold",
                f"A legal hold keeps the words of {len(stopped)} of these {len(chosen)} entries. "
                "Lift it first, or leave them out.",
            )
        told = record(
            "words.erased",
            by=by,
            object_type="unit",
            object_id=unit.pk,
            unit_path=unit.path,
            facts={"entries": [str(leaf.index) for leaf in chosen[:500]], "count": len(chosen)},
            texts={"reason": reason.strip()} if reason.strip() else None,
        )
        gone = [leaf.entry_id for leaf in chosen]
        Erasure.objects.bulk_create(
            [Erasure(entry_id=entry, told_by=told) for entry in gone], ignore_conflicts=True
        )
        EntryText.objects.filter(entry_id__in=gone).delete()
    return len(chosen)


def check_reason(reason: str, leaves: Sequence[Leaf]) -> None:
    if len(reason) > REASON_LIMIT:
        raise InvalidInput("reason_length", f"Write at most {REASON_LIMIT} characters.", "/reason")
    kept_until = timezone.now() - timedelta(days=settings.LOG_RETENTION_DAYS)
    if not reason.strip() and any(leaf.at > kept_until for leaf in leaves):
        raise InvalidInput(
            "reason_needed",
            f"Some of these words are younger than {settings.LOG_RETENTION_DAYS} days: write a reason.",
            "/reason",
        )


def place_hold(
    unit: Unit,
    reason: str,
    *,
    by: Principal,
    person: Person | None = None,
    entry_id: UUID | None = None,
) -> LegalHold:
    """Keep words: of a person, of an entry, or of everybody in the unit."""
    by.require(ACT, unit.path)
    demand_reason(reason)
    with transaction.atomic():
        Unit.objects.select_for_update().get(pk=unit.pk)
        hold = LegalHold.objects.create(
            path=unit.path, person_id=person.pk if person else None, entry_id=entry_id
        )
        enter("hold.placed", hold, unit, reason, by)
    return hold


def lift_hold(hold: LegalHold, unit: Unit, reason: str, *, by: Principal) -> None:
    by.require(ACT, unit.path)
    demand_reason(reason)
    with transaction.atomic():
        Unit.objects.select_for_update().get(pk=unit.pk)
        if not holds_in_force(unit.path).filter(pk=hold.pk).exists():
            raise Conflict("not_in_force", "This legal hold is not in force.")
        LegalHold.objects.create(path=hold.path, lifts=hold)
        enter("hold.lifted", hold, unit, reason, by)


def demand_reason(reason: str) -> None:
    if not 0 < len(reason.strip()) <= REASON_LIMIT:
        raise InvalidInput(
            "reason_needed", f"Write a reason of 1 to {REASON_LIMIT} characters.", "/reason"
        )


def enter(action: str, hold: LegalHold, unit: Unit, reason: str, by: Principal) -> None:
    record(
        action,
        by=by,
        object_type="hold",
        object_id=hold.pk,
        unit_path=unit.path,
        facts={
            "person": str(hold.person_id) if hold.person_id else None,
            "entry": str(hold.entry_id) if hold.entry_id else None,
        },
        texts={"reason": reason.strip()},
    )
