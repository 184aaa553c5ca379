"""One valid statement of each type, about a demo system; tests change what they are about."""

from __future__ import annotations

import copy
from typing import Any

from governance.evidence import predicates
from governance.evidence.predicates import Collector, Head

ORGANISATION = "01930000-0000-7000-8000-00000000000a"
UNIT = "01930000-0000-7000-8000-00000000000b"
SYSTEM = "01930000-0000-7000-8000-00000000000c"
OWNER = "01930000-0000-7000-8000-000000000001"
VALIDATOR = "01930000-0000-7000-8000-000000000002"
RECORD = "01930000-0000-7000-8000-0000000000f1"
STATEMENT = "01930000-0000-7000-8000-0000000000e1"
EARLIER = "01930000-0000-7000-8000-0000000000e0"
RELEASE, DATA, CODE = "a" * 64, "b" * 64, "c" * 64
REVISION: predicates.Revision = {"id": RECORD, "revision": 2, "digest": "d" * 64}
EDITION: predicates.Edition = {"id": "nist-ai-rmf", "version": "1.0", "digest": "e" * 64}
PROGRAM: predicates.Code = {"name": "muniment (demo)", "version": "0.1.0", "digest": CODE}
ENVIRONMENT: predicates.Environment = {
    "digest": "f" * 64,
    "runtime": "onnxruntime 1.32.0",
    "device": "x86-64, 2 cores",
    "provider": "CPUExecutionProvider",
    "nodes": {"CPUExecutionProvider": 12},
}
OBSERVED: predicates.Period = {"from": "2015-01-01T00:00:00Z", "to": "2015-12-31T23:59:59Z"}


def head(assurance: Any, kind: Any = "worker", person: str | None = None) -> Head:
    collector = Collector(kind=kind, id="worker-1", version="0.1.0", person=person)
    return Head(
        id=STATEMENT,
        scope={"type": "system", "id": SYSTEM, "path": [ORGANISATION, UNIT, SYSTEM]},
        producedAt="2026-11-24T10:04:00.000001Z",
        collector=collector,
        assurance=assurance,
        supersedes=None,
    )


def act(person: str) -> Head:
    return head("statement", "person", person)


def measurement() -> dict[str, Any]:
    body = predicates.Measurement(
        series={"check": "selection_rate_ratio", "target": f"sha256:{RELEASE}", "slice": "SEX"},
        observed=OBSERVED,
        plan=REVISION,
        run={
            "id": "job-7",
            "attempt": 1,
            "startedAt": "2026-11-24T10:00:00Z",
            "status": "completed",
            "reason": None,
        },
        dataset={"name": "ACS 2015 (demo)", "digest": DATA, "rows": 9000, "labels": None},
        parameters={"cutOff": "0.5", "favourable": "1"},
        code=PROGRAM,
        environment=ENVIRONMENT,
        population={"description": "People of 16 to 64 in the data", "n": 45118},
        sample={"method": "simple random", "n": 9000, "seed": "7"},
        value={
            "metric": "selection_rate_ratio",
            "unit": "1",
            "value": "0.52",
            "lower": "0.48",
            "upper": "0.56",
            "level": "0.95",
            "method": "log-ratio delta method",
            "n": 8900,
        },
        groupMetric="selection_rate",
        groups=[
            predicates.Group(
                slice="SEX=1", n=4500, value="0.2", lower="0.19", upper="0.21", positives=900
            ),
            predicates.Group(
                slice="SEX=2", n=4400, value="0.4", lower="0.38", upper="0.41", positives=1760
            ),
        ],
        leftOut=[{"slice": "SEX=9", "n": 100, "reason": "100 rows, fewer than 200"}],
        artefacts=[{"name": "scores", "digest": DATA, "mediaType": "application/x-parquet"}],
    )
    return made("measurement", [("release (demo)", RELEASE)], head("computed-here"), body)


def drift() -> dict[str, Any]:
    column = predicates.DriftColumn(
        column="AGEP",
        kind="numeric",
        status="completed",
        reason=None,
        nReference=9000,
        nCurrent=8000,
        psi="0.02",
        js="0.01",
        test="Kolmogorov-Smirnov",
        statistic="0.03",
        p="0.04",
        q="0.08",
        effect="0.03",
        effectName="KS D",
        drifted=False,
    )
    body = predicates.Drift(
        series={"check": "drift.inputs", "target": f"sha256:{RELEASE}", "slice": "batch:1"},
        observed={"from": "2026-11-01T00:00:00Z", "to": "2026-11-08T00:00:00Z"},
        monitor=REVISION,
        scheduledFor="2026-11-08T01:00:00Z",
        run={"id": "job-8", "attempt": 1, "startedAt": "2026-11-08T01:00:10Z"},
        reference={"name": "reference (demo)", "digest": DATA, "rows": 9000},
        dataset={"name": "2016 part 1 of 4", "digest": CODE, "rows": 8000, "labels": None},
        sample={"method": "all rows", "n": 8000, "seed": None},
        status="completed",
        reason=None,
        columns=[column],
        code=PROGRAM,
        environment=ENVIRONMENT,
        artefacts=[],
    )
    return made("drift", [("release (demo)", RELEASE)], head("computed-here"), body)


