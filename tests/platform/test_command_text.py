from __future__ import annotations

from typing import Any

from cli.commands.evaluation import as_text as evaluation_text
from cli.formats import as_text as gate_text


def reason(effect: str, text: str, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "effect": effect,
        "text": text,
        "role": None,
        "exception": None,
        "statements": [],
    }
    return {**made, **changes}


STATEMENT = "01a20b72-836f-7fda-94ba-66861f739e27"
DECISION = {
    "verdict": "deny",
    "logSize": 12,
    "url": "/gate-decisions/1",
    "reasons": [
        reason("warn", "A warning."),
        reason("warn", "Excepted.", exception="x"),
        reason("pending", "An act is missing.", role="executive"),
        reason("deny", "It fails.", statements=[STATEMENT]),
        reason("ignore", "Noted."),
    ],
}


def test_the_gate_prints_what_stops_first_and_counts_the_warnings() -> None:
    assert gate_text(DECISION, explain=False, site="http://here/").splitlines() == [
        "DENY  log 12",
        "  deny     It fails.",
        "  pending  An act is missing. [waits for: executive]",
        "  warn     Excepted.",
        "  1 warning (--explain lists it)",
        "  http://here/gate-decisions/1",
    ]


def test_explained_the_gate_prints_everything_with_short_ids() -> None:
    lines = gate_text(DECISION, explain=True).splitlines()
    assert "  warn     A warning." in lines
    assert "  ignore   Noted." in lines
    assert "           evidence: EV-1f739e27" in lines


def test_a_dry_run_has_no_page() -> None:
    weighed = {name: DECISION[name] for name in ("verdict", "logSize", "reasons")}
    assert "http" not in gate_text(weighed, explain=False, site="http://here")


def result(check: str, **changes: Any) -> dict[str, Any]:
    value = {"value": "0.9012", "unit": "1", "lower": "0.8", "upper": "0.95", "n": 1000}
    made = {"check": check, "slice": "all", "value": value, "shortId": "EV-1", "leftOut": []}
    return {**made, "asked": "", "verdict": "not asked", **changes}


def run_of(*results: dict[str, Any]) -> dict[str, Any]:
    head = {"state": "completed", "attempt": 1, "plan": {"revision": 1}, "id": "E", "reason": ""}
    return {**head, "results": list(results)}


def test_an_evaluation_says_of_each_criterion_whether_it_holds() -> None:
    text = evaluation_text(
        run_of(
            result("roc_auc", asked="at least 0.95", verdict="does not hold"),
            result("accuracy", asked="at least 0.5", verdict="holds"),
            result("latency_p95"),
        )
    )
    lines = text.splitlines()
    assert lines[1].endswith("  does not hold (at least 0.95)")
    assert lines[2].endswith("  holds (at least 0.5)")
    assert lines[3].endswith("EV-1")
    assert lines[-1] == "1 of 2 criteria not held"


def test_figures_that_no_plan_asks_for_are_not_counted() -> None:
    assert "criteria" not in evaluation_text(run_of(result("roc_auc")))
