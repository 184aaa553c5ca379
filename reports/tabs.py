"""Reports' part of the system page."""

from __future__ import annotations

from typing import Any

from governance.identity.principal import Principal
from governance.registry.models import AISystem
from governance.registry.pages import system_tab
from reports.listing import schedules_of
from reports.models import Report

SHOWN = 50


@system_tab("reports", "Reports", 90, "reports/tab_reports.html")
def reports(system: AISystem, principal: Principal) -> dict[str, Any]:
    path = system.unit.path
    found = Report.objects.filter(unit=system.unit).select_related("asked_by", "definition", "unit")
    return {
        "reports": found[:SHOWN],
        "total": found.count(),
        "schedules": schedules_of(principal).filter(unit=system.unit),
        "may_request": principal.may("report.request", path),
        "may_schedule": principal.may("report.schedule", path),
    }
