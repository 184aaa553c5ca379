"""The verbs of indicators: tie a risk to a series of evidence, read it again, tell whom it concerns."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.audit.actions import Actor, record
from governance.audit.queries import log_size
from governance.evidence.choices import PredicateType
from governance.evidence.models import Evidence
from governance.evidence.querysets import Indexed
from governance.evidence.statement import decimal_text
from governance.identity.actions import clean_name
from governance.identity.errors import Conflict, InvalidInput
from governance.identity.principal import Principal
from governance.registry.models import AISystem
from governance.work.actions import enqueue, notify
from risk.actions import held_standing
from risk.choices import Direction, Signal
from risk.indicators import Reading, read
from risk.models import Indicator, Risk
from risk.statements import spec_of, state_risk

KINDS = (PredicateType.MEASUREMENT, PredicateType.DRIFT)
# The newest of a series is among its last statements, whatever order batches arrive in.
LOOK_BACK = 100


def watch_risk(
    risk: Risk,
    label: str,
    *,
    check: str,
    slice_: str = "all",
    direction: str = Direction.ABOVE,
    amber: Decimal,
    red: Decimal,
    by: Principal,
) -> Indicator:
    """Tie a risk to a series; amber and red are bounds of its value, red the worse one."""
    if direction not in Direction.values:
        raise InvalidInput("direction", "Choose from: above, below.", "/direction")
    sign = 1 if direction == Direction.ABOVE else -1
    if sign * amber > sign * red:
        raise InvalidInput("bounds", "Amber comes before red, in the direction chosen.", "/amber")
    with transaction.atomic():
        held = held_standing(risk, by)
        indicator = added(
            held,
            label=clean_name(label, 120),
            series_check=clean_name(check, 80),
            slice=clean_name(slice_ or "all", 120),
            direction=direction,
            amber=amber,
            red=red,
        )
        stated = state_risk(fresh(held), by=by)
        # What is committed before this entry is in the log once the entry is.
        read_after(stated, indicator.series_check)
    return indicator


def read_after(evidence: Evidence, check: str) -> None:
    """Read the indicators on a check once this statement is in the log."""
    enqueue(
        "risk.read_indicators",
        {"system": str(evidence.unit_id), "check": check, "entry": str(evidence.entry_id)},
        unit=evidence.unit,
    )


def added(risk: Risk, **values: Any) -> Indicator:
    try:
        with transaction.atomic():
            return Indicator.objects.create(risk=risk, **values)
    except IntegrityError as error:
        raise Conflict("indicator_exists", "This risk watches that series already.") from error


def unwatch_risk(indicator: Indicator, *, by: Principal) -> None:
    with transaction.atomic():
        held = held_standing(indicator.risk, by)
        indicator.delete()
        state_risk(fresh(held), by=by)


def fresh(risk: Risk) -> Risk:
    return Risk.objects.with_people().get(pk=risk.pk)


def read_indicators(system: AISystem, check: str, *, by: Actor) -> int:
    """Read every indicator of the system on this check again; returns how many turned."""
    rows = Indicator.objects.filter(risk__system=system, series_check=check)
    return sum(reread(pk, by) for pk in rows.values_list("pk", flat=True))


def reread(pk: Any, by: Actor) -> int:
    with transaction.atomic():
        held = Indicator.objects.select_for_update().get(pk=pk)
        risk = Risk.objects.with_people().get(pk=held.risk_id)
        before, reading = held.signal, reading_of(held, risk.system)
        keep_reading(held, reading)
        if before == reading.signal:
            return 0
        record(
            "risk.indicator_turned",
            by=by,
            object_type="risk",
            object_id=risk.pk,
            unit_path=risk.system.unit.path,
            facts={
                "indicator": str(held.pk),
                "before": before,
                "after": reading.signal,
                "value": held.value or None,
                "evidence": reading.evidence,
            },
        )
        tell(risk, held, reading)
    return 1


def reading_of(indicator: Indicator, system: AISystem) -> Reading:
    """What the series says. What a revoked key signed makes it worse and never better."""
    found, spec = series(system, indicator.series_check), spec_of(indicator)
    every = read(spec, (one["statement"]["predicate"] for one in found))
    kept = read(spec, (one["statement"]["predicate"] for one in found if not one["revoked"]))
    return max(kept, every, key=lambda reading: Signal(reading.signal).weight)


def series(system: AISystem, check: str) -> list[Indexed]:
    """Statements of this check at the system and below, oldest first. Raises EvidenceChanged."""
    rows = Evidence.objects.filter(unit=system.unit, type__in=KINDS, kind=check)
    return rows.indexed(log_size())[-LOOK_BACK:]


def keep_reading(indicator: Indicator, reading: Reading) -> None:
    if indicator.signal != reading.signal:
        indicator.since = timezone.now()
    indicator.signal = reading.signal
    indicator.value = "" if reading.value is None else decimal_text(reading.value)
    indicator.reason = reading.reason[:300]
    indicator.evidence_id = UUID(reading.evidence) if reading.evidence else None
    indicator.observed_to = (
        datetime.fromisoformat(reading.observed_to) if reading.observed_to else None
    )
    indicator.save()


def tell(risk: Risk, indicator: Indicator, reading: Reading) -> None:
    signal = Signal(reading.signal)
    value = f": {indicator.value}" if indicator.value else f" ({reading.reason})"
    for person in {risk.owner, risk.system.owner}:
        notify(
            person,
            "indicator_turned",
            f"Indicator {signal.label}: {indicator.label}, {risk}",
            risk.get_absolute_url(),
            f"{indicator.label} of {risk.system}{value}. Amber from {indicator.amber.normalize():f}, "
            f"red from {indicator.red.normalize():f}.",
        )
