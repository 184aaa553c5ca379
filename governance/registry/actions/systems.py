from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.evidence.actions import emit_record
from governance.evidence.models import Evidence
from governance.identity.actions import clean_name
from governance.identity.choices import Role, UnitKind
from governance.identity.errors import Conflict, InvalidInput
from governance.identity.models import Person, Unit
from governance.identity.naming import end_naming, grant_by_naming, refuse_own_name
from governance.identity.principal import Principal
from governance.registry.choices import ActRole, Tier, TierState
from governance.registry.models import PROFILE_FIELDS, AISystem

TEXT_LIMIT = 4000
TIER_RESTS_ON = ("purpose", "intendedUse", "affectedPeople", "context", "scopeOfApplication")


def clean_profile(profile: Mapping[str, Any]) -> dict[str, str]:
    """Known fields only, as trimmed text; raises InvalidInput naming the field."""
    unknown = sorted(set(profile) - set(PROFILE_FIELDS))
    if unknown:
        raise InvalidInput(
            "profile_field", f"Unknown field '{unknown[0]}'. Known: {', '.join(PROFILE_FIELDS)}."
        )
    cleaned = {}
    for name, value in profile.items():
        if not isinstance(value, str) or len(value) > TEXT_LIMIT or "\0" in value:
            raise InvalidInput(
                "profile_text",
                f"{PROFILE_FIELDS[name]}: write text of at most {TEXT_LIMIT} characters.",
                f"/profile/{name}",
            )
        cleaned[name] = value.strip()
    return cleaned


def check_choice(value: str, choices: list[str], field: str) -> None:
    if value not in choices:
        raise InvalidInput(
            f"{field}_unknown", f"'{value}' is not one of: {', '.join(choices)}.", f"/{field}"
        )


def register_system(
    parent: Unit,
    name: str,
    *,
    role: str,
    tier: str,
    tier_reason: str,
    profile: Mapping[str, Any],
    owner: Person,
    by: Principal,
) -> AISystem:
    """Take a system into the inventory; its tier is a proposal until the officer confirms it."""
    by.require("system.register", parent.path)
    check_choice(role, ActRole.values, "role")
    check_choice(tier, Tier.values, "tier")
    if parent.kind == UnitKind.SYSTEM:
        raise InvalidInput("unit", "Choose an organisation or a unit, not an AI system.", "/unit")
    cleaned = clean_profile(profile)
    for field in ("purpose", "intendedUse", "affectedPeople"):
        if not cleaned.get(field):
            raise InvalidInput(
                "profile_missing", f"Fill in: {PROFILE_FIELDS[field]}.", f"/profile/{field}"
            )
    try:
        with transaction.atomic():
            unit = Unit.objects.create(parent=parent, kind=UnitKind.SYSTEM, name=clean_name(name))
            system = AISystem.objects.create(
                unit=unit,
                role=role,
                tier=tier,
                tier_reason=tier_reason.strip(),
                profile=cleaned,
                owner=owner,
            )
            if owner.pk != by.person_id or not by.may("system.edit", unit.path):
                grant_by_naming(owner, Role.OWNER, unit, by=by)
            state_system(system, by=by)
    except IntegrityError as error:
        raise Conflict(
            "system_exists", f"{parent} already has an AI system of this name."
        ) from error
    return system


def edit_system(
    system: AISystem,
    *,
    profile: Mapping[str, Any],
    by: Principal,
    review_due_on: date | None = None,
) -> AISystem:
    """Change what is said of a system: a new revision, stated and signed.

    A change of what the tier rests on makes the tier a proposal again, for the officer to confirm.
    """
    by.require("system.edit", system.unit.path)
    with transaction.atomic():
        held = AISystem.objects.select_for_update().get(pk=system.pk)
        changed = {**held.profile, **clean_profile(profile)}
        if any(changed.get(name) != held.profile.get(name) for name in TIER_RESTS_ON):
            held.tier_state = TierState.PROPOSED
        held.profile = changed
        if review_due_on and review_due_on != held.review_due_on:
            held.review_due_on = coming(review_due_on)
        held.save(update_fields=["profile", "review_due_on", "tier_state"])
        state_system(held, by=by)
    return held


