"""Reports and schedules as pages and CSV show them."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import QueryDict

from governance.identity.principal import Principal
from governance.identity.tables import table
from reports.models import Report, ReportDefinition


def reports_of(principal: Principal, query: QueryDict) -> QuerySet[Report]:
    """Newest first; `unit` narrows to one unit and what lies below it."""
    rows = Report.objects.visible_to(principal).select_related(
        "unit", "asked_by", "definition", "job"
    )
    unit = query.get("unit", "")
    return rows.filter(unit__path__contains=f"/{unit}/") if unit else rows


def schedules_of(principal: Principal) -> QuerySet[ReportDefinition]:
    rows = ReportDefinition.objects.visible_to(principal).filter(ended_at=None)
    return rows.select_related("unit", "schedule", "written_by").prefetch_related("recipients")


@table(
    "reports",
    ("Title", "title"),
    ("About", "unit.name"),
    ("State", "get_state_display"),
    ("As of", "effective_at"),
    ("Period in days", "period_days"),
    ("Schedule", "definition.name"),
    ("Asked by", "asked_by.name"),
    ("Log size", "log_size"),
    ("Root", "root"),
    ("Pages", "pages"),
    ("Sha256", "pdf_id"),
    ("Evidence", "evidence_id"),
    ("Ready", "ready_at"),
    ("Id", "pk"),
)
def reports_table(principal: Principal, query: QueryDict) -> QuerySet[Report]:
    return reports_of(principal, query)
