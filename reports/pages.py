"""From content to the document that is set: words around the figures, never a figure of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from reports.chart_specs import digest
from reports.content.results import FUNCTIONS, STATES
from risk.scales import IMPACTS

JSON = dict[str, Any]
CSS = Path(__file__).parent / "templates" / "reports" / "pdf" / "report.css"
CONTENTS = (
    ("about", "About this report, criteria"),
    ("scope", "Scope and inventory"),
    ("results", "Results"),
    ("evaluations", "Evaluations"),
    ("monitoring", "Monitoring"),
    ("judgement", "Validation, findings, exceptions"),
    ("decisions", "Approvals and gate decisions"),
    ("undetermined", "Not determined, and why"),
    ("risks", "Risks"),
    ("register", "Evidence register"),
    ("verify", "How to verify this report"),
)
PRESENT = ("tailorings", "evaluations", "monitoring", "opinions", "findings", "exceptions", "risks")
UNDETERMINED, FAILS = "not determined", "not satisfied"


def assets() -> dict[str, Path]:
    """The files a document may reach, by name."""
    sans, serif = settings.FONT_FOLDERS["source-sans"], settings.FONT_FOLDERS["source-serif"]
    return {
        "sans-400": sans / "SourceSansPro-Regular.otf",
        "sans-400i": sans / "SourceSansPro-It.otf",
        "sans-600": sans / "SourceSansPro-Semibold.otf",
        "serif-600": serif / "SourceSerifPro-Semibold.otf",
    }


def chart_name(spec: JSON) -> str:
    """The name under which a document finds the picture of a spec."""
    return f"chart-{digest(spec)[:20]}"


@cache
def css() -> str:
    return CSS.read_text(encoding="utf-8")


def document(content: JSON) -> str:
    """The HTML of a report. People's words are escaped; the same content gives the same text."""
    return render_to_string("reports/pdf/document.html", {"c": content, **words(content)})


def words(content: JSON) -> JSON:
    summary, systems = content["summary"], content["systems"]
    undetermined = [*groups_of(content, UNDETERMINED)]
    open_rows = [row for group in undetermined for row in group["rows"]]
    is_system = content["kind"] == "system"
    full = [group for group in undetermined if is_system or group["isOwn"]]
    return {
        "css": css(),
        "states": STATES,
        "contents": CONTENTS,
        "many": len(systems) > 1 or content["kind"] != "system",
        "functions": [function_row(name, summary["byFunction"][name]) for name in FUNCTIONS],
        "totals": [summary["counts"][state] for state in STATES],
        "any": present(systems),
        "groups": by_function(systems) if is_system else [],
        "fails": [*failing_rows(content)],
        "undetermined": full,
        "undetermined_systems": [
            {"name": group["name"], "reasons": by_reason(group["rows"])}
            for group in undetermined
            if group not in full
        ],
        "undetermined_count": len(open_rows),
        "reasons_tally": tally_of(open_rows),
        "impacts": [f"{number} {word}" for number, word in IMPACTS.items()],
    }


def function_row(name: str, counts: JSON) -> JSON:
    listed = [counts[state] for state in STATES]
    return {"name": name, "counts": listed, "total": sum(listed)}


def present(systems: list[JSON]) -> JSON:
    """Which sections have anything to show in any system."""
    found = {name: any(system[name] for system in systems) for name in PRESENT}
    for name in ("approvals", "gates"):
        found[name] = any(system[name]["rows"] for system in systems)
    return found


def by_function(systems: list[JSON]) -> list[JSON]:
    rows = [row for system in systems for row in system["rows"]]
    return [
        {"name": name, "rows": [row for row in rows if row["function"] == name]}
        for name in FUNCTIONS
    ]


def groups_of(content: JSON, state: str) -> Iterator[JSON]:
    """Rows in a state by the place they belong to; no place is named where there is only one."""
    is_system = content["kind"] == "system"
    places = [(f"{content['subject']['name']} itself", content["own"], True)]
    places += [
        ("" if is_system else system["name"], system["rows"], False)
        for system in content["systems"]
    ]
    for name, rows, is_own in places:
        found = [row for row in rows if row["state"] == state]
        if found:
            yield {"name": name, "rows": found, "isOwn": is_own}


def by_reason(rows: list[JSON]) -> list[JSON]:
    """Requirement ids by the reason why they are not determined."""
    grouped: dict[str, list[str]] = {}
    for row in rows:
        grouped.setdefault(row["reason"] or "missing", []).append(row["requirement"])
    return [{"reason": reason, "requirements": ids} for reason, ids in grouped.items()]


def failing_rows(content: JSON) -> Iterator[JSON]:
    for group in groups_of(content, FAILS):
        for row in group["rows"]:
            yield {**row, "where": group["name"]}


def tally_of(rows: list[JSON]) -> list[JSON]:
    counted = Counter(row["reason"] or "missing" for row in rows)
    labels = {"missing": "with nothing recorded", "contested": "under review"}
    return [
        {"words": labels.get(reason, reason), "count": count}
        for reason, count in counted.most_common()
    ]
