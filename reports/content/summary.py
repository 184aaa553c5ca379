"""The first page: totals of what follows, and what a board should look at first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from reports.chart_specs import posture_bars
from reports.content.results import FUNCTIONS, STATES
from reports.content.words import day

JSON = dict[str, Any]
MOST = 7
GRAVE = ("critical", "high")


def summary(systems: list[JSON], own: list[JSON]) -> JSON:
    """Totals over all chapters; every one is the sum of rows printed further on."""
    rows = [*own, *(row for one in systems for row in one["rows"])]
    functions = {
        name: {state: sum(matches(row, name, state) for row in rows) for state in STATES}
        for name in FUNCTIONS
    }
    counts = Counter(row["state"] for row in rows)
    found = [*attention(systems, own)]
    return {
        "requirements": len(rows),
        "counts": {state: counts.get(state, 0) for state in STATES},
        "byFunction": functions,
        "chart": posture_bars(functions),
        "figures": figures(systems),
        "attention": found[:MOST],
        "more": max(len(found) - MOST, 0),
    }


def matches(row: JSON, function: str, state: str) -> bool:
    return bool(row["function"] == function and row["state"] == state)


def figures(systems: list[JSON]) -> list[JSON]:
    findings = [one for system in systems for one in system["findings"]]
    risks = [one for system in systems for one in system["risks"]]
    live = [r for system in systems for r in system["releases"] if "production" in r["live"]]
    exceptions = [one for system in systems for one in system["exceptions"]]
    alerts = [a for system in systems for m in system["monitoring"] for a in m["alerts"]]
    return [
        figure("Releases in production", len(live)),
        figure("Findings open", sum(one["state"] != "closed" for one in findings)),
        figure("Exceptions in force", sum(one["state"] == "in force" for one in exceptions)),
        figure("Risks on the register", len(risks)),
        figure("High after treatment", sum(is_high(one["residual"]) for one in risks)),
        figure("Alerts not closed", sum(one["state"] != "closed" for one in alerts)),
    ]


def figure(label: str, value: int) -> JSON:
    return {"label": label, "value": value}


def is_high(level: str) -> bool:
    return level in {"high", "very high"}


def remains(risk: JSON) -> str:
    """What remains of a risk; of one that nobody rated after treatment, what it was before and why."""
    if risk["residual"]:
        return f"remains {risk['residual']}"
    answer = "not rated after it" if risk["treatment"] else "not treated"
    return f"{risk['level']} before treatment, {answer}"


def attention(systems: list[JSON], own: list[JSON]) -> Iterator[JSON]:
    """What does not hold, is overdue, or waits, the gravest kinds first."""
    many = len(systems) > 1
    for row in own:
        if row["state"] == "not satisfied":
            yield failing(row, "")
    for system in systems:
        where = system["name"] if many else ""
        for row in system["rows"]:
            if row["state"] == "not satisfied":
                yield failing(row, where)
    for system in systems:
        yield from waiting(system, system["name"] if many else "")


def failing(row: JSON, where: str) -> JSON:
    held = row["exception"]
    note = f"Under an exception until {day(held['until'])}." if held else ""
    title = f"{row['requirement']} is not satisfied"
    return item("bad", title, f"{row['title']}.", note, where, row["evidence"])


def waiting(system: JSON, where: str) -> Iterator[JSON]:
    yield from grave_findings(system, where)
    yield from high_risks(system, where)
    yield from standing_alerts(system, where)
    yield from exceptions_in_force(system, where)


def grave_findings(system: JSON, where: str) -> Iterator[JSON]:
    for one in system["findings"]:
        if one["state"] != "closed" and (one["severity"] in GRAVE or one["isOverdue"]):
            late = "overdue, " if one["isOverdue"] else ""
            note = f"{late}{one['severity']}, {one['owner']}, due {day(one['due'])}"
            yield item("warn", f"{one['number']} {one['title']}", "", note, where, one["evidence"])


def high_risks(system: JSON, where: str) -> Iterator[JSON]:
    for one in system["risks"]:
        turned = [held for held in one["indicators"] if held["signal"] in {"amber", "red"}]
        if is_high(one["residual"] or one["level"]) or turned:
            signals = "".join(f"; {held['label']} is {held['signal']}" for held in turned)
            title = f"{one['number']} {one['title']}"
            yield item("warn", title, "", remains(one) + signals, where, one["evidence"])


def standing_alerts(system: JSON, where: str) -> Iterator[JSON]:
    for one in (alert for chapter in system["monitoring"] for alert in chapter["alerts"]):
        if one["state"] == "open" or one["late"]:
            note = "triaged late" if one["late"] else "not triaged yet"
            yield item("warn", one["title"], "", note, where, one["evidence"])


def exceptions_in_force(system: JSON, where: str) -> Iterator[JSON]:
    for one in system["exceptions"]:
        if one["state"] == "in force":
            title = f"{one['number']} on {', '.join(one['requirements'])}"
            yield item("wait", title, "", f"ends in {one['daysLeft']} days", where, one["evidence"])


def item(tone: str, title: str, text: str, note: str, where: str, evidence: list[str]) -> JSON:
    return {
        "tone": tone,
        "title": title,
        "text": text,
        "note": note,
        "where": where,
        "evidence": evidence[:1],
    }