def coming(day: date) -> date:
    if day <= timezone.now().date():
        raise InvalidInput("review", "Choose a day to come for the next review.", "/reviewDueOn")
    return day


def assign_people(
    system: AISystem, *, validator: Person | None, executive: Person | None, by: Principal
) -> AISystem:
    """Name the validator and the accountable executive; three different persons judge, own and decide.

    Who is named gets the role at the system; who is replaced loses what naming gave them.
    """
    by.require("system.confirm_tier", system.unit.path)
    with transaction.atomic():
        held = AISystem.objects.select_for_update().get(pk=system.pk)
        before = (held.validator, held.executive)
        held.validator = validator or held.validator
        held.executive = executive or held.executive
        named = [p for p in (held.owner, held.validator, held.executive) if p]
        if len({person.pk for person in named}) != len(named):
            raise Conflict(
                "same_person",
                "Owner, validator and accountable executive must be different persons.",
            )
        name_person(held, Role.VALIDATOR, before[0], held.validator, by)
        name_person(held, Role.EXECUTIVE, before[1], held.executive, by)
        held.save(update_fields=["validator", "executive"])
        state_system(held, by=by)
    return held


def name_person(
    system: AISystem, role: str, before: Person | None, now: Person | None, by: Principal
) -> None:
    """The role goes from who was named to who is named now; somebody's own name stays as it was."""
    if now is None or (now == before and now.pk == by.person_id):
        return
    refuse_own_name(now, by)
    if before is not None and before != now:
        end_naming(before, role, system.unit, by=by)
    grant_by_naming(now, role, system.unit, by=by)


def confirm_tier(system: AISystem, tier: str, reason: str, *, by: Principal) -> AISystem:
    """The officer confirms or changes the proposed tier, with reasons; never the person who owns the system."""
    by.require("system.confirm_tier", system.unit.path)
    check_choice(tier, Tier.values, "tier")
    if not reason.strip():
        raise InvalidInput("reason_missing", "Say why this tier applies.", "/reason")
    if by.person_id == system.owner_id:
        raise Conflict("own_system", "The owner of a system does not confirm its tier.")
    with transaction.atomic():
        held = AISystem.objects.select_for_update().get(pk=system.pk)
        held.tier, held.tier_state, held.tier_reason = tier, TierState.CONFIRMED, reason.strip()
        held.save(update_fields=["tier", "tier_state", "tier_reason"])
        state_system(held, by=by, confirmed_by=by.person_id)
    return held


def state_system(system: AISystem, *, by: Principal, confirmed_by: UUID | None = None) -> Evidence:
    last = Evidence.objects.of_record(system.pk).first()
    kept = last.fields.get("tierConfirmedBy") if last else None
    confirmed = str(confirmed_by) if confirmed_by else kept
    if system.tier_state == TierState.PROPOSED:
        confirmed = None
    fields = {
        "name": system.unit.name,
        "unit": str(system.unit.parent_id),
        "role": system.role,
        "tier": system.tier,
        "tierState": system.tier_state,
        "tierReason": system.tier_reason,
        "tierConfirmedBy": confirmed,
        "owner": str(system.owner_id),
        "validator": str(system.validator_id) if system.validator_id else None,
        "executive": str(system.executive_id) if system.executive_id else None,
        "reviewDue": system.review_due_on.isoformat() if system.review_due_on else None,
        "createdAt": system.created_at.isoformat().replace("+00:00", "Z"),
        **{name: system.profile.get(name, "") for name in PROFILE_FIELDS},
    }
    return emit_record(
        "system", record_id=system.pk, state="registered", fields=fields, scope=system.scope, by=by
    )
