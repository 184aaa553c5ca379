"""What monitoring showed: drift and performance by batch, runs, alerts. No run is no data, never no drift."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from reports.chart_specs import drift_heat, series_lines
from reports.content.book import Book, Register, Said, in_period
from reports.content.evaluations import criterion_of, label_of, series_of

JSON = dict[str, Any]
MOST_BATCHES = 12
MOST_COLUMNS = 14
MOST_SERIES = 6
# A missed day does not matter here, only its order.
RUN_STATES = ("completed", "no-data", "invalid", "missed")


def monitoring(book: Book, register: Register, since: datetime | None) -> list[JSON]:
    """One chapter a deployment that was watched, the newest first."""
    deployments = sorted(book.records("deployment"), key=lambda one: -one.index)
    chapters = [chapter(one, book, register, since) for one in deployments]
    return [one for one in chapters if one["hasData"] or one["live"]]


def chapter(deployment: Said, book: Book, register: Register, since: datetime | None) -> JSON:
    scope = deployment.record_id
    release = book.record("release", deployment.fields["release"])
    drift = drift_of(book.of_type("drift", scope), since)
    figures = performance(book, scope, register, since)
    return {
        "title": f"Release {release.fields['number'] if release else '?'} in "
        f"{deployment.fields['environment']}",
        "live": deployment.state == "live",
        "from": deployment.fields["from"],
        "to": deployment.fields["to"],
        "evidence": register.cite(deployment),
        "runs": run_counts(book, scope, since),
        "monitor": monitor_of(book, scope, register),
        "drift": drift_table(drift, register),
        "figures": figures,
        "alerts": alerts(book, scope, register, since),
        "hasData": bool(drift or figures),
    }


def monitor_of(book: Book, scope: str, register: Register) -> JSON | None:
    found = book.records("monitor", scope_id=scope)
    if not found:
        return None
    newest = found[-1]
    return {
        "state": newest.state,
        "interval": newest.fields["intervalSeconds"],
        "evidence": register.cite(newest),
    }


def run_counts(book: Book, scope: str, since: datetime | None) -> list[JSON]:
    found = in_period(book.records("monitor-run", scope_id=scope), since)
    tally = Counter(str(one.fields["status"]) for one in found)
    return [
        {"state": one.replace("-", " "), "count": tally[one]} for one in RUN_STATES if tally[one]
    ]


def drift_of(found: list[Said], since: datetime | None) -> list[Said]:
    """Runs that compared a batch, in the order of what they observed; the last of each batch."""
    newest: dict[str, Said] = {}
    for one in in_period(found, since):
        if one.predicate["dataset"] is not None:
            newest[batch_of(one)] = one
    return sorted(newest.values(), key=lambda one: str(one.predicate["observed"]["to"]))


def batch_of(one: Said) -> str:
    dataset = one.predicate["dataset"] or {}
    return str(dataset.get("name") or one.predicate["observed"]["to"][:10])


def drift_table(drift: list[Said], register: Register) -> JSON | None:
    """PSI by column and batch: the columns that moved most, of the newest batches."""
    if not drift:
        return None
    shown = drift[-MOST_BATCHES:]
    psi = {batch_of(one): psi_of(one) for one in shown}
    names = list(dict.fromkeys(name for held in psi.values() for name in held))
    names.sort(key=lambda name: -max(float(held.get(name) or 0) for held in psi.values()))
    kept = names[:MOST_COLUMNS]
    cells = [
        {"column": name, "batch": batch, "psi": held.get(name)}
        for name in kept
        for batch, held in psi.items()
    ]
    return {
        "batches": list(psi),
        "columns": len(names),
        "shown": len(kept),
        "runs": len(drift),
        "rows": [
            {"column": name, "values": [held.get(name) for held in psi.values()]} for name in kept
        ],
        "flaggedBy": {batch_of(one): flagged(one) for one in shown},
        "evidenceBy": {batch_of(one): register.cite(one) for one in shown},
        "chart": drift_heat("Drift, PSI by column and batch", kept, list(psi), cells),
    }


def psi_of(one: Said) -> dict[str, str | None]:
    """PSI by column; none where the run compared nothing, which is not zero."""
    if one.predicate["status"] != "completed":
        return {}
    return {
        column["column"]: column["psi"] if column["status"] == "completed" else None
        for column in one.predicate["columns"]
    }


def flagged(one: Said) -> str:
    if one.predicate["status"] != "completed":
        return str(one.predicate["status"]).replace("-", " ")
    names = [column["column"] for column in one.predicate["columns"] if column["drifted"]]
    return ", ".join(names) or "none"


def performance(book: Book, scope: str, register: Register, since: datetime | None) -> list[JSON]:
    """Figures of production by batch, once labels have come; those with a criterion first."""
    found = in_period(book.of_type("measurement", scope), since)
    held = [figure(series, book, register) for series in series_of(found)]
    held.sort(key=lambda one: one["threshold"] is None)
    return held[:MOST_SERIES]


def figure(series: list[Said], book: Book, register: Register) -> JSON:
    ordered = sorted(series, key=lambda one: (str(one.predicate["observed"]["to"]), one.index))
    points = [point(one, register) for one in ordered]
    criterion = criterion_of(ordered[-1], book)
    unit = (ordered[-1].predicate["value"] or {}).get("unit", "")
    label, threshold = label_of(ordered[-1]), criterion.threshold if criterion else None
    return {
        "label": label,
        "threshold": threshold,
        "points": points,
        "chart": series_lines(label, "" if unit == "1" else unit, points, threshold),
    }


def point(one: Said, register: Register) -> JSON:
    value = one.predicate["value"] or {}
    return {
        "label": batch_of(one),
        "value": value.get("value"),
        "lower": value.get("lower"),
        "upper": value.get("upper"),
        "n": one.predicate["sample"]["n"],
        "evidence": register.cite(one),
    }


def alerts(book: Book, scope: str, register: Register, since: datetime | None) -> list[JSON]:
    """Alerts opened in the period, and those still open from before it."""
    found = book.records("alert", scope_id=scope)
    shown = [one for one in found if one.state != "closed" or since is None or one.at >= since]
    return [alert(one, register) for one in ordered_by(shown, "openedAt")]


def ordered_by(found: Iterable[Said], name: str) -> list[Said]:
    return sorted(found, key=lambda one: str(one.fields.get(name)), reverse=True)


def alert(one: Said, register: Register) -> JSON:
    fields = one.fields
    triaged, due = fields.get("triagedAt"), fields.get("triageBy")
    return {
        "title": fields.get("title") or fields.get("theme") or "alert",
        "state": one.state,
        "openedAt": fields.get("openedAt"),
        "triageBy": due,
        "triagedAt": triaged,
        "late": bool(triaged and due and str(triaged) > str(due)),
        "triagedBy": register.name(fields.get("triagedBy")) if triaged else "",
        "evidence": register.cite(one),
    }
