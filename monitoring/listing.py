"""Lists of monitors, runs, batches and alerts as a principal sees them: for pages and as CSV."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, Value, When
from django.http import QueryDict

from governance.identity.principal import Principal
from governance.identity.tables import table
from governance.registry.models import AISystem
from monitoring.models import Alert, Batch, Monitor, MonitorRun
from monitoring.states import AlertState, MonitorState

STATE_ORDER = Case(
    When(state=AlertState.OPEN, then=Value(0)),
    When(state=AlertState.TRIAGED, then=Value(1)),
    default=Value(2),
)
MONITOR_ORDER = Case(
    When(state=MonitorState.ACTIVE, then=Value(0)),
    When(state=MonitorState.PAUSED, then=Value(1)),
    default=Value(2),
)


def alerts_seen(principal: Principal) -> QuerySet[Alert]:
    """Open ones first, those due soonest before others; then triaged, then closed."""
    rows = Alert.objects.visible_to(principal).with_parts()
    return rows.order_by(STATE_ORDER, "triage_by")


def monitors_seen(principal: Principal) -> QuerySet[Monitor]:
    """Active ones first; each with its last run (`last_*`) and how many alerts stand."""
    last = MonitorRun.objects.filter(monitor=OuterRef("pk")).order_by("-slot")
    rows = Monitor.objects.visible_to(principal).with_parts()
    return rows.annotate(
        last_status=Subquery(last.values("status")[:1]),
        last_slot=Subquery(last.values("slot")[:1]),
        last_drifted=Subquery(last.values("drifted")[:1]),
        standing_alerts=Count("alerts", filter=~Q(alerts__state=AlertState.CLOSED)),
    ).order_by(MONITOR_ORDER, "-created_at")


def batches_of(system: AISystem) -> QuerySet[Batch]:
    rows = Batch.objects.with_parts().filter(deployment__system=system)
    return rows.order_by("-created_at", "-sequence")


def narrowed(rows: Any, query: QueryDict, field: str) -> Any:
    """Only those of the system that the page names."""
    system = query.get("system", "")
    return rows.filter(**{field: system}) if is_uuid(system) else rows


def is_uuid(text: str) -> bool:
    return len(text) == 36 and all(one in "0123456789abcdef-" for one in text)


@table(
    "alerts",
    ("Alert", "title"),
    ("AI system", "system"),
    ("Kind", "get_kind_display"),
    ("State", "get_state_display"),
    ("Times seen", "count"),
    ("Opened", "opened_at"),
    ("To be triaged by", "triage_by"),
    ("Triaged", "triaged_at"),
    ("Closed", "closed_at"),
)
def alerts_table(principal: Principal, query: QueryDict) -> QuerySet[Alert]:
    return narrowed(alerts_seen(principal), query, "deployment__system")  # type: ignore[no-any-return]


@table(
    "monitors",
    ("Monitor", "name"),
    ("AI system", "system"),
    ("Release", "deployment.release.number"),
    ("State", "get_state_display"),
    ("Every seconds", "interval_seconds"),
    ("Last run", "last_status"),
    ("Last slot", "last_slot"),
    ("Alerts", "standing_alerts"),
)
def monitors_table(principal: Principal, query: QueryDict) -> QuerySet[Monitor]:
    return narrowed(monitors_seen(principal), query, "deployment__system")  # type: ignore[no-any-return]


@table(
    "monitor-runs",
    ("Monitor", "monitor.name"),
    ("Slot", "slot"),
    ("Batch", "batch.name"),
    ("Status", "get_status_display"),
    ("Drifted", "drifted"),
    ("Reason", "reason"),
    ("Evidence", "evidence_id"),
)
def runs_table(principal: Principal, query: QueryDict) -> QuerySet[MonitorRun]:
    rows = MonitorRun.objects.visible_to(principal).with_parts()
    monitor = query.get("monitor", "")
    return rows.filter(monitor_id=monitor) if is_uuid(monitor) else rows


@table(
    "batches",
    ("Batch", "name"),
    ("AI system", "deployment.system"),
    ("Observed from", "observed_from"),
    ("Observed until", "observed_until"),
    ("Rows", "dataset.rows"),
    ("Digest", "dataset.sha256"),
    ("Replay", "is_replay"),
    ("State", "get_state_display"),
    ("Labels", "get_labels_state_display"),
    ("Labelled rows", "labelled_rows"),
    ("Note", "note"),
)
def batches_table(principal: Principal, query: QueryDict) -> QuerySet[Batch]:
    rows = Batch.objects.visible_to(principal).with_parts()
    return narrowed(rows, query, "deployment__system")  # type: ignore[no-any-return]
