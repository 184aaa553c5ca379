"""What a JSON Schema cannot say about a statement: that its parts agree with each other.

Every function takes a statement that fits its schema and yields a Conflict for each disagreement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from governance.audit import canonical

JSON = Mapping[str, Any]

_ASSURANCE = {
    "measurement": ("computed-here", "computed-elsewhere"),
    "drift": ("computed-here", "computed-elsewhere"),
    "record": ("record",),
    "management-statement": ("statement",),
    "conclusion": ("statement",),
    "approval": ("statement",),
    "gate-decision": ("computed-here",),
    "report": ("computed-here",),
}
# A pipeline's or person's own computation must never read as the platform's.
_COLLECTORS = {
    "computed-here": ("worker", "system"),
    "computed-elsewhere": ("ci", "person"),
    "statement": ("person",),
}
_APPROVED = ("approved", "approved-with-conditions")
_EFFECTS = ("ignore", "warn", "pending", "deny", "error")


class Conflict(NamedTuple):
    """One disagreement; `pointer` is a JSON pointer into the statement."""

    code: str
    sentence: str
    pointer: str


def parse_time(text: str) -> datetime:
    """Read an RFC 3339 time in UTC with Z. Raises ValueError for a day that does not exist."""
    if not text.endswith("Z"):
        raise ValueError("A time ends with Z.")
    return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)


def conflicts(type_: str, statement: JSON) -> Iterator[Conflict]:
    """Yield every disagreement in a statement of predicate type `type_` (such as "measurement")."""
    predicate = statement["predicate"]
    yield from _head(type_, predicate)
    yield from _CHECKS[type_](statement, predicate)


def times_of(type_: str, predicate: JSON) -> Iterator[tuple[str, str]]:
    """Yield (pointer, text) of the times that cannot lie in the future.

    What was observed, scheduled or started never lies after producedAt: `conflicts` sees to that.
    """
    yield "/predicate/producedAt", predicate["producedAt"]
    if type_ in ("gate-decision", "report"):
        yield "/predicate/effectiveAt", predicate["effectiveAt"]


def _head(type_: str, predicate: JSON) -> Iterator[Conflict]:
    scope, collector = predicate["scope"], predicate["collector"]
    assurance, supersedes = predicate["assurance"], predicate["supersedes"]
    if scope["path"][-1] != scope["id"]:
        yield _conflict("scope_path", "The scope's path must end with its own id.", "/scope/path")
    if (scope["type"] == "organisation") != (len(scope["path"]) == 1):
        yield _conflict(
            "scope_path", "The path of an organisation, and no other, has one id.", "/scope/path"
        )
    if assurance not in _ASSURANCE[type_]:
        allowed = " or ".join(_ASSURANCE[type_])
        yield _conflict(
            "wrong_assurance", f"The assurance of a {type_} is {allowed}.", "/assurance"
        )
    if collector["kind"] not in _COLLECTORS.get(assurance, (collector["kind"],)):
        allowed = " or ".join(_COLLECTORS[assurance])
        yield _conflict(
            "wrong_collector", f"What is {assurance} comes from {allowed}.", "/collector/kind"
        )
    if supersedes and supersedes["id"] == predicate["id"]:
        yield _conflict(
            "supersedes_itself", "A statement cannot supersede itself.", "/supersedes/id"
        )


def _measurement(statement: JSON, predicate: JSON) -> Iterator[Conflict]:
    run, value, groups = predicate["run"], predicate["value"], predicate["groups"]
    yield from _series(statement, predicate)
    yield from _order(run["startedAt"], predicate["producedAt"], "/run/startedAt", "producedAt")
    yield from _counts(predicate)
    if (run["status"] == "completed") != (value is not None):
        yield _conflict("value_missing", "A completed run, and no other, has a value.", "/value")
    if (run["status"] == "invalid") != (run["reason"] is not None):
        yield _conflict(
            "reason_missing", "An invalid run, and no other, has a reason.", "/run/reason"
        )
    if groups and value is None:
        yield _conflict("value_missing", "An invalid run has no groups.", "/groups")
    if bool(groups) != (predicate["groupMetric"] is not None):
        yield _conflict("group_metric", "Groups, and only they, need groupMetric.", "/groupMetric")
    if value is not None:
        yield from _interval(value, "/value")
        yield from _level(value)
    for number, group in enumerate(groups):
        yield from _interval(group, f"/groups/{number}")
    yield from _unique(groups, "slice", "/groups")


def _counts(predicate: JSON) -> Iterator[Conflict]:
    population, sample, value = (
        predicate["population"]["n"],
        predicate["sample"]["n"],
        predicate["value"],
    )
    if population is not None and sample > population:
        yield _conflict("count_too_large", "The sample is larger than the population.", "/sample/n")
    if value is not None and value["n"] > sample:
        yield _conflict("count_too_large", "The value rests on more than the sample.", "/value/n")
    for part in ("groups", "leftOut"):
        for number, group in enumerate(predicate[part]):
            if group["n"] > sample:
                yield _conflict(
                    "count_too_large", "A group is larger than the sample.", f"/{part}/{number}/n"
                )
            if (group.get("positives") or 0) > group["n"]:
                yield _conflict(
                    "count_too_large",
                    "A group has more positives than members.",
                    f"/{part}/{number}/positives",
                )


def _interval(value: JSON, pointer: str) -> Iterator[Conflict]:
    lower, upper = value["lower"], value["upper"]
    if (lower is None) != (upper is None):
        yield _conflict(
            "half_interval", "Give both lower and upper, or neither.", f"{pointer}/lower"
        )
    elif lower is not None and not Decimal(lower) <= Decimal(value["value"]) <= Decimal(upper):
        yield _conflict(
            "value_outside_interval",
            f"The value {value['value'][:40]} is not between {lower[:40]} and {upper[:40]}.",
            f"{pointer}/value",
        )


def _level(value: JSON) -> Iterator[Conflict]:
    level = value["level"]
    if len({value["lower"] is None, level is None, value["method"] is None}) > 1:
        yield _conflict(
            "half_interval", "An interval, and only it, has a level and a method.", "/value/level"
        )
    elif level is not None and not 0 < Decimal(level) < 1:
        yield _conflict(
            "wrong_level", "A level lies between 0 and 1, such as 0.95.", "/value/level"
        )


def _drift(statement: JSON, predicate: JSON) -> Iterator[Conflict]:
    status, columns = predicate["status"], predicate["columns"]
    yield from _series(statement, predicate)
    yield from _order(
        predicate["scheduledFor"], predicate["producedAt"], "/scheduledFor", "producedAt"
    )
    yield from _order(
        predicate["run"]["startedAt"], predicate["producedAt"], "/run/startedAt", "producedAt"
    )
    if status != "completed" and predicate["reason"] is None:
        yield _conflict("reason_missing", "Say why there is no result.", "/reason")
    if status != "no-data" and predicate["dataset"] is None:
        yield _conflict("dataset_missing", "Only a run without data has no dataset.", "/dataset")
    completed = any(column["status"] == "completed" for column in columns)
    if (status == "completed") != completed:
        yield _conflict(
            "wrong_status", "A completed run, and no other, has a completed column.", "/status"
        )
    yield from _unique(columns, "column", "/columns")
    for number, column in enumerate(columns):
        yield from _column(column, f"/columns/{number}")


def _column(column: JSON, pointer: str) -> Iterator[Conflict]:
    completed = column["status"] == "completed"
    figures = ("psi", "js", "statistic", "p", "q", "effect")
    if completed != (column["drifted"] is not None):
        yield _conflict(
            "wrong_status", "A completed column, and no other, has a verdict.", f"{pointer}/drifted"
        )
    if not completed and any(column[figure] is not None for figure in figures):
        yield _conflict("wrong_status", "Only a completed column has figures.", f"{pointer}/status")
    if not completed and column["reason"] is None:
        yield _conflict("reason_missing", "Say why there is no result.", f"{pointer}/reason")
    if len({column[name] is None for name in ("test", "statistic", "p", "q")}) > 1:
        yield _conflict("half_test", "test, statistic, p and q stand together.", f"{pointer}/test")
    if (column["effect"] is None) != (column["effectName"] is None):
        yield _conflict("half_test", "effect and effectName stand together.", f"{pointer}/effect")
    for name in ("p", "q"):
        if column[name] is not None and not 0 <= Decimal(column[name]) <= 1:
            yield _conflict(
                "wrong_probability", f"{name} lies between 0 and 1.", f"{pointer}/{name}"
            )


def _record(statement: JSON, predicate: JSON) -> Iterator[Conflict]:
    parts = {name: predicate[name] for name in ("kind", "record", "fields")}
    if statement["subject"][0]["digest"]["sha256"] != canonical.digest(parts):
        yield Conflict(
            "wrong_subject",
            "The first subject must be the digest of this revision's kind, record and fields.",
            "/subject/0/digest/sha256",
        )
    yield from _order(predicate["validFrom"], predicate["validUntil"], "/validFrom", "validUntil")


def _act(statement: JSON, predicate: JSON) -> Iterator[Conflict]:
    if predicate["collector"]["person"] != predicate["person"]:
        yield _conflict(
            "wrong_person", "Only the person who speaks can make this statement.", "/person"
        )
    valid_until = predicate["validUntil"]
    yield from _order(predicate["producedAt"], valid_until, "/producedAt", "validUntil")


def _conclusion(statement: JSON, predicate: JSON) -> Iterator[Conflict]:
    yield from _act(statement, predicate)
    if "subject" in predicate["about"]:
        yield from _named(statement, predicate["about"]["subject"], "/about/subject")
    yield from _barred(predicate)


def _approval(statement: JSON, predicate: JSON) -> Iterator[Conflict]:
    yield from _act(statement, predicate)
    if (predicate["outcome"] == "approved-with-conditions") != bool(predicate["conditions"]):
        yield _conflict(
            "wrong_conditions",
            "An approval with conditions, and no other outcome, lists them.",
            "/conditions",
        )
    yield from _unique(predicate["conditions"], "id", "/conditions")
    if predicate["outcome"] in _APPROVED:
        yield from _barred(predicate)


def _barred(predicate: JSON) -> Iterator[Conflict]:
    if predicate["person"] in predicate["barred"]:
        yield _conflict(
            "person_barred", "This person is barred; somebody else must do it.", "/person"
        )


def _gate_decision(statement: JSON, predicate: JSON) -> Iterator[Conflict]:
    effects = [reason["effect"] for reason in predicate["reasons"]]
    strongest = max(effects, key=_EFFECTS.index, default="ignore")
    if predicate["verdict"] != strongest.replace("ignore", "allow"):
        yield _conflict(
            "wrong_verdict", "The verdict is the strongest effect of its reasons.", "/verdict"
        )
    yield from _named(statement, f"sha256:{predicate['release']['digest']}", "/release/digest")
    yield from _order(
        predicate["effectiveAt"], predicate["validUntil"], "/effectiveAt", "validUntil"
    )


def _report(statement: JSON, predicate: JSON) -> Iterator[Conflict]:
    period = predicate["period"]
    yield from _order(period["from"], period["to"], "/period/from", "to")


def _series(statement: JSON, predicate: JSON) -> Iterator[Conflict]:
    observed = predicate["observed"]
    yield from _named(statement, predicate["series"]["target"], "/series/target")
    yield from _order(observed["from"], observed["to"], "/observed/from", "to")
    yield from _order(observed["to"], predicate["producedAt"], "/observed/to", "producedAt")


def _named(statement: JSON, reference: str, pointer: str) -> Iterator[Conflict]:
    subjects = [subject["digest"]["sha256"] for subject in statement["subject"]]
    if reference.removeprefix("sha256:") not in subjects:
        yield _conflict("wrong_subject", "This digest must be one of the subjects.", pointer)


def _order(first: str | None, second: str | None, pointer: str, other: str) -> Iterator[Conflict]:
    if first is None or second is None:
        return
    if parse_time(first) > parse_time(second):
        yield _conflict("wrong_order", f"{first} lies after {other}, {second}.", pointer)


def _unique(items: list[JSON], name: str, pointer: str) -> Iterator[Conflict]:
    if len({item[name] for item in items}) < len(items):
        yield _conflict("repeated", f"Each {name} stands once.", pointer)


def _conflict(code: str, sentence: str, pointer: str) -> Conflict:
    return Conflict(code, sentence, f"/predicate{pointer}")


_CHECKS: dict[str, Callable[[JSON, JSON], Iterator[Conflict]]] = {
    "measurement": _measurement,
    "drift": _drift,
    "record": _record,
    "management-statement": _act,
    "conclusion": _conclusion,
    "approval": _approval,
    "gate-decision": _gate_decision,
    "report": _report,
}
