"""Inventory reconciliation: what runs against what is registered, admitted and passed the gate."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import QuerySet
from django.dispatch import receiver
from django.utils import timezone

from governance.evidence import signals
from governance.evidence.actions import emit_record
from governance.evidence.choices import PredicateType
from governance.evidence.models import Evidence
from governance.evidence.scope import unit_scope
from governance.identity.actions import platform_principal
from governance.identity.choices import UnitKind
from governance.identity.models import Person, Unit
from governance.identity.principal import Principal
from governance.registry.passing import PASSED
from governance.work.actions import enqueue
from governance.work.kinds import DAY_SECONDS, register
from governance.work.models import Schedule
from governance.work.runner import Run

NAME = "inventory"


def inventory_id(organisation: Unit) -> UUID:
    """The id of an organisation's inventory record: one record, revised by each reconciliation."""
    return uuid5(organisation.pk, NAME)


def newest_records(organisation: Unit, kind: str) -> list[Evidence]:
    """The newest revision of each record of a kind below the organisation."""
    rows = Evidence.objects.records(kind).filter(unit__path__startswith=organisation.path)
    return list(rows.order_by("record_id", "-revision").distinct("record_id"))


def reconcile(organisation: Unit) -> dict[str, Any]:
    """Count live deployments that are not registered, not admitted or never passed the gate."""
    live = [row for row in newest_records(organisation, "deployment") if row.state == "live"]
    releases = {str(row.record_id): row for row in newest_records(organisation, "release")}
    admissions = newest_records(organisation, "artefact-admission")
    admitted = {row.fields["sha256"] for row in admissions if row.state == "admitted"}
    passed = {
        (one.predicate["release"]["id"], one.predicate["environment"])
        for one in gate_decisions(organisation)
        if one.predicate["verdict"] in PASSED
    }
    unmatched = [row for row in live if problem(row, releases, admitted, passed)]
    return {
        "live": str(len(live)),
        "systems": str(len(newest_records(organisation, "system"))),
        "unmatched": str(len(unmatched)),
        "reconciled": not unmatched,
        "unlisted": [str(row.record_id) for row in unmatched],
    }


def gate_decisions(organisation: Unit) -> QuerySet[Evidence]:
    rows = Evidence.objects.filter(type=PredicateType.GATE_DECISION)
    return rows.filter(unit__path__startswith=organisation.path)


def problem(
    deployment: Evidence,
    releases: dict[str, Evidence],
    admitted: set[str],
    passed: set[tuple[str, str]],
) -> str:
    """Why a live deployment does not match the inventory; empty where it does."""
    fields = deployment.fields
    release = releases.get(fields["release"])
    if release is None:
        return "its release is not registered"
    if any(model["digest"] not in admitted for model in release.fields["models"]):
        return "a model file of it was never admitted"
    if (fields["release"], fields["environment"]) not in passed:
        return "it never passed the gate"
    return ""


def state_inventory(organisation: Unit, *, by: Principal, keeper: Person | None = None) -> Evidence:
    """Reconcile and state the result; the keeper stays until another is named."""
    last = Evidence.objects.of_record(inventory_id(organisation)).first()
    owner = str(keeper.pk) if keeper else (last.fields["owner"] if last else "")
    return emit_record(
        NAME,
        record_id=inventory_id(organisation),
        state="kept" if owner else "unkept",
        fields={"owner": owner, **reconcile(organisation)},
        scope=unit_scope(organisation),
        by=by,
    )


def name_keeper(organisation: Unit, keeper: Person, *, by: Principal) -> Evidence:
    """The administrator names who keeps the inventory."""
    by.require("person.manage", organisation.path)
    with transaction.atomic():
        ensure_schedule(organisation)
        return state_inventory(organisation, by=by, keeper=keeper)


def ensure_schedule(organisation: Unit) -> None:
    Schedule.objects.get_or_create(
        kind="gates.reconcile",
        unit=organisation,
        defaults={
            "name": f"Reconcile the inventory of {organisation}",
            "arguments": {"organisation": str(organisation.pk)},
            "every_seconds": DAY_SECONDS,
            "next_at": timezone.now(),
        },
    )


@register("gates.reconcile")
def reconcile_job(run: Run) -> dict[str, Any]:
    organisation = Unit.objects.get(pk=run.arguments["organisation"])
    with transaction.atomic():
        stated = state_inventory(organisation, by=platform_principal(organisation))
    return {"unmatched": stated.fields["unmatched"]}


@receiver(signals.recorded)
def on_deployment(sender: type[Evidence], evidence: Evidence, **kwargs: Any) -> None:
    """What runs has changed: reconcile again."""
    if evidence.type != PredicateType.RECORD or evidence.kind != "deployment":
        return
    organisation = Unit.objects.get(pk=evidence.unit.organisation_id, kind=UnitKind.ORGANISATION)
    enqueue("gates.reconcile", {"organisation": str(organisation.pk)}, unit=organisation)
