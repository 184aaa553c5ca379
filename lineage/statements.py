"""What the platform itself states of lineage: a record of each attempt that ended, a measurement of a release."""

from __future__ import annotations

import hashlib
import platform
from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from governance.audit import canonical
from governance.audit.actions import instant, salted
from governance.audit.ids import new_id
from governance.audit.queries import log_size
from governance.evidence.actions import emit, emit_record, subject, worker_collector
from governance.evidence.choices import Assurance, PredicateType
from governance.evidence.models import Evidence
from governance.evidence.scope import unit_scope
from governance.evidence.statement import decimal_text
from governance.identity.principal import Principal
from governance.registry.models import Release
from lineage.choices import RunState, UseRole
from lineage.flow import Look, add_flow, name_by_records, trace_of
from lineage.models import DataUse, RunAttempt
from lineage.records import COMPLETENESS, newest_records
from lineage.story import models_of
from lineage.things import Flow
from lineage.tracing import Trace
from lineage.upstream import Moment

DIGESTS = 500
GAPS = 20
CODE = ("tracing.py", "flow.py", "upstream.py", "observed.py", "attempts.py")


def state_runs(attempts: Collection[RunAttempt], by: Mapping[UUID, Principal]) -> list[Evidence]:
    """A record of each attempt that ended, at its unit's scope; `by` has who answers for each attempt.

    Kind lineage-run, state completed or failed. What was said already is not said again; a late event that changes
    it makes a new revision.
    """
    ended = [one for one in attempts if one.state != RunState.RUNNING]
    ids = [one.pk for one in ended]
    uses: dict[UUID, list[DataUse]] = defaultdict(list)
    for use in DataUse.objects.filter(attempt__in=ids, replaced=None).select_related("data"):
        uses[use.attempt_id].append(use)
    said = _said(ids)
    return [
        _state_run(one, uses[one.pk], fields, by[one.pk])
        for one in ended
        if (fields := _fields(one, uses[one.pk])) != said.get(one.pk)
    ]


def _said(ids: Collection[UUID]) -> dict[UUID, Any]:
    """The fields of the newest revision of each record."""
    rows = Evidence.objects.records("lineage-run").filter(record_id__in=ids)
    newest = rows.order_by("record_id", "-revision").distinct("record_id")
    found = newest.values_list("record_id", "statement__predicate__fields")
    return {record: fields for record, fields in found if record is not None}


def _fields(attempt: RunAttempt, uses: Collection[DataUse]) -> dict[str, Any]:
    return {
        "run": str(attempt.run_id),
        "attempt": attempt.number,
        "job": f"{attempt.job.namespace}/{attempt.job.name}",
        "inputs": _digests(uses, UseRole.INPUT),
        "outputs": _digests(uses, UseRole.OUTPUT),
        "inexact": sum(not use.data.digest for use in uses),
        "commit": attempt.commit or None,
        "producer": attempt.producer,
        "endedWith": attempt.ended_with,
        "from": instant(attempt.began_at),
        "to": instant(attempt.ended_at) if attempt.ended_at else None,
    }


def _state_run(
    attempt: RunAttempt, uses: Collection[DataUse], fields: dict[str, Any], by: Principal
) -> Evidence:
    made = {use.data.digest: use.data.name[:300] for use in uses if use.role == UseRole.OUTPUT}
    return emit_record(
        "lineage-run",
        record_id=attempt.pk,
        state="completed" if attempt.state == RunState.COMPLETED else "failed",
        fields=fields,
        scope=unit_scope(attempt.unit),
        by=by,
        subjects=[subject(made[digest], digest) for digest in fields["outputs"]],
    )


def _digests(uses: Collection[DataUse], role: str) -> list[str]:
    return sorted({use.data.digest for use in uses if use.role == role and use.data.digest})[
        :DIGESTS
    ]


