from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from governance.audit import canonical
from governance.audit.actions import instant
from governance.evidence.actions import emit_record
from governance.evidence.models import Evidence
from governance.identity.choices import Role
from governance.identity.directory import holders
from governance.identity.errors import Conflict, Forbidden, InvalidInput
from governance.identity.models import Person
from governance.identity.principal import Principal
from governance.registry.models import Deployment
from governance.work.actions import notify
from monitoring.models import Alert, Batch, Monitor
from monitoring.statements import state_by_platform
from monitoring.states import AlertKind, AlertState

NOTE_LIMIT = 4000
KEPT_EVIDENCE = 50
# Where no monitor says by when an alert is to be looked at.
DEFAULT_TRIAGE = timedelta(hours=72)
ANY_THEME = "any"


@dataclass(frozen=True)
class Cause:
    """What raises an alert: `subject` is the column, or the check and slice, that it is about."""

    kind: str
    theme: str
    subject: str
    title: str
    evidence: UUID


def raise_alert(
    deployment: Deployment,
    monitor: Monitor | None,
    batch: Batch,
    cause: Cause,
    *,
    by: Principal,
    at: datetime,
) -> Alert:
    """Open an alert, or count up the one that stands about the same thing. In the caller's transaction."""
    standing = Alert.objects.standing().select_for_update(of=("self",)).with_parts()
    held = standing.filter(fingerprint=fingerprint(deployment, cause)).first()
    if held is None:
        held = open_alert(deployment, monitor, batch, cause, at)
    else:
        count_up(held, batch, cause, at)
    state_by_platform(
        "alert",
        record_id=held.pk,
        state=held.state,
        fields=alert_fields(held),
        scope=deployment.scope,
        by=by,
        at=at,
    )
    return held


def open_alert(
    deployment: Deployment, monitor: Monitor | None, batch: Batch, cause: Cause, at: datetime
) -> Alert:
    triage = timedelta(seconds=monitor.triage_seconds) if monitor else DEFAULT_TRIAGE
    alert = Alert.objects.create(
        deployment=deployment,
        monitor=monitor,
        kind=cause.kind,
        theme=cause.theme,
        subject=cause.subject,
        title=cause.title[:300],
        fingerprint=fingerprint(deployment, cause),
        evidence=[cause.evidence],
        first_batch=batch,
        last_batch=batch,
        opened_at=at,
        seen_at=at,
        triage_by=at + triage,
    )
    tell(alert, f"Alert: {alert.title}", f"To be triaged by {alert.triage_by:%Y-%m-%d %H:%M} UTC.")
    return alert


def count_up(alert: Alert, batch: Batch, cause: Cause, at: datetime) -> None:
    alert.count += 1
    alert.evidence = [*alert.evidence, cause.evidence][-KEPT_EVIDENCE:]
    alert.last_batch, alert.seen_at = batch, at
    alert.save(update_fields=["count", "evidence", "last_batch", "seen_at"])


def fingerprint(deployment: Deployment, cause: Cause) -> str:
    """The same deployment, kind and subject are the same alert while it stands."""
    return canonical.digest([str(deployment.pk), str(cause.kind), cause.subject])


def triage_alert(alert: Alert, note: str, *, by: Principal) -> Alert:
    """Say what was found when the alert was looked at. It stays open to be closed."""
    by.require("alert.triage", alert.system.unit.path)
    written = check_note(note, "note")
    with transaction.atomic():
        held = locked(alert)
        if held.state != AlertState.OPEN:
            raise Conflict("alert_not_open", f"This alert is {held.get_state_display()} already.")
        held.state, held.triaged_at = AlertState.TRIAGED, timezone.now()
        held.triaged_by, held.triage_note = Person.objects.get(pk=by.person_id), written
        held.save(update_fields=["state", "triaged_at", "triaged_by", "triage_note"])
        state_alert(held, by=by)
    return held


def close_alert(alert: Alert, reason: str, *, by: Principal) -> Alert:
    """Say why nothing is left to be done. The same thing again opens another alert."""
    by.require("alert.triage", alert.system.unit.path)
    if by.person_id in alert.deployment.release.authors:
        raise Forbidden("own_alert", "Somebody who did not make this release closes its alerts.")
    written = check_note(reason, "reason")
    with transaction.atomic():
        held = locked(alert)
        if held.state == AlertState.CLOSED:
            raise Conflict("alert_closed", "This alert is closed already.")
        if held.state == AlertState.OPEN:
            raise Conflict("alert_not_triaged", "Triage this alert before you close it.")
        held.state, held.closed_at = AlertState.CLOSED, timezone.now()
        held.closed_by, held.close_reason = Person.objects.get(pk=by.person_id), written
        held.save(update_fields=["state", "closed_at", "closed_by", "close_reason"])
        state_alert(held, by=by)
    return held


def locked(alert: Alert) -> Alert:
    return Alert.objects.select_for_update(of=("self",)).with_parts().get(pk=alert.pk)


def check_note(text: str, field: str) -> str:
    written = text.strip()
    if not written or len(written) > NOTE_LIMIT or "\0" in written:
        raise InvalidInput(
            f"{field}_missing",
            f"Write what you found, in 1 to {NOTE_LIMIT} characters.",
            f"/{field}",
        )
    return written


def state_alert(alert: Alert, *, by: Principal) -> Evidence:
    return emit_record(
        "alert",
        record_id=alert.pk,
        state=alert.state,
        fields=alert_fields(alert),
        scope=alert.scope,
        by=by,
    )


def alert_fields(alert: Alert) -> dict[str, Any]:
    """What the record says. No field is named `subject` or `digest`: those bind records to releases."""
    return {
        "title": alert.title,
        "kind": alert.kind,
        "theme": alert.theme,
        "about": alert.subject,
        "monitor": str(alert.monitor_id) if alert.monitor_id else None,
        "count": alert.count,
        "firstBatch": str(alert.first_batch_id) if alert.first_batch_id else None,
        "lastBatch": str(alert.last_batch_id) if alert.last_batch_id else None,
        "evidence": [str(one) for one in alert.evidence],
        "openedAt": instant(alert.opened_at),
        "triageBy": instant(alert.triage_by),
        "triagedAt": instant(alert.triaged_at) if alert.triaged_at else None,
        "triagedBy": str(alert.triaged_by_id) if alert.triaged_by_id else None,
        "triageNote": alert.triage_note or None,
        "closedAt": instant(alert.closed_at) if alert.closed_at else None,
        "closedBy": str(alert.closed_by_id) if alert.closed_by_id else None,
        "closeReason": alert.close_reason or None,
    }


def tell(alert: Alert, title: str, text: str) -> None:
    for person in concerned(alert.deployment):
        notify(person, "alert_opened", title, alert.get_absolute_url(), text)


def concerned(deployment: Deployment) -> Sequence[Person]:
    """The owner of the system and the compliance officers of its units."""
    officers = holders(Role.OFFICER, deployment.system.unit.path)
    return list(dict.fromkeys([deployment.system.owner, *officers]))


def drift_cause(column: str, theme: str, batch: Batch, evidence: Evidence) -> Cause:
    title = f"{column[:1].upper()}{column[1:]} drifted in {batch.name}"
    return Cause(AlertKind.DRIFT, theme, column, title, evidence.id)
