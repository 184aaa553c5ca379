"""What pages show of a monitor: drift by column and batch, figures over time, Evidently beside ours."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse

from governance.assessment.rules.decimals import WORDS
from governance.evidence.models import Evidence
from governance.registry.models import Deployment
from monitoring.checks import CHECKS
from monitoring.evaluated import verdict
from monitoring.models import Batch, Monitor, MonitorRun
from monitoring.plans_in_force import plans_in_force
from monitoring.states import LabelsState, RunStatus

JSON = dict[str, Any]

SHOWN_BATCHES = 24
SHORTEST_NAME = 12
# What is followed over time, in this order; fairness follows by attribute.
FOLLOWED = ("roc_auc", "accuracy", "f1", "expected_calibration_error")
RATIO = "selection_rate_ratio"
PLACES = 3
_PART = re.compile(r"\s*\bpart (\d+) of \d+\b", re.IGNORECASE)


def short_name(name: str) -> str:
    """'2016 part 1 of 4' as a column's heading: 2016·1."""
    short = _PART.sub(r"·\1", name)
    return short if len(short) <= SHORTEST_NAME else f"{short[: SHORTEST_NAME - 1]}…"


def compared_runs(monitor: Monitor) -> list[MonitorRun]:
    """The last runs that had a batch, oldest first."""
    rows = MonitorRun.objects.with_parts().filter(
        monitor=monitor, batch__isnull=False, evidence_id__isnull=False
    )
    return list(rows[:SHOWN_BATCHES])[::-1]


def statements(ids: Iterable[UUID | None]) -> dict[UUID, Evidence]:
    rows = Evidence.objects.filter(id__in=[one for one in ids if one is not None])
    return {row.id: row for row in rows}


def heat(runs: list[MonitorRun]) -> JSON:
    """PSI by column and batch, read from the drift statements; the greatest first."""
    held = statements(run.evidence_id for run in runs)
    found = [held[run.evidence_id].predicate for run in runs if run.evidence_id in held]
    names = {one["column"]: one.get("role") for said in found for one in said["columns"]}
    rows = [row(name, role == "prediction", runs, held) for name, role in names.items()]
    rows.sort(key=lambda one: (not one["is_prediction"], -one["greatest"]))
    batches = [run.batch for run in runs if run.batch is not None]
    return {"columns": [short_name(batch.name) for batch in batches], "rows": rows}


def row(name: str, is_prediction: bool, runs: list[MonitorRun], held: dict[UUID, Evidence]) -> JSON:
    cells = [cell(name, run, held) for run in runs]
    values = [Decimal(one["value"]) for one in cells if one["value"] is not None]
    return {
        "label": name.removeprefix("prediction ") if is_prediction else name,
        "is_prediction": is_prediction,
        "greatest": max(values, default=Decimal(0)),
        "cells": cells,
    }


def cell(name: str, run: MonitorRun, held: dict[UUID, Evidence]) -> JSON:
    stated = held.get(run.evidence_id) if run.evidence_id else None
    columns = stated.predicate["columns"] if stated else []
    found = next((one for one in columns if one["column"] == name), None)
    what = f"{name}, {run.batch}"
    if stated is None or found is None:
        return {"value": None, "title": f"{what}: not compared", "url": ""}
    url = evidence_url(stated.id)
    if found["psi"] is None:
        return {"value": None, "title": f"{what}: {found['reason']}", "url": url}
    verdict = "drifted" if found["drifted"] else "no drift by the monitor's rule"
    return {"value": found["psi"], "title": f"{what}: {verdict}", "url": url}


def evidence_url(pk: UUID | str) -> str:
    return reverse("evidence", args=[pk])


def labelled_batches(deployment: Deployment) -> list[Batch]:
    """The last batches whose labels were measured, oldest first."""
    rows = Batch.objects.with_parts().filter(
        deployment=deployment, labels_state=LabelsState.MEASURED
    )
    return list(rows.order_by("-sequence")[:SHOWN_BATCHES])[::-1]


def trends(deployment: Deployment) -> JSON:
    """Figures over labelled batches, each cell with its evidence; thresholds are those of the plan."""
    batches = labelled_batches(deployment)
    limits = thresholds(deployment)
    rows = [trend(one, batches, limits) for one in followed(batches)]
    return {
        "columns": [short_name(batch.name) for batch in batches],
        "rows": [one for one in rows if any(cell["value"] for cell in one["cells"])],
        "batches": batches,
    }


def followed(batches: list[Batch]) -> list[tuple[str, str]]:
    ratios = {
        (one["check"], one["slice"])
        for batch in batches
        for one in batch.results
        if one["check"] == RATIO
    }
    return [*((check, "all") for check in FOLLOWED), *sorted(ratios)]


def trend(
    series: tuple[str, str], batches: list[Batch], limits: dict[tuple[str, str], JSON]
) -> JSON:
    check, slice_ = series
    limit = limits.get(series)
    cells = [measured(batch, series, limit) for batch in batches]
    by = f" by {slice_}" if CHECKS[check].by_attribute else ""
    return {
        "label": f"{CHECKS[check].label}{by}",
        "cells": cells,
        "values": [one["value"] for one in cells],
        "threshold": limit["threshold"] if limit else None,
        "words": f"{WORDS[limit['comparator']]} {limit['threshold']}" if limit else "",
    }


def measured(batch: Batch, series: tuple[str, str], limit: JSON | None) -> JSON:
    found = next((one for one in batch.results if (one["check"], one["slice"]) == series), None)
    if found is None:
        return {"value": None, "url": "", "title": f"{batch}: not measured", "broken": False}
    url = evidence_url(found["evidence"])
    if found["value"] is None:
        return {"value": None, "url": url, "title": f"{batch}: {found['reason']}", "broken": False}
    held = found["value"]
    words = f"{batch}: {float(held['value']):.{PLACES}f}"
    if held["lower"]:
        words += f" ({float(held['lower']):.{PLACES}f} to {float(held['upper']):.{PLACES}f})"
    return {
        "value": held["value"],
        "url": url,
        "title": words,
        "broken": verdict(held, limit)[1] == "does not hold",
    }


def thresholds(deployment: Deployment) -> dict[tuple[str, str], JSON]:
    return {
        (one["check"], one["slice"]): one
        for plan in plans_in_force(deployment.release)
        for one in plan.criteria
    }


def beside(runs: list[MonitorRun]) -> JSON | None:
    """Ours and Evidently's word on each column in the newest completed run."""
    run = next((one for one in reversed(runs) if one.status == RunStatus.COMPLETED), None)
    if run is None or run.evidence_id is None:
        return None
    said = run.beside.get("columns", {})
    ours = Evidence.objects.get(id=run.evidence_id).predicate["columns"]
    rows = [
        {
            **one,
            "other": said[one["column"]],
            "agree": one["drifted"] == said[one["column"]]["drifted"],
        }
        for one in ours
        if one["column"] in said
    ]
    return {
        "run": run,
        "rows": rows,
        "reason": run.beside.get("reason", ""),
        "version": run.beside.get("evidently", ""),
        "sample": run.beside.get("sampleRows"),
        "agreeing": sum(one["agree"] for one in rows),
    }
