"""Monitoring's parts of the system page and of home."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from governance.identity.principal import Principal
from governance.registry.models import AISystem, Deployment
from governance.registry.pages import home_card, system_card, system_tab
from monitoring.choices import EvaluationState
from monitoring.evaluated import figures
from monitoring.listing import alerts_seen, batches_of, monitors_seen
from monitoring.models import Alert, EvaluationPlan, EvaluationRun, Monitor
from monitoring.showing import compared_runs, heat, trends
from monitoring.states import AlertState, MonitorState
from monitoring.views.monitors import monitor_row

BATCHES = 50
RUNS = 50
ON_HOME = 5


@system_tab("evaluations", "Evaluations", 40, "monitoring/tab_evaluations.html")
def evaluations(system: AISystem, principal: Principal) -> dict[str, Any]:
    """Plans, every attempt under them or without, and the newest figures."""
    plans = EvaluationPlan.objects.filter(system=system).select_related(
        "release__system__unit", "model_version__model"
    )
    rows = EvaluationRun.objects.with_parts().filter(release__system=system)[:RUNS]
    runs = [evaluation_row(run) for run in rows]
    newest = next((one for one in runs if one["run"].state == EvaluationState.COMPLETED), None)
    return {
        "plans": plans,
        "runs": runs,
        "newest": newest["run"] if newest else None,
        "figures": newest["figures"] if newest else [],
        "may_write": principal.may("plan.write", system.unit.path),
    }


def evaluation_row(run: EvaluationRun) -> dict[str, Any]:
    found = figures(run)
    asked = [one for one in found if one["asked"]]
    return {
        "run": run,
        "state": run.shown_state,
        "figures": found,
        "asked": len(asked),
        "failing": sum(one["words"] != "holds" for one in asked),
    }


@system_tab("monitoring", "Monitoring", 50, "monitoring/tab_monitoring.html")
def monitoring(system: AISystem, principal: Principal) -> dict[str, Any]:
    monitors = list(monitors_seen(principal).filter(deployment__system=system))
    batches = batches_of(system)
    focus = monitors[0] if monitors else None
    query = f"?system={system.pk}"
    return {
        "monitors": [monitor_row(one) for one in monitors],
        "focus": focus,
        "heat": heat(compared_runs(focus)) if focus else {"rows": []},
        "trends": trends(focus.deployment) if focus else {"rows": []},
        "alerts": standing_alerts(system, principal),
        "batches": batches[:BATCHES],
        "total_batches": batches.count(),
        "unwatched": unwatched(system, monitors),
        "may_manage": principal.may("monitor.manage", system.unit.path),
        "alerts_csv": reverse("table-csv", args=["alerts"]) + query,
        "batches_csv": reverse("table-csv", args=["batches"]) + query,
    }


def standing_alerts(system: AISystem, principal: Principal) -> list[Alert]:
    rows = alerts_seen(principal).filter(deployment__system=system)
    return list(rows.exclude(state=AlertState.CLOSED)[:BATCHES])


def unwatched(system: AISystem, monitors: list[Monitor]) -> list[Deployment]:
    watched = {one.deployment_id for one in monitors if one.state != MonitorState.ENDED}
    rows = Deployment.objects.live().filter(system=system, environment="production")
    return list(rows.exclude(pk__in=watched).select_related("release"))


@system_card("monitoring", 20, "monitoring/card_monitoring.html", column="side")
def monitoring_card(system: AISystem, principal: Principal) -> dict[str, Any]:
    rows = monitors_seen(principal).filter(deployment__system=system)
    monitor = rows.exclude(state=MonitorState.ENDED).first()
    alerts = standing_alerts(system, principal)
    return {
        "system": system,
        "monitor": monitor,
        "last": monitor_row(monitor)["last"] if monitor else None,
        "alerts": len(alerts),
        "overdue": sum(one.is_overdue for one in alerts),
        "is_live": Deployment.objects.live().filter(system=system).exists(),
    }


@home_card("alerts", 5, "monitoring/card_alerts.html")
def alerts_card(principal: Principal) -> dict[str, Any]:
    """Alerts that stand, those that somebody must look at soonest first."""
    rows = alerts_seen(principal).exclude(state=AlertState.CLOSED)
    found = list(rows[:ON_HOME])
    return {"alerts": [task_of(one) for one in found], "more": rows.count() - len(found)}


def task_of(alert: Alert) -> dict[str, Any]:
    words = "open, overdue" if alert.is_overdue else alert.get_state_display()
    return {
        "title": alert.title,
        "url": alert.get_absolute_url(),
        "tone": "bad" if alert.state == AlertState.OPEN else "warn",
        "words": words,
        "note": f"{alert.system} · seen {alert.count} time{'' if alert.count == 1 else 's'}",
        "due": alert.triage_by if alert.state == AlertState.OPEN else "",
    }
