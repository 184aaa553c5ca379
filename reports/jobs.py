"""Reports are made by workers of the queue `reports`; a killed worker leaves a report that waits, never a part."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from governance.evidence.checked import EvidenceChanged
from governance.identity.errors import DomainError
from governance.work.kinds import WorkFailed, register
from governance.work.models import Queue
from governance.work.runner import Run
from reports.actions import begin_scheduled
from reports.charts import draw_charts
from reports.choices import ReportState
from reports.models import Chart, Report, ReportDefinition
from reports.rendering import fail, finish, render


@register("reports.render", queue=Queue.REPORTS, lease_seconds=60)
def render_report(run: Run) -> dict[str, Any]:
    """Make one report. Done twice, the second time finds it ready and changes nothing."""
    report = Report.objects.select_related("unit__parent", "definition", "asked_by").get(
        pk=run.arguments["report"]
    )
    if report.state == ReportState.READY:
        return outcome(report)
    Report.objects.filter(pk=report.pk).update(state=ReportState.RENDERING, reason="")
    try:
        made = render(report, run)
    except (WorkFailed, EvidenceChanged) as failure:
        fail(report, str(failure), run.principal)
        raise WorkFailed(str(failure)) from failure
    return outcome(finish(report, made, run))


def outcome(report: Report) -> dict[str, Any]:
    return {"report": str(report.pk), "sha256": report.pdf_id, "pages": report.pages}


@register("reports.due")
def make_due(run: Run) -> dict[str, Any]:
    """A slot of a schedule is due: begin its report, in the name of who scheduled it."""
    definition = ReportDefinition.objects.select_related("unit").get(pk=run.arguments["definition"])
    if definition.ended_at is not None:
        return {"report": None}
    slot = datetime.fromisoformat(run.arguments["slot"])
    try:
        report = begin_scheduled(definition, slot, by=run.principal)
    except DomainError as refusal:
        raise WorkFailed(f"The report was not begun: {refusal}") from refusal
    return {"report": str(report.pk)}


@register("reports.chart", queue=Queue.REPORTS)
def draw_chart(run: Run) -> dict[str, Any]:
    """Draw one chart that a page waits for."""
    chart = Chart.objects.select_related("artefact").get(pk=run.arguments["chart"])
    run.progress("Drawing the chart")
    drawn = draw_charts([chart])[0]
    return {"chart": str(drawn.pk), "sha256": drawn.artefact_id}
