"""The verbs of reports: schedule one, end a schedule, ask for one now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.audit import canonical
from governance.audit.actions import record
from governance.evidence.actions import emit_record
from governance.evidence.models import Evidence
from governance.evidence.scope import unit_scope
from governance.identity.actions import clean_name
from governance.identity.errors import Conflict, InvalidInput
from governance.identity.models import Person, RoleGrant, Unit
from governance.identity.principal import Principal
from governance.work.actions import enqueue
from governance.work.models import Schedule
from governance.work.scheduler import next_after, parse_cron
from reports.models import KIND, Report, ReportDefinition

LONGEST_PERIOD = 3660
SHORTEST_INTERVAL = timedelta(hours=1)
LOOK_AHEAD = 12


def schedule_report(
    unit: Unit,
    name: str,
    *,
    cron: str,
    recipients: Iterable[Person],
    period_days: int | None = None,
    by: Principal,
) -> ReportDefinition:
    """A control report that comes again by a cron line (UTC), delivered to people who may read it."""
    by.require("report.schedule", unit.path)
    check_period(period_days)
    first = first_slot(cron)
    readers = readers_among(unit, recipients)
    with transaction.atomic():
        schedule = Schedule.objects.create(
            kind="reports.due",
            unit=unit,
            account_id=by.account_id,
            name=f"Report: {clean_name(name, 120)}"[:120],
            cron=cron,
            next_at=first,
        )
        definition = defined(unit, clean_name(name, 120), period_days, cron, schedule, by)
        definition.recipients.set(readers)
        Schedule.objects.filter(pk=schedule.pk).update(arguments={"definition": str(definition.pk)})
        state_definition(definition, "active", by=by)
    return definition


def defined(
    unit: Unit, name: str, period_days: int | None, cron: str, schedule: Schedule, by: Principal
) -> ReportDefinition:
    try:
        with transaction.atomic():
            return ReportDefinition.objects.create(
                unit=unit,
                name=name,
                period_days=period_days,
                cron=cron,
                schedule=schedule,
                written_by_id=by.person_id,
            )
    except IntegrityError as error:
        raise Conflict("report_exists", f"{unit} has a scheduled report of this name.") from error


def end_schedule(definition: ReportDefinition, *, by: Principal) -> ReportDefinition:
    """Stop making this report; those that were made stay."""
    by.require("report.schedule", definition.unit.path)
    with transaction.atomic():
        held = ReportDefinition.objects.select_for_update(of=("self",)).get(pk=definition.pk)
        if held.ended_at is not None:
            raise Conflict("schedule_ended", "This schedule has ended already.")
        held.ended_at = timezone.now()
        held.save(update_fields=["ended_at"])
        Schedule.objects.filter(pk=held.schedule_id).update(is_enabled=False)
        state_definition(held, "ended", by=by)
    return held


def request_report(
    unit: Unit,
    *,
    recipients: Iterable[Person] = (),
    period_days: int | None = None,
    by: Principal,
) -> Report:
    """Ask for a control report as of now. A worker makes it; who asked is always told."""
    by.require("report.request", unit.path)
    check_period(period_days)
    asking = Person.objects.get(pk=by.person_id)
    readers = readers_among(unit, [asking, *recipients])
    with transaction.atomic():
        return begun(unit, period_days, readers, timezone.now(), by=by)


def begin_scheduled(definition: ReportDefinition, slot: datetime, *, by: Principal) -> Report:
    """The report of one due slot, once; recipients who may read it no longer are left out."""
    by.require("report.schedule", definition.unit.path)
    known = Report.objects.filter(definition=definition, slot_at=slot).first()
    if known is not None:
        return known
    readers = [one for one in definition.recipients.all() if may_read(one, definition.unit)]
    with transaction.atomic():
        return begun(
            definition.unit,
            definition.period_days,
            readers,
            timezone.now(),
            definition=definition,
            slot=slot,
            by=by,
        )


def begun(
    unit: Unit,
    period_days: int | None,
    readers: Iterable[Person],
    at: datetime,
    *,
    definition: ReportDefinition | None = None,
    slot: datetime | None = None,
    by: Principal,
) -> Report:
    """Row, entry and job of a report, in the caller's transaction. Its entry bounds what it must hold."""
    report = Report(
        unit=unit,
        definition=definition,
        title=f"AI governance control report: {unit.name}"[:200],
        period_days=period_days,
        effective_at=at,
        slot_at=slot,
        asked_by_id=by.person_id,
    )
    report.entry_id = record(
        "reports.report_asked",
        by=by,
        object_type="report",
        object_id=report.pk,
        unit_path=unit.path,
        facts={
            "definition": str(definition.pk) if definition else None,
            "periodDays": period_days,
            "recipients": sorted(str(one.pk) for one in readers),
        },
    )
    report.save()
    report.recipients.set(readers)
    job = enqueue(
        "reports.render", {"report": str(report.pk)}, by=by, unit=unit, key=f"report:{report.pk}"
    )
    Report.objects.filter(pk=report.pk).update(job=job)
    report.job = job
    return report


def state_definition(definition: ReportDefinition, state: str, *, by: Principal) -> Evidence:
    return emit_record(
        "report-definition",
        record_id=definition.pk,
        state=state,
        fields=definition.as_fields(),
        scope=unit_scope(definition.unit),
        by=by,
    )


def pinned_definition(report: Report) -> dict[str, str]:
    """What the report was made to, as its statement names it."""
    if report.definition is not None:
        return {"id": str(report.definition_id), "digest": report.definition.digest}
    asked = {"kind": KIND, "unit": str(report.unit_id), "periodDays": report.period_days}
    return {"id": KIND, "digest": canonical.digest(asked)}


def check_period(days: int | None) -> None:
    if days is not None and not 1 <= days <= LONGEST_PERIOD:
        raise InvalidInput(
            "period", f"Look back 1 to {LONGEST_PERIOD} days, or leave it out.", "/periodDays"
        )


def first_slot(cron: str) -> datetime:
    """The first due moment. Raises InvalidInput for a line that cannot be read or comes too often."""
    parse_cron(cron)
    probe = Schedule(cron=cron)
    times = [next_after(probe, timezone.now())]
    for _ in range(LOOK_AHEAD):
        times.append(next_after(probe, times[-1]))
    gaps = [later - earlier for earlier, later in pairwise(times)]
    if min(gaps) < SHORTEST_INTERVAL:
        raise InvalidInput("cron_often", "A report comes at most once an hour.", "/cron")
    return times[0]


def readers_among(unit: Unit, people: Iterable[Person]) -> list[Person]:
    """These people, each once. Raises InvalidInput naming one who may not see the unit."""
    found = {person.pk: person for person in people}
    for person in found.values():
        if not may_read(person, unit):
            raise InvalidInput(
                "recipient",
                f"{person} holds no role at {unit} or above it. Grant one first.",
                "/recipients",
            )
    return sorted(found.values(), key=lambda one: one.name)


def may_read(person: Person, unit: Unit) -> bool:
    if not person.is_active:
        return False
    grants = RoleGrant.objects.live().filter(person=person).select_related("unit")
    return any(unit.path.startswith(grant.unit.path) for grant in grants)
