"""The eight predicates as typed dicts: calling one, `Approval(request=..., ...)`, returns the dict.

Meanings and limits stand in schemas/<type>.v1.json. `build` joins subjects, head and body into a
statement and validates it, so that nothing invalid reaches a signature. Times are texts of
`statement.time_text`, decimals of `statement.decimal_text`, digests 64 hex digits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

from governance.audit import canonical
from governance.evidence.statement import STATEMENT_TYPE, predicate_uri, validate

Period = TypedDict("Period", {"from": str, "to": str})


class Scope(TypedDict):
    type: Literal["organisation", "unit", "system", "release", "deployment"]
    id: str
    path: list[str]


class Collector(TypedDict):
    kind: Literal["worker", "ci", "person", "system"]
    id: str
    version: str
    person: str | None


class Supersedes(TypedDict):
    id: str
    reasonDigest: str


class Series(TypedDict):
    check: str
    target: str
    slice: str


class Revision(TypedDict):
    id: str
    revision: int
    digest: str


class Edition(TypedDict):
    id: str
    version: str
    digest: str


class Pinned(TypedDict):
    id: str
    digest: str
    version: NotRequired[str]


class Labels(TypedDict):
    digest: str
    rows: int


class Dataset(TypedDict):
    name: str
    digest: str
    rows: int
    labels: Labels | None


class Reference(TypedDict):
    name: str
    digest: str
    rows: int


class Code(TypedDict):
    name: str
    version: str
    digest: str


class Environment(TypedDict):
    digest: str
    runtime: str | None
    device: str | None
    provider: str | None
    nodes: dict[str, int]


class Population(TypedDict):
    description: str
    n: int | None


class Sample(TypedDict):
    method: str
    n: int
    seed: str | None


class Run(TypedDict):
    id: str
    attempt: int
    startedAt: str


class MeasurementRun(Run):
    status: Literal["completed", "invalid"]
    reason: str | None


class Value(TypedDict):
    metric: str
    unit: str
    value: str
    lower: str | None
    upper: str | None
    level: str | None
    method: str | None
    n: int


class Artefact(TypedDict):
    name: str
    digest: str
    mediaType: str


class Head(TypedDict):
    """What every predicate starts with; `id` is a UUIDv7."""

    id: str
    scope: Scope
    producedAt: str
    collector: Collector
    assurance: Literal["computed-here", "computed-elsewhere", "record", "statement"]
    supersedes: Supersedes | None


class Group(TypedDict):
    slice: str
    n: int
    value: str
    lower: str | None
    upper: str | None
    positives: int | None


class LeftOut(TypedDict):
    slice: str
    n: int
    reason: str


class Measurement(TypedDict):
    """One value of one check on one thing, or the reason why the run gave none."""

    series: Series
    observed: Period
    plan: Revision | None
    run: MeasurementRun
    dataset: Dataset | None
    parameters: dict[str, str | int | bool | None]
    code: Code
    environment: Environment
    population: Population
    sample: Sample
    value: Value | None
    groupMetric: str | None
    groups: list[Group]
    leftOut: list[LeftOut]
    artefacts: list[Artefact]


class DriftColumn(TypedDict):
    column: str
    kind: Literal["numeric", "categorical"]
    role: NotRequired[Literal["feature", "prediction", "label"]]
    status: Literal["completed", "no-data", "invalid", "constant"]
    reason: str | None
    nReference: int
    nCurrent: int
    missingReference: NotRequired[str | None]
    missingCurrent: NotRequired[str | None]
    outOfRange: NotRequired[str | None]
    unseen: NotRequired[list[str]]
    psi: str | None
    js: str | None
    test: str | None
    statistic: str | None
    statisticUpper: NotRequired[str | None]
    p: str | None
    q: str | None
    effect: str | None
    effectName: str | None
    cohensD: NotRequired[str | None]
    wasserstein: NotRequired[str | None]
    basis: NotRequired[str]
    drifted: bool | None


class Drift(TypedDict):
    """One run of a monitor over one batch."""

    series: Series
    observed: Period
    monitor: Revision
    scheduledFor: str
    run: Run
    reference: Reference
    dataset: Dataset | None
    sample: Sample
    status: Literal["completed", "no-data", "invalid"]
    reason: str | None
    columns: list[DriftColumn]
    code: Code
    environment: Environment
    artefacts: list[Artefact]


class RecordHead(TypedDict):
    id: str
    revision: int
    state: str


class Record(TypedDict):
    """One revision of a record; the statement's first subject is `record_subject` of it."""

    kind: str
    record: RecordHead
    fields: dict[str, Any]
    validFrom: str | None
    validUntil: str | None
    author: str | None


