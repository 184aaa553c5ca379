"""What an administrator does first in an installation that is still empty."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from governance.evidence.models import Evidence
from governance.gates.inventory import inventory_id
from governance.gates.inventory_page import organisation_of
from governance.identity.choices import Role
from governance.identity.models import RoleGrant, Unit
from governance.identity.principal import Principal
from governance.registry.models import AISystem


def first_steps(principal: Principal) -> list[dict[str, Any]]:
    """The steps with their addresses and whether each is done; none once all are, or for others."""
    if not principal.may_somewhere("person.manage"):
        return []
    organisation = organisation_of(principal)
    steps = [
        {
            "title": "Add people",
            "url": reverse("people"),
            "note": "An owner for each AI system, a validator, an accountable executive.",
            "done": has_owner(organisation),
        },
        {
            "title": "Name the keeper of the inventory",
            "url": reverse("inventory"),
            "note": "The platform then compares the inventory each day with what is live.",
            "done": has_keeper(organisation),
        },
        {
            "title": "Register an AI system",
            "url": registering(principal),
            "note": "An owner, a developer or a compliance officer does it.",
            "done": AISystem.objects.visible_to(principal).exists(),
        },
    ]
    return [] if all(step["done"] for step in steps) else steps


def has_owner(organisation: Unit) -> bool:
    below = RoleGrant.objects.live().filter(unit__path__startswith=organisation.path)
    return below.filter(role=Role.OWNER).exists()


def has_keeper(organisation: Unit) -> bool:
    last = Evidence.objects.of_record(inventory_id(organisation)).first()
    return bool(last and last.fields["owner"])


def registering(principal: Principal) -> str:
    return reverse("system-register" if principal.may_somewhere("system.register") else "systems")