def state_completeness(release: Release, *, by: Principal) -> Evidence | None:
    """Measure how much of what is upstream of a release is traced, in the caller's transaction.

    The rule engine counts every attempt, so lineage that is still arriving is no attempt: the first measurement is
    made when everything is traced. What is found missing after that is stated, and so is its mending, which
    supersedes. Returns None when there is nothing (new) to say.
    """
    Release.objects.select_for_update().get(pk=release.pk)
    moment = Moment(timezone.now(), log_size())
    flow, found = completeness_of(release, moment)
    last = _last_of(release)
    known = last.predicate["value"]["value"] if last else None
    share = decimal_text(found.share)
    if share == known or (last is None and not found.is_complete):
        return None
    # Incomplete figures replace each other: one lineage, seen again. A gap found after a complete one counts by itself.
    is_again = last is not None and known != "1"
    reason = salted(
        f"Seen again after more lineage arrived: the share traced was {known} and is {share}."
    )
    return emit(
        PredicateType.MEASUREMENT,
        scope=release.scope,
        subjects=[subject(str(release), release.digest)],
        body=_body(release, flow, found, moment),
        assurance=Assurance.COMPUTED_HERE,
        by=by,
        collector=worker_collector(by),
        supersedes={"id": str(last.id), "reasonDigest": reason.digest}
        if last and is_again
        else None,
        texts={"reason": reason} if is_again else None,
        at=moment.at,
    )


def completeness_of(release: Release, moment: Moment) -> tuple[Flow, Trace]:
    """What is upstream of a release's model versions, as stated and observed, and how much of it is traced."""
    unit = release.system.unit
    flow = Flow()
    for stated in newest_records(unit, "release", moment, [str(release.pk)]):
        models = models_of(unit, stated, moment)
        add_flow(flow, Look(unit.organisation_id, None, moment), models)
        name_by_records(flow, [unit.pk], moment)
        return flow, trace_of(flow, models)
    return flow, Trace(0, ())


def _last_of(release: Release) -> Evidence | None:
    rows = Evidence.objects.filter(type=PredicateType.MEASUREMENT, kind=COMPLETENESS)
    return rows.filter(scope_id=release.pk).order_by("-number").first()


def _body(release: Release, flow: Flow, found: Trace, moment: Moment) -> dict[str, Any]:
    begun = min((edge.valid_from for edge in flow.edges), default=moment.at)
    now = instant(moment.at)
    return {
        "series": {"check": COMPLETENESS, "target": f"sha256:{release.digest}", "slice": "all"},
        "observed": {"from": instant(min(begun, moment.at)), "to": now},
        "plan": None,
        "run": {
            "id": str(new_id()),
            "attempt": 1,
            "startedAt": now,
            "status": "completed",
            "reason": None,
        },
        "dataset": None,
        "parameters": _parameters(flow, found, moment),
        "code": lineage_code(),
        "environment": environment(),
        "population": {
            "description": "Model versions of the release and every content upstream of them",
            "n": found.total,
        },
        "sample": {"method": "all of them", "n": found.total, "seed": None},
        "value": {
            "metric": COMPLETENESS,
            "unit": "1",
            "value": decimal_text(found.share),
            "lower": None,
            "upper": None,
            "level": None,
            "method": None,
            "n": found.total,
        },
        "groupMetric": None,
        "groups": [],
        "leftOut": [],
        "artefacts": [],
    }


def _parameters(flow: Flow, found: Trace, moment: Moment) -> dict[str, Any]:
    kinds = [thing.node.kind for thing in flow.things.values()]
    told = {
        "logSize": moment.log_size,
        "traced": found.known,
        "runs": kinds.count("job-run"),
        "modelVersions": kinds.count("model-version"),
        "declaredSources": sum(t.node.is_declared_source for t in flow.things.values()),
    }
    gaps = {
        f"gap{n}": f"{gap.label}: {gap.reason}"[:4000] for n, gap in enumerate(found.gaps[:GAPS], 1)
    }
    return told | gaps


@cache
def lineage_code() -> dict[str, str]:
    """The program that traces, by the digest of its files."""
    folder = Path(__file__).parent
    hashed = hashlib.sha256(b"".join((folder / name).read_bytes() for name in CODE)).hexdigest()
    return {"name": "muniment.lineage", "version": settings.VERSION, "digest": hashed}


@cache
def environment() -> dict[str, Any]:
    described = {"python": platform.python_version(), "muniment": settings.VERSION}
    return {
        "digest": canonical.digest(described),
        "runtime": f"Python {platform.python_version()}",
        "device": None,
        "provider": None,
        "nodes": {},
    }
