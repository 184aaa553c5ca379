"""The drift statement of one slot."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings

from governance.audit.actions import instant
from governance.evidence.actions import emit, subject, worker_collector
from governance.evidence.choices import Assurance, PredicateType
from governance.evidence.models import Evidence
from governance.identity.principal import Principal
from monitoring.evaluation.drifting import CHECK, column
from monitoring.evaluation.provenance import code, environment_of
from monitoring.models import Batch, Monitor, MonitorRun
from monitoring.statistics.column_drift import DriftStatus
from monitoring.watching.comparison import Compared

JSON = dict[str, Any]

NO_BATCH = "No batch was waiting when the slot came."


def state_drift(
    run: MonitorRun, compared: Compared | None, by: Principal, at: datetime
) -> Evidence:
    """Sign what a slot found; without a batch it found no data, never no drift."""
    monitor, release = run.monitor, run.monitor.deployment.release
    subjects = [
        subject(str(release), release.digest),
        subject(monitor.reference.name, monitor.reference.sha256),
    ]
    if run.batch is not None:
        subjects.append(subject(run.batch.name, run.batch.dataset.sha256))
    compared = compared or Compared(status=DriftStatus.NO_DATA, reason=NO_BATCH)
    return emit(
        PredicateType.DRIFT,
        scope=monitor.scope,
        subjects=subjects,
        body=body(run, compared, at),
        assurance=Assurance.COMPUTED_HERE,
        by=by,
        collector=worker_collector(by),
        at=at,
    )


def body(run: MonitorRun, compared: Compared, at: datetime) -> JSON:
    monitor, batch = run.monitor, run.batch
    environment, _ = environment_of(compared.provider, compared.nodes)
    return {
        "series": {
            "check": CHECK,
            "target": f"sha256:{monitor.deployment.release.digest}",
            "slice": f"batch:{batch.pk}" if batch else "all",
        },
        "observed": observed(run),
        "monitor": {
            "id": str(monitor.pk),
            "revision": monitor.revision,
            "digest": monitor.digest,
        },
        "scheduledFor": instant(run.slot),
        "run": {
            "id": str(run.pk),
            "attempt": max(run.job.attempt, 1) if run.job else 1,
            "startedAt": instant(run.created_at),
        },
        "reference": reference(monitor),
        "dataset": rows(batch) if batch else None,
        "sample": {"method": "every row", "n": batch.dataset.rows if batch else 0, "seed": None},
        "status": str(compared.status),
        "reason": compared.reason or None,
        "columns": [column(one) for one in compared.columns],
        "code": code(settings.VERSION),
        "environment": environment,
        "artefacts": artefacts(compared),
    }


def observed(run: MonitorRun) -> JSON:
    """The batch's own period; a slot without a batch speaks of the interval before it."""
    if run.batch is None:
        return {"from": instant(run.slot - run.monitor.interval), "to": instant(run.slot)}
    return {
        "from": instant(run.batch.observed_from),
        "to": instant(run.batch.observed_until),
    }


def reference(monitor: Monitor) -> JSON:
    held = monitor.reference
    return {"name": held.name, "digest": held.sha256, "rows": held.rows}


def rows(batch: Batch) -> JSON:
    held = batch.dataset
    return {"name": batch.name, "digest": held.sha256, "rows": held.rows, "labels": None}


def artefacts(compared: Compared) -> list[JSON]:
    kept = []
    if compared.beside_digest:
        kept.append(("evidently.json", compared.beside_digest, "application/json"))
    if compared.scores:
        kept.append(("scores.f64", compared.scores, "application/octet-stream"))
    return [{"name": n, "digest": digest, "mediaType": m} for n, digest, m in kept]
