"""A gate decision as text, JSON, JUnit and SARIF."""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape, quoteattr

JSON = dict[str, Any]
EXIT = {"allow": 0, "warn": 0, "deny": 1, "error": 2, "pending": 3}
STOPS = ("error", "deny", "pending")
ORDER = (*STOPS, "warn", "ignore")
LEVELS = {"deny": "error", "error": "error", "pending": "warning", "warn": "warning"}
SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def as_text(decision: JSON, *, explain: bool, site: str = "") -> str:
    """What denies, waits or rests on an exception; other warnings are counted unless all is explained."""
    reasons = sorted(decision["reasons"], key=lambda reason: ORDER.index(reason["effect"]))
    lines = [f"{decision['verdict'].upper()}  log {decision['logSize']}"]
    for reason in reasons:
        if explain or is_always_shown(reason):
            lines += lines_of(reason, explain)
    warnings = sum(r["effect"] == "warn" and not is_always_shown(r) for r in reasons)
    if warnings and not explain:
        said = f"{warnings} warning{'' if warnings == 1 else 's'}"
        lines.append(f"  {said} (--explain lists {'it' if warnings == 1 else 'them'})")
    if decision.get("url"):
        lines.append(f"  {site.rstrip('/')}{decision['url']}")
    return "\n".join(lines)


def is_always_shown(reason: JSON) -> bool:
    return reason["effect"] in STOPS or (reason["effect"] == "warn" and bool(reason["exception"]))


def lines_of(reason: JSON, explain: bool) -> list[str]:
    waits = f" [waits for: {reason['role']}]" if reason["effect"] == "pending" else ""
    line = f"  {reason['effect']:<8} {reason['text']}{waits}"
    if not explain or not reason["statements"]:
        return [line]
    return [
        line,
        f"           evidence: {', '.join(short_id(one) for one in reason['statements'])}",
    ]


def short_id(statement: str) -> str:
    """As every page prints it: the last eight digits."""
    return f"EV-{statement.replace('-', '')[-8:]}"


def as_json(decision: JSON) -> str:
    return json.dumps(decision, indent=2, sort_keys=True)


def as_junit(decision: JSON) -> str:
    """One test case a reason; what denies is a failure, what waits is skipped."""
    failing = [r for r in decision["reasons"] if r["effect"] in {"deny", "error"}]
    waiting = [r for r in decision["reasons"] if r["effect"] == "pending"]
    cases = "".join(junit_case(reason) for reason in decision["reasons"])
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuite name="muniment gate" tests="{len(decision["reasons"])}" '
        f'failures="{len(failing)}" skipped="{len(waiting)}">\n{cases}</testsuite>'
    )


def junit_case(reason: JSON) -> str:
    name = quoteattr(reason["requirement"] or reason["code"])
    text = quoteattr(reason["text"])
    inner = ""
    if reason["effect"] in {"deny", "error"}:
        inner = f"<failure message={text}>{escape(reason['text'])}</failure>"
    if reason["effect"] == "pending":
        inner = f"<skipped message={text}/>"
    return f'  <testcase classname="muniment.gate" name={name}>{inner}</testcase>\n'


def as_sarif(decision: JSON) -> str:
    results = [
        {
            "ruleId": reason["requirement"] or reason["code"],
            "level": LEVELS[reason["effect"]],
            "message": {"text": reason["text"]},
        }
        for reason in decision["reasons"]
        if reason["effect"] in LEVELS
    ]
    rules = [{"id": rule} for rule in sorted({r["ruleId"] for r in results})]
    driver = {"name": "muniment gate", "version": "0.1.0", "rules": rules}
    run = {"tool": {"driver": driver}, "results": results}
    return json.dumps({"$schema": SARIF, "version": "2.1.0", "runs": [run]}, indent=2)
