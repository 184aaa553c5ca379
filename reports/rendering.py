"""Making a report: read the log at one instant, judge, draw, set pages, then keep, state and deliver at once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from governance.assessment.criteria import baseline_edition
from governance.audit.actions import instant, record
from governance.evidence.actions import emit, subject, worker_collector
from governance.evidence.choices import Assurance, PredicateType
from governance.evidence.models import Evidence
from governance.evidence.scope import unit_scope
from governance.identity.principal import Principal
from governance.registry import store
from governance.registry.models import Artefact
from governance.work.actions import notify
from governance.work.kinds import WorkFailed
from governance.work.runner import Run
from reports import pages
from reports.actions import may_read, pinned_definition
from reports.charts import chart_of, draw_charts, picture
from reports.choices import ReportState
from reports.content.document import build, specs_in, text_of
from reports.content.snapshot import Snapshot, frozen, take
from reports.engine.running import EngineFailed, Typeset, typeset
from reports.models import Report
from reports.provenance import code

log = logging.getLogger(__name__)
PDF_LIMIT = 128 * 2**20
CONTENT_LIMIT = 64 * 2**20
STEPS = 4


@dataclass(frozen=True)
class Made:
    """A report before anybody sees it: its content, the pages, and the log that both were read from."""

    content: dict[str, Any]
    typeset: Typeset
    snapshot: Snapshot


def render(report: Report, run: Run) -> Made:
    """Everything short of keeping it. Raises TryLater, WorkFailed or LeaseLost; nothing is left behind."""
    run.progress("Waiting for a signed checkpoint", 0, STEPS)
    since = report.period[0] if report.period_days else None
    with frozen():
        snapshot = take(report.entry_id, report.effective_at, since)
        content = build(report, snapshot)
    run.progress(f"Read {snapshot.size:,} entries of the log; drawing charts", 1, STEPS)
    pictures = pictures_of(report, content)
    run.progress("Setting the pages", 2, STEPS)
    try:
        made = typeset(pages.document(content), pages.assets(), pictures)
    except EngineFailed as failure:
        log.warning("Report %s: %s %s", report.pk, failure, failure.outcome.stderr[-500:])
        raise WorkFailed(f"The pages were not set. {failure}") from failure
    for complaint in made.complaints:
        log.warning("Report %s: %s", report.pk, complaint)
    return Made(content, made, snapshot)


def pictures_of(report: Report, content: Mapping[str, Any]) -> dict[str, bytes]:
    """SVG of every chart by its name in the document, drawn now where no page has needed it before."""
    specs = list({pages.chart_name(spec): spec for spec in specs_in(content)}.values())
    charts = [chart_of(spec, report.unit) for spec in specs]
    drawn = draw_charts(charts)
    return {pages.chart_name(chart.spec): picture(chart) for chart in drawn}


def finish(report: Report, made: Made, run: Run) -> Report:
    """Keep the files, state the report, mark it ready and tell its readers: all in one transaction."""
    run.progress("Keeping and signing", 3, STEPS)
    pdf = store.put([made.typeset.pdf], PDF_LIMIT)
    content = store.put([text_of(made.content).encode()], CONTENT_LIMIT)
    with transaction.atomic():
        run.assert_held()
        by = run.principal
        stated = state_report(report, made, pdf, content, by)
        report.state, report.ready_at = ReportState.READY, timezone.now()
        report.pdf, report.content = pdf, content
        report.pages, report.evidence_id = made.typeset.pages, stated.id
        report.log_size, report.root = made.snapshot.size, made.snapshot.root
        report.summary = summary_of(made.content)
        report.save()
        deliver(report, by)
    return report


def state_report(
    report: Report, made: Made, pdf: Artefact, content: Artefact, by: Principal
) -> Evidence:
    since, until = report.period
    return emit(
        PredicateType.REPORT,
        scope=unit_scope(report.unit),
        subjects=[subject(report.filename, pdf.sha256), subject("content.json", content.sha256)],
        body={
            "definition": pinned_definition(report),
            "period": {"from": instant(since), "to": instant(until)},
            "effectiveAt": instant(report.effective_at),
            "baseline": baseline_edition(),
            "code": code(),
            "logSize": made.snapshot.size,
            "root": made.snapshot.root,
            "pages": made.typeset.pages,
        },
        assurance=Assurance.COMPUTED_HERE,
        by=by,
        collector=worker_collector(by),
    )


def summary_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """What the report's page repeats of its first page."""
    held, ids = content["summary"], {one["short"]: one["id"] for one in content["register"]}
    attention = [
        {**one, "evidence": [ids[short] for short in one["evidence"] if short in ids]}
        for one in held["attention"]
    ]
    kept = ("requirements", "counts", "figures", "more")
    return {**{name: held[name] for name in kept}, "attention": attention}


def deliver(report: Report, by: Principal) -> None:
    """Tell each recipient who may still read it, in the app and by e-mail; the log says who."""
    readers = [one for one in report.recipients.all() if may_read(one, report.unit)]
    for person in readers:
        notify(
            person,
            "report_ready",
            f"Report ready: {report.unit}",
            report.get_absolute_url(),
            f"{report.title}, {report.pages} pages, log size {report.log_size}.",
        )
    assert report.pdf is not None  # it was just kept
    record(
        "reports.report_delivered",
        by=by,
        object_type="report",
        object_id=report.pk,
        unit_path=report.unit.path,
        facts={
            "sha256": report.pdf.sha256,
            "recipients": sorted(str(person.pk) for person in readers),
        },
    )


def fail(report: Report, reason: str, by: Principal) -> None:
    """Say why there is no report; who asked is told."""
    with transaction.atomic():
        changed = Report.objects.filter(pk=report.pk).exclude(state=ReportState.READY)
        if changed.update(state=ReportState.FAILED, reason=reason[:1000]) != 1:
            return
        record(
            "reports.report_failed",
            by=by,
            object_type="report",
            object_id=report.pk,
            unit_path=report.unit.path,
            texts={"reason": reason[:1000]},
        )
        notify(
            report.asked_by,
            "report_failed",
            f"No report: {report.unit}",
            report.get_absolute_url(),
            reason[:1000],
        )