def record() -> dict[str, Any]:
    state = predicates.RecordHead(id=RECORD, revision=1, state="active")
    fields = {"owner": OWNER, "purpose": "Offers places in job support (demo)"}
    body = predicates.Record(
        kind="system",
        record=state,
        fields=fields,
        validFrom=None,
        validUntil="2027-11-24T00:00:00Z",
        author=OWNER,
    )
    return predicates.build(
        "record",
        [predicates.record_subject("system", state, fields)],
        head("record", "person", OWNER),
        body,
    )


def management_statement() -> dict[str, Any]:
    body = predicates.ManagementStatement(
        about={"catalog": EDITION, "requirement": "GOVERN 3.1"},
        role="officer",
        verdict="not-met",
        person=OWNER,
        textDigest=DATA,
        validUntil=None,
        logSize=41,
    )
    return made("management-statement", [("system (demo)", RELEASE)], act(OWNER), body)


def conclusion() -> dict[str, Any]:
    body = predicates.Conclusion(
        about={"subject": f"sha256:{RELEASE}"},
        role="validator",
        verdict="not-satisfied",
        person=VALIDATOR,
        barred=[OWNER],
        reasonDigest=DATA,
        assessment=None,
        basis=[EARLIER],
        validUntil=None,
        logSize=42,
    )
    return made("conclusion", [("release (demo)", RELEASE)], act(VALIDATOR), body)


def approval() -> dict[str, Any]:
    condition = predicates.Condition(
        id="C1",
        text="The dated action is closed.",
        due="2027-01-31T00:00:00Z",
        record={"kind": "action", "id": RECORD, "states": ["closed"]},
    )
    body = predicates.Approval(
        request=RECORD,
        purpose="release",
        subjectKind="release",
        outcome="approved-with-conditions",
        conditions=[condition],
        role="executive",
        person=VALIDATOR,
        barred=[OWNER],
        reasonDigest=DATA,
        validUntil="2027-11-24T00:00:00Z",
        logSize=43,
    )
    return made("approval", [("release (demo)", RELEASE)], act(VALIDATOR), body)


def gate_decision() -> dict[str, Any]:
    reason = predicates.Reason(
        effect="warn",
        code="exception_applies",
        text="MEASURE 2.11 fails; an exception runs until 2027-01-31.",
        requirement="MEASURE 2.11",
        element="four-fifths",
        role=None,
        exception=RECORD,
        statements=[EARLIER],
    )
    body = predicates.GateDecision(
        environment="production",
        policy={"id": "production", "version": "1.0", "digest": DATA},
        baseline=EDITION,
        code=PROGRAM,
        verdict="warn",
        reasons=[reason],
        logSize=44,
        root=CODE,
        effectiveAt="2026-11-24T10:04:00Z",
        validUntil=None,
        release={"id": RECORD, "digest": RELEASE},
    )
    return made("gate-decision", [("release (demo)", RELEASE)], head("computed-here"), body)


def report() -> dict[str, Any]:
    body = predicates.Report(
        definition={"id": "control-report", "digest": DATA},
        period=OBSERVED,
        effectiveAt="2026-11-24T10:00:00Z",
        baseline=EDITION,
        code=PROGRAM,
        logSize=45,
        root=CODE,
        pages=31,
    )
    return made("report", [("report.pdf (demo)", RELEASE)], head("computed-here"), body)


SAMPLES = {
    "measurement": measurement,
    "drift": drift,
    "record": record,
    "management-statement": management_statement,
    "conclusion": conclusion,
    "approval": approval,
    "gate-decision": gate_decision,
    "report": report,
}


def made(
    type_: str, subjects: list[tuple[str, str]], head: Head, body: predicates.Body
) -> dict[str, Any]:
    return predicates.build(type_, [predicates.subject(*one) for one in subjects], head, body)


def changed(statement: dict[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    """A copy with another value at a JSON pointer; `...` takes the field away."""
    result = copy.deepcopy(statement)
    *path, last = [int(p) if p.isdigit() else p for p in pointer.strip("/").split("/")]
    place: Any = result
    for part in path:
        place = place[part]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return result
