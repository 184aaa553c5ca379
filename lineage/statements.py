"""What the platform itself states of lineage: a record of each attempt that ended, a measurement of a release."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from pathlib import Path
from typing import Any

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
from lineage.models import DataVersion, RunAttempt
from lineage.records import COMPLETENESS, newest_records
from lineage.story import models_of
from lineage.things import Flow
from lineage.tracing import Trace
from lineage.upstream import Moment

DIGESTS = 500
GAPS = 20
CODE = ("tracing.py", "flow.py", "upstream.py", "observed.py", "attempts.py")


def state_run(attempt: RunAttempt, *, by: Principal) -> Evidence | None:
    """A record of an attempt that ended, at its unit's scope; None while nothing new is to be said of it.

    Kind lineage-run, state completed or failed; a late event that changes what is said makes a new revision.
    """
    if attempt.state == RunState.RUNNING:
        return None
    made, read = (_data(attempt, role) for role in (UseRole.OUTPUT, UseRole.INPUT))
    fields = {
        "run": str(attempt.run_id),
        "attempt": attempt.number,
        "job": f"{attempt.job.namespace}/{attempt.job.name}",
        "inputs": _digests(read),
        "outputs": _digests(made),
        "inexact": sum(not one.digest for one in (*made, *read)),
        "commit": attempt.commit or None,
        "producer": attempt.producer,
        "endedWith": attempt.ended_with,
        "from": instant(attempt.began_at),
        "to": instant(attempt.ended_at) if attempt.ended_at else None,
    }
    last = Evidence.objects.of_record(attempt.pk).first()
    if last is not None and last.fields == fields:
        return None
    is_completed = attempt.state == RunState.COMPLETED
    return emit_record(
        "lineage-run",
        record_id=attempt.pk,
        state="completed" if is_completed else "failed",
        fields=fields,
        scope=unit_scope(attempt.unit),
        by=by,
        subjects=[subject(one.name[:300], one.digest) for one in made if one.digest][:DIGESTS],
    )


def _data(attempt: RunAttempt, role: str) -> list[DataVersion]:
    uses = attempt.uses.filter(role=role, replaced=None).select_related("data")
    return sorted((use.data for use in uses), key=lambda one: (one.digest, one.key))


def _digests(data: list[DataVersion]) -> list[str]:
    return [one.digest for one in data if one.digest][:DIGESTS]


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
