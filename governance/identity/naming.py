"""Roles that come from being named at an AI system: its owner, validator, accountable executive."""

from __future__ import annotations

from django.utils import timezone

from governance.identity.actions import record_ended, record_grant
from governance.identity.errors import Conflict
from governance.identity.models import Person, RoleGrant, Unit
from governance.identity.principal import Principal


def refuse_own_name(person: Person | None, by: Principal) -> None:
    if person is not None and person.pk == by.person_id:
        raise Conflict(
            "own_name", "Nobody names themselves: ask another officer or the administrator."
        )


def grant_by_naming(person: Person, role: str, unit: Unit, *, by: Principal) -> None:
    """Give the role at the system, unless the person holds it there; in the caller's transaction.

    Only who registers a system as its owner is named by themselves: then nobody else granted it.
    """
    held = RoleGrant.objects.live().filter(person=person, role=role).select_related("unit")
    if any(unit.path.startswith(grant.unit.path) for grant in held):
        return
    RoleGrant.objects.create(
        person=person,
        role=role,
        unit=unit,
        granted_by_id=None if person.pk == by.person_id else by.person_id,
        by_naming=True,
    )
    record_grant(person, role, unit, by)


def end_naming(person: Person, role: str, unit: Unit, *, by: Principal) -> None:
    """Take back what naming gave; a role that was granted apart stays."""
    given = RoleGrant.objects.live().filter(person=person, role=role, unit=unit, by_naming=True)
    for grant in given.select_related("unit"):
        RoleGrant.objects.filter(pk=grant.pk).update(ends_at=timezone.now())
        record_ended(grant, by)
