"""What was measured of a release: value, interval, n, the threshold it is held against, runs, groups left out."""

from __future__ import annotations

from typing import Any

from governance.assessment.rules.attempts import judge
from governance.assessment.rules.plans import Criterion, read_criterion
from reports.chart_specs import interval_rows
from reports.content.book import Book, Register, Said
from reports.content.words import check_label

JSON = dict[str, Any]
COMPARED = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "==": "="}
OUTCOMES = {"passes": "holds", "fails": "does not hold"}
MOST_RELEASES = 3
# Figures without a unit that lie between 0 and 1 share a scale; seconds and rates do not.
SHARED_UNIT = "1"


def evaluations(book: Book, register: Register, first: str | None) -> list[JSON]:
    """One chapter a release that was measured: the one in focus first, then the newest."""
    releases = [one for one in book.records("release") if measured(book, one.record_id)]
    releases.sort(key=lambda one: (one.record_id != first, -one.index))
    return [chapter(one, book, register) for one in releases[:MOST_RELEASES]]


def measured(book: Book, release: str) -> list[Said]:
    """Measurements made for the release itself; what deployments showed is monitoring."""
    return book.of_type("measurement", release)


def chapter(release: Said, book: Book, register: Register) -> JSON:
    held = series_of(measured(book, release.record_id))
    rows = [row(one, book, register) for one in held]
    return {
        "release": f"Release {release.fields['number']}",
        "digest": release.fields["digest"],
        "evidence": register.cite(release),
        "rows": rows,
        "runs": runs(book, release.record_id),
        "chart": chart(rows, release),
        "leftOut": [{"series": one["label"], **group} for one in rows for group in one["leftOut"]],
    }


def series_of(found: list[Said]) -> list[list[Said]]:
    """Statements by check and by what they are told apart, each in the log's order."""
    grouped: dict[tuple[str, str], list[Said]] = {}
    for one in found:
        grouped.setdefault((one.predicate["series"]["check"], slice_of(one)), []).append(one)
    return list(grouped.values())


def row(held: list[Said], book: Book, register: Register) -> JSON:
    """The newest run of a series that gave a value, with the count of all runs made."""
    completed = [one for one in held if one.predicate["value"]]
    newest = completed[-1] if completed else held[-1]
    value = newest.predicate["value"] or {}
    criterion = criterion_of(newest, book)
    return {
        "label": label_of(newest),
        "unit": value.get("unit", ""),
        "value": value.get("value"),
        "lower": value.get("lower"),
        "upper": value.get("upper"),
        "level": value.get("level"),
        "n": newest.predicate["sample"]["n"],
        "threshold": criterion.threshold if criterion else None,
        "asked": asked_words(criterion),
        "outcome": outcome_of(newest, criterion),
        "runs": len(held),
        "invalid": sum(one.predicate["run"]["status"] != "completed" for one in held),
        "failing": sum(outcome_of(one, criterion_of(one, book)) == "does not hold" for one in held),
        "reason": newest.predicate["run"]["reason"] or "",
        "planned": newest.predicate["plan"] is not None,
        "leftOut": newest.predicate["leftOut"],
        "dataset": (newest.predicate["dataset"] or {}).get("name", ""),
        "evidence": register.cite(newest),
    }


def slice_of(one: Said) -> str:
    """All rows, or the column that tells groups apart; the rows of one batch are all of its rows."""
    part = str(one.predicate["series"]["slice"])
    return "all" if part.startswith("batch:") else part


def label_of(one: Said) -> str:
    words = check_label(str(one.predicate["series"]["check"]))
    return words if slice_of(one) == "all" else f"{words}, {slice_of(one)}"


def criterion_of(one: Said, book: Book) -> Criterion | None:
    """The criterion of the plan's text that the run names, for its check and slice."""
    plan = one.predicate["plan"]
    if plan is None:
        return None
    text = next((r for r in book.revisions(plan["id"]) if r.subjects[0] == plan["digest"]), None)
    for held in text.fields["criteria"] if text else ():
        criterion = read_criterion(held)
        if criterion.asks_for(one.predicate["series"]):
            return criterion
    return None


def asked_words(criterion: Criterion | None) -> str:
    if criterion is None:
        return ""
    bound = "" if criterion.use == "point" else f"{criterion.use} bound "
    return f"{bound}{COMPARED.get(criterion.comparator, '')} {criterion.threshold}"


def outcome_of(one: Said, criterion: Criterion | None) -> str:
    if one.predicate["run"]["status"] != "completed":
        return "invalid run"
    if criterion is None:
        return "no criterion" if one.predicate["plan"] else "exploratory"
    outcome, _, _ = judge(one.predicate, criterion)
    return OUTCOMES.get(outcome, "insufficient")


def runs(book: Book, release: str) -> JSON:
    """How many evaluation runs were made, whatever came of them."""
    found = book.records("evaluation-run", scope_id=release)
    return {
        "made": len(found),
        "invalid": sum(one.state != "completed" for one in found),
    }


def chart(rows: list[JSON], release: Said) -> JSON | None:
    shown = [one for one in rows if one["unit"] == SHARED_UNIT and one["value"] is not None]
    if not shown:
        return None
    title = f"Release {release.fields['number']}: figures with their intervals and thresholds"
    return interval_rows(title, shown)
