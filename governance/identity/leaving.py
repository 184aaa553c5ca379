"""A person leaves: nothing acts for them any more, and everything they did stays."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from governance.audit.actions import record
from governance.identity.choices import Role
from governance.identity.errors import Conflict
from governance.identity.models import Account, Person, RoleGrant, Token, Unit
from governance.identity.principal import Principal


def deactivate_person(person: Person, *, by: Principal) -> None:
    """Close a person's accounts, which ends their sessions, and revoke the tokens they answer for."""
    grants = RoleGrant.objects.live().filter(person=person).select_related("unit")
    for path in (person.unit.path, *(grant.unit.path for grant in grants)):
        by.require("person.manage", path)
    if person.pk == by.person_id:
        raise Conflict(
            "own_account", "Nobody deactivates themselves. Ask another administrator to do it."
        )
    with transaction.atomic():
        # One at a time in an organisation: two administrators must not deactivate each other.
        Unit.objects.select_for_update().get(pk=person.unit.organisation_id)
        refuse_last_administrator(person)
        if not Person.objects.filter(pk=person.pk, is_active=True).update(is_active=False):
            raise Conflict("person_left", "This person is deactivated already.")
        accounts = Account.objects.filter(person=person, is_active=True).update(is_active=False)
        tokens = Token.objects.filter(account__sponsor=person, revoked_at=None).update(
            revoked_at=timezone.now()
        )
        record(
            "identity.person_deactivated",
            by=by,
            object_type="person",
            object_id=person.pk,
            unit_path=person.unit.path,
            facts={"accounts": accounts, "tokens": tokens},
        )


def refuse_last_administrator(person: Person) -> None:
    """Every unit that the person administers keeps somebody who does."""
    held = RoleGrant.objects.live().filter(role=Role.ADMINISTRATOR).select_related("unit")
    others = [g.unit.path for g in held.exclude(person=person).filter(person__is_active=True)]
    for grant in held.filter(person=person):
        if not any(grant.unit.path.startswith(path) for path in others):
            raise Conflict(
                "last_administrator",
                f"{person} is the last administrator of {grant.unit}. Grant the role to somebody else first.",
            )
