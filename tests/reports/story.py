"""A system with something to tell: a release measured, deployed, watched, judged and decided on. All invented."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from governance.assessment.actions import approvals, documents, findings, statements
from governance.assessment.models import ApprovalRequest
from governance.audit.actions import instant
from governance.evidence.actions import emit, emit_record, subject, worker_collector
from governance.evidence.models import Evidence
from governance.evidence.scope import Scope
from governance.gates.actions import ask_gate, request_release_approval
from governance.registry.actions import record_deployment
from governance.registry.models import Deployment, Release
from risk.watching import watch_risk
from tests.cast import Cast, make_release
from tests.evidence import samples
from tests.risk.writing import treat, write

HEADS = ("id", "scope", "producedAt", "collector", "assurance", "supersedes")
CRITERIA = [
    {
        "id": "auc",
        "theme": "performance",
        "check": "roc_auc",
        "slice": "all",
        "comparator": ">=",
        "threshold": "0.80",
        "use": "lower",
        "minimumSample": 1000,
    },
    {
        "id": "four-fifths",
        "theme": "fairness",
        "check": "selection_rate_ratio",
        "slice": "SEX",
        "comparator": ">=",
        "threshold": "0.80",
        "use": "point",
        "minimumSample": 1000,
    },
]
COLUMNS = ("AGEP", "SCHL", "MAR", "DIS", "SEX", "RAC1P", "probability")
BATCHES = tuple(f"{year} part {part} of 4" for year in (2016, 2017) for part in (1, 2, 3, 4))


def soon(days: int = 60) -> Any:
    return timezone.now().date() + timedelta(days=days)


def tell(cast: Cast) -> Release:
    """The whole story up to a deployment that drifts once; returns the release."""
    release = make_release(cast)
    plan = approve_plan(cast, release)
    for check, slice_, value, spread, n in (
        ("roc_auc", "all", "0.871", "0.006", 9000),
        ("accuracy", "all", "0.794", "0.008", 9000),
        ("selection_rate_ratio", "SEX", "0.523", "0.021", 9000),
        ("selection_rate_ratio", "RAC1P", "0.742", "0.038", 8710),
        ("latency_p95", "all", "0.0042", "0", 2000),
    ):
        measure(cast, release.scope, release.digest, check, slice_, value, spread, n, plan=plan)
    judge_people(cast, release)
    set_aside(cast)
    deployment = record_deployment(release, "production", by=cast.by("owen"))
    watch(cast, deployment, release)
    watched_risks(cast)
    cast.sequence()
    ask_gate(release, "production", by=cast.by("owen"))
    return release


def approve_plan(cast: Cast, release: Release) -> dict[str, Any]:
    """An evaluation plan, approved by somebody other than its author, as its record states it."""
    stated = stated_plan(cast, release, "draft")
    with transaction.atomic():
        emit(
            "approval",
            scope=cast.system.scope,
            subjects=[subject("evaluation-plan", stated.subjects[0])],
            body={
                "request": str(stated.record_id),
                "purpose": "evaluation-plan",
                "subjectKind": "evaluation-plan",
                "outcome": "approved",
                "conditions": [],
                "role": "validator",
                "person": str(cast.person("vera").pk),
                "barred": [str(cast.person("dev").pk)],
                "reasonDigest": "d" * 64,
                "validUntil": None,
                "logSize": 0,
            },
            assurance="statement",
            by=cast.by("vera"),
        )
    return {"id": str(stated.record_id), "revision": 1, "digest": stated.subjects[0]}


def stated_plan(cast: Cast, release: Release, state: str) -> Evidence:
    from governance.audit.ids import new_id

    with transaction.atomic():
        return emit_record(
            "evaluation-plan",
            record_id=new_id(),
            state=state,
            fields={
                "title": "Performance and fairness before production (test)",
                "subject": release.digest,
                "dataset": samples.DATA,
                "criteria": CRITERIA,
                "rationale": "Four-fifths is the customary first test of adverse impact.",
            },
            scope=release.scope,
            by=cast.by("dev"),
            subjects=[subject(str(release), release.digest)],
        )


def body_of(sample: str) -> dict[str, Any]:
    found: dict[str, Any] = samples.SAMPLES[sample]()["predicate"]
    body = {name: value for name, value in found.items() if name not in HEADS}
    # The samples' runs are of another day.
    return body | {"run": {**body["run"], "startedAt": instant(timezone.now())}}


def measure(
    cast: Cast,
    scope: Scope,
    target: str,
    check: str,
    slice_: str,
    value: str,
    spread: str,
    n: int,
    *,
    plan: dict[str, Any] | None = None,
    batch: str = "",
    observed: dict[str, str] | None = None,
) -> Evidence:
    body = body_of("measurement")
    lower, upper = Decimal(value) - Decimal(spread), Decimal(value) + Decimal(spread)
    exact = spread == "0"
    body |= {
        "series": {"check": check, "target": f"sha256:{target}", "slice": slice_},
        "plan": plan,
        "observed": observed or samples.OBSERVED,
        "sample": {"method": "every row", "n": n, "seed": None},
        "value": {
            "metric": check,
            "unit": "s" if exact else "1",
            "value": value,
            "lower": None if exact else f"{lower}",
            "upper": None if exact else f"{upper}",
            "level": None if exact else "0.95",
            "method": None if exact else "DeLong",
            "n": n,
        },
        "dataset": {
            "name": batch or "ACS 2015, evaluation (test)",
            "digest": samples.DATA,
            "rows": n,
            "labels": None,
        },
    }
    if slice_ == "all":
        body |= {"groups": [], "groupMetric": None, "leftOut": []}
    return emit_here(cast, "measurement", scope, target, body)


def emit_here(cast: Cast, type_: str, scope: Scope, target: str, body: dict[str, Any]) -> Evidence:
    with transaction.atomic():
        return emit(
            type_,
            scope=scope,
            subjects=[subject("release", target)],
            body=body,
            assurance="computed-here",
            by=cast.by("owen"),
            collector=worker_collector(cast.by("owen")),
        )


def judge_people(cast: Cast, release: Release) -> None:
    """Opinion, finding with action, exception, conditional approval."""
    statements.give_opinion(
        release,
        "fit-with-findings",
        "Fit for offering places under the exception, with a case worker reviewing each refusal.",
        ["Replay of 2015", "Sensitivity to the cut-off"],
        by=cast.by("vera"),
    )
    finding = findings.raise_finding(
        cast.system,
        "The target stands in for another thing",
        {
            "criterion": "The target measures what the service is for",
            "condition": "“Not employed” includes people outside the labour force",
            "cause": "The survey has no wish to work",
            "effect": "Places go to people who did not look for one",
        },
        severity="high",
        owner=cast.person("owen"),
        due_on=soon(45),
        release=release,
        requirement="MAP 2.3",
        by=cast.by("vera"),
    )
    findings.plan_action(
        finding,
        "Train on people in the labour force",
        cast.person("dev"),
        soon(30),
        by=cast.by("owen"),
    )
    findings.request_exception(
        release,
        ["MEASURE 2.11"],
        reason="The service starts in January and the next model is due in March",
        compensating_control="A case worker reviews every refusal",
        expires_on=soon(60),
        by=cast.by("owen"),
    )
    asked = ApprovalRequest.objects.get(subject_kind="exception")
    approvals.decide(asked, "approved", "Bounded in time, with a control.", by=cast.by("dana"))
    request = request_release_approval(release, "production", "executive", by=cast.by("owen"))
    approvals.decide(
        request,
        "approved-with-conditions",
        "Benefits outweigh, under review of each refusal.",
        by=cast.by("erin"),
        conditions=["Report monthly on refusals that were overturned"],
    )


def set_aside(cast: Cast) -> None:
    """A requirement that does not apply, and one that an officer says is not met."""
    documents.record_not_applicable(
        cast.system.unit, "MANAGE 3.2", "No pre-trained model is part of it.", by=cast.by("dana")
    )
    asked = ApprovalRequest.objects.get(subject_kind="tailoring")
    approvals.decide(asked, "approved", "The model's origin is on record.", by=cast.by("erin"))
    statements.make_statement(
        cast.system.scope, "MAP 1.4", met=False, role="officer", text="None.", by=cast.by("dana")
    )


def watch(cast: Cast, deployment: Deployment, release: Release) -> None:
    """Eight batches compared, one with an error of unit; performance one batch late; an alert triaged late."""
    for number, batch in enumerate(BATCHES):
        observed = months(number)
        drift(cast, deployment.scope, release.digest, batch, observed, wrong=number == 6)
        if number < 7:
            value = f"{0.868 - 0.006 * number:.3f}"
            measure(
                cast,
                deployment.scope,
                release.digest,
                "roc_auc",
                f"batch:{batch}",
                value,
                "0.011",
                8000,
                batch=batch,
                observed=observed,
            )
    open_alert(cast, deployment.scope)


def months(number: int) -> dict[str, str]:
    begin = datetime(2016, 1, 1, tzinfo=UTC) + timedelta(days=91 * number)
    end = begin + timedelta(days=91)
    return {"from": f"{begin:%Y-%m-%d}T00:00:00Z", "to": f"{end:%Y-%m-%d}T00:00:00Z"}


def drift(
    cast: Cast, scope: Scope, target: str, batch: str, observed: dict[str, str], *, wrong: bool
) -> Evidence:
    body = body_of("drift")
    column = body["columns"][0]
    rows = []
    for place, name in enumerate(COLUMNS):
        psi = "3.412" if wrong and name == "AGEP" else f"{0.004 + 0.017 * place:.3f}"
        rows.append({**column, "column": name, "psi": psi, "drifted": psi > "0.2"})
    body |= {
        "series": {"check": "drift", "target": f"sha256:{target}", "slice": f"batch:{batch}"},
        "observed": observed,
        "dataset": {"name": batch, "digest": samples.CODE, "rows": 8000, "labels": None},
        "columns": rows,
    }
    return emit_here(cast, "drift", scope, target, body)


def open_alert(cast: Cast, scope: Scope) -> None:
    from governance.audit.ids import new_id

    with transaction.atomic():
        emit_record(
            "alert",
            record_id=new_id(),
            state="triaged",
            fields={
                "title": "AGEP drifted in 2017 part 3 of 4",
                "theme": "any",
                "openedAt": "2026-10-01T08:00:00Z",
                "triageBy": "2026-10-03T08:00:00Z",
                "triagedAt": "2026-10-04T09:30:00Z",
                "triagedBy": str(cast.person("owen").pk),
            },
            scope=scope,
            by=cast.by("owen"),
        )


def watched_risks(cast: Cast) -> None:
    first = treat(cast, write(cast))
    watch_risk(
        first, "PSI, worst column", check="drift", amber=Decimal("0.1"), red=Decimal("0.25"),
        by=cast.by("owen"),
    )  # fmt: skip
    write(cast, title="People are refused a place because of their sex", likelihood=5, impact=4)