class AboutRequirement(TypedDict):
    catalog: Edition
    requirement: str


class AboutSubject(TypedDict):
    subject: str


class ManagementStatement(TypedDict):
    """A person's word about a requirement; `textDigest` is canonical.salted_digest of their text."""

    about: AboutRequirement
    role: str
    verdict: Literal["met", "not-met"]
    person: str
    textDigest: str
    validUntil: str | None
    logSize: int


class Conclusion(TypedDict):
    """An assessor's judgement; `basis` holds the ids of the statements they relied on."""

    about: AboutRequirement | AboutSubject
    role: str
    verdict: Literal["satisfied", "not-satisfied", "not-determined"]
    person: str
    barred: list[str]
    reasonDigest: str
    assessment: Revision | None
    basis: list[str]
    validUntil: str | None
    logSize: int


class ConditionRecord(TypedDict):
    kind: str
    id: str
    states: list[str]


class Condition(TypedDict):
    """Met when `record` is in one of its states; with null a person must look."""

    id: str
    text: str
    due: str | None
    record: ConditionRecord | None


class Approval(TypedDict):
    """A person's decision on exactly the statement's subjects."""

    request: str
    purpose: str
    subjectKind: str
    outcome: Literal["approved", "approved-with-conditions", "returned", "rejected", "revoked"]
    conditions: list[Condition]
    role: str
    person: str
    barred: list[str]
    reasonDigest: str
    validUntil: str | None
    logSize: int


class Reason(TypedDict):
    effect: Literal["ignore", "warn", "pending", "deny", "error"]
    code: str
    text: str
    requirement: str | None
    element: str | None
    role: str | None
    exception: str | None
    statements: list[str]


class Release(TypedDict):
    id: str
    digest: str


class GateDecision(TypedDict):
    """A gate's verdict over the log up to `logSize`, whose head is `root`, at `effectiveAt`."""

    environment: str
    policy: Pinned
    baseline: Edition | None
    code: Code
    verdict: Literal["allow", "warn", "pending", "deny", "error"]
    reasons: list[Reason]
    logSize: int
    root: str
    effectiveAt: str
    validUntil: str | None
    release: Release


class Report(TypedDict):
    """A rendered report; the statement's first subject is the PDF."""

    definition: Pinned
    period: Period
    effectiveAt: str
    baseline: Edition | None
    code: Code
    logSize: int
    root: str
    pages: int


Body = (
    Measurement
    | Drift
    | Record
    | ManagementStatement
    | Conclusion
    | Approval
    | GateDecision
    | Report
)


def subject(name: str, sha256: str) -> dict[str, Any]:
    """Return one in-toto subject; `sha256` has 64 hex digits."""
    return {"name": name, "digest": {"sha256": sha256}}


def record_subject(
    kind: str, record: RecordHead, fields: Mapping[str, Any], name: str = ""
) -> dict[str, Any]:
    """Return the first subject of a record statement: the digest of this revision."""
    digest = canonical.digest({"kind": kind, "record": record, "fields": dict(fields)})
    return subject(name or f"{kind}/{record['id']}/{record['revision']}", digest)


def build(
    type_: str, subjects: Sequence[Mapping[str, Any]], head: Head, body: Body
) -> dict[str, Any]:
    """Join the parts into a statement. Raises StatementError when it does not hold together."""
    made = {
        "_type": STATEMENT_TYPE,
        "subject": [dict(one) for one in subjects],
        "predicateType": predicate_uri(type_),
        "predicate": {**head, **body},
    }
    validate(made)
    return made
