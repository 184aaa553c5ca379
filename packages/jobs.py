"""Packages are made by workers of the queue `reports`; a killed worker leaves one that waits, never a part."""

from __future__ import annotations

from typing import Any

from governance.evidence.checked import EvidenceChanged
from governance.work.kinds import WorkFailed, register
from governance.work.models import Queue
from governance.work.runner import Run
from packages.building import fail, make
from packages.models import AuditPackage
from reports.choices import ReportState


@register("packages.build", queue=Queue.REPORTS, lease_seconds=300)
def build_package(run: Run) -> dict[str, Any]:
    """Make one package. Done twice, the second time finds it ready and changes nothing."""
    package = AuditPackage.objects.select_related("unit", "asked_by").get(
        pk=run.arguments["package"]
    )
    if package.state != ReportState.READY:
        AuditPackage.objects.filter(pk=package.pk).update(state=ReportState.RENDERING, reason="")
        try:
            package = make(package, run)
        except (WorkFailed, EvidenceChanged) as failure:
            fail(package, str(failure), run.principal)
            raise WorkFailed(str(failure)) from failure
    return {"package": str(package.pk), "sha256": package.file_id}
