"""Sample data of the gallery. Invented; it describes nothing real."""

from __future__ import annotations

from typing import Any

Entry = dict[str, Any]

NAVIGATION: list[Entry] = [
    {"label": "Home", "url": "/gallery/home/"},
    {"label": "AI systems", "url": "/gallery/system/", "count": 21},
    {"label": "Requirements", "url": "/gallery/requirement/", "count": 72},
    {"label": "Approvals", "url": "/gallery/forms/", "count": 2},
    {"label": "Monitoring", "url": "#monitoring", "count": 1},
    {"label": "Risks", "url": "#risks"},
    {"label": "Lineage", "url": "#lineage"},
    {"label": "Reports", "url": "#reports"},
    {"label": "Audit log", "url": "#audit", "divider": True},
    {"label": "People and tokens", "url": "#people"},
]


def state_counts(good: int, bad: int, none: int, due: int) -> list[Entry]:
    """Counts of results by state, in the order in which every bar shows them."""
    return [
        {"tone": "good", "words": "satisfied", "count": good},
        {"tone": "bad", "words": "not satisfied", "count": bad},
        {"tone": "none", "words": "not determined", "count": none},
        {"tone": "wait", "words": "not yet due", "count": due},
    ]


TASKS: list[Entry] = [
    {
        "title": "Approve release 2 of Job-support places",
        "tone": "wait",
        "words": "waits for you",
        "note": "Validator's opinion is in, with one finding. Asked 2 h ago by the owner.",
        "due": "due 27 Nov",
    },
    {
        "title": "Exception to fairness, Job-support places",
        "tone": "warn",
        "words": "expires in 12 days",
        "note": "Renewal is a new decision; total age 78 days. Compensating control operated 6 of 6 times.",
        "due": "5 Dec",
    },
    {
        "title": "Alert: AGEP out of range in 2017 part 3",
        "tone": "bad",
        "words": "not triaged in time",
        "note": "Opened 26 h ago, limit 24 h. MANAGE 4.1 turned to not satisfied.",
        "due": "overdue 2 h",
    },
    {
        "title": "Confirm the tier of CV pre-screening",
        "tone": "wait",
        "words": "waits for you",
        "note": "The owner proposes limited risk; Annex III 4(a) may apply.",
        "due": "due 30 Nov",
    },
]

FUNCTIONS: list[Entry] = [
    {"name": "GOVERN", "note": "19, of the organisation 15", "states": state_counts(11, 0, 7, 1)},
    {"name": "MAP", "note": "18", "states": state_counts(9, 0, 9, 0)},
    {"name": "MEASURE", "note": "22", "states": state_counts(9, 1, 9, 3)},
    {"name": "MANAGE", "note": "13", "states": state_counts(5, 1, 4, 3)},
]

HOME: Entry = {
    "tasks": TASKS,
    "functions": FUNCTIONS,
    "live": [
        {"name": "Job-support places", "note": "release 1, since 3 Nov · high risk", "tone": "warn", "words": "exception"},
        {"name": "Flight delay notices", "note": "release 4, since 18 Sep · minimal", "tone": "good", "words": "in order"},
        {"name": "Document routing", "note": "release 2, since 2 Jun · limited", "tone": "none", "words": "no monitor"},
    ],
    "gates": [
        {"at": "2026-11-23T09:12:00Z", "words": "Job-support places, release 2", "tone": "wait", "state": "pending"},
        {"at": "2026-11-23T08:40:00Z", "words": "Flight delay notices, release 5", "tone": "good", "state": "allow"},
        {"at": "2026-11-22T15:03:00Z", "words": "CV pre-screening, release 1", "tone": "bad", "state": "deny"},
    ],
    "reports": [
        {"at": "2026-11-30", "words": "Control report, November, all high-risk systems"},
        {"at": "2026-12-01", "words": "Inventory for the board"},
    ],
    "job": {
        "label": "Evaluation of release 2",
        "state": "running",
        "progress": {"done": 28_400, "total": 45_118, "text": "rows scored"},
    },
}

BATCHES = ["16·1", "16·2", "16·3", "16·4", "17·1", "17·2", "17·3", "17·4", "18·1", "18·2", "18·3", "18·4"]


def drift_row(label: str, values: list[str | None]) -> Entry:
    """One column's PSI in each batch."""
    return {"label": label, "cells": [{"value": value} for value in values]}


DRIFT = [
    drift_row("AGEP", ["0.01", "0.01", "0.02", "0.01", "0.02", "0.02", "9.10", "0.02", "0.02", "0.03", "0.03", None]),
    drift_row("SCHL", ["0.01", "0.02", "0.02", "0.03", "0.04", "0.11", "0.09", "0.08", "0.12", "0.14", "0.09", None]),
    drift_row("MIG", ["0.02", "0.03", "0.10", "0.02", "0.02", "0.03", "0.04", "0.13", "0.03", "0.04", "0.05", None]),
    drift_row("NATIVITY", ["0.00", "0.00", "0.01", "0.00", "0.01", "0.00", "0.01", "0.01", "0.01", "0.00", "0.01", None]),
    drift_row("prediction", ["0.01", "0.01", "0.02", "0.02", "0.02", "0.03", "0.22", "0.03", "0.03", "0.03", "0.04", None]),
]

DIGEST = "sha256:9f41b7a06c2d5e8813f07b64c1aa92d04e7b5f60928c1d3ae6f45b7790d1e8c2"
OLDER_DIGEST = "sha256:07bea1c96d20f58e4b3377a1906cde52f81b04ac6e9d7f3520bb8c417da5e219"

SYSTEM: Entry = {
    "breadcrumbs": [("AI systems", "#systems"), ("Employment service", "#unit"), ("Job-support places", "")],
    "tabs": [
        {"label": "Overview", "url": "#", "current": True},
        {"label": "Requirements", "url": "#r", "count": 72},
        {"label": "Releases", "url": "#re", "count": 2},
        {"label": "Evaluations", "url": "#e", "count": 5},
        {"label": "Monitoring", "url": "#m"},
        {"label": "Lineage", "url": "#l"},
        {"label": "Risks", "url": "#ri", "count": 2},
        {"label": "Findings", "url": "#f", "count": 1},
        {"label": "Reports", "url": "#rep", "count": 3},
        {"label": "History", "url": "#h"},
    ],
    "releases": [
        {"number": 2, "digest": DIGEST, "model": "Neural network, version 2", "auc": "0.871", "ratio": "0.81", "tone": "wait", "gate": "pending: executive", "state": "validated", "trend": [0.86, 0.87, 0.868, 0.871]},
        {"number": 1, "digest": OLDER_DIGEST, "model": "Gradient boosting, version 1", "auc": "0.865", "ratio": "0.52", "tone": "warn", "gate": "allowed with exception", "state": "live since 3 Nov", "trend": [0.866, 0.861, 0.858, None, 0.85, 0.865]},
    ],
    "batches": BATCHES,
    "drift": DRIFT,
    "facts": [
        ("Owner", "System owner (demo)"),
        ("Validator", "Validator (demo)"),
        ("Executive", "Executive (demo)"),
        ("Affected", "People 16 to 64 out of work"),
        ("Oversight", "Case worker may override; 4.1 % did"),
        ("Next review", "2 May 2027"),
    ],
    "states": state_counts(34, 2, 29, 7),
    "risks": [
        {"name": "Unfair offers by age and disability", "note": "likely × severe · treating", "tone": "bad", "words": "high"},
        {"name": "Drift unseen for a quarter", "note": "unlikely × major", "tone": "none", "words": "medium"},
    ],
}

WHY: Entry = {
    "id": "root",
    "form": "all",
    "state": "fails",
    "children": [
        {
            "id": "four-fifths",
            "label": "Four-fifths rule, offer rate between groups",
            "form": "metric",
            "state": "fails",
            "sentence": "0.52 (95 % interval 0.50 to 0.54, lowest group against highest) where at least 0.80 was approved before the run.",
            "evidence": ["0192f3aa-7b60-7c11-9a55-0000a1b2c3d4"],
            "details": {"value": "0.52", "lower": "0.50", "upper": "0.54", "threshold": "0.80", "comparator": ">="},
        },
        {
            "id": "equalized-odds",
            "label": "Equalized odds difference",
            "form": "metric",
            "state": "fails",
            "sentence": "0.31 (0.28 to 0.34) where at most 0.10 was approved.",
            "evidence": ["0192f3aa-7b60-7c11-9a55-0000a1b2c3d5"],
            "details": {"value": "0.31", "lower": "0.28", "upper": "0.34", "threshold": "0.10", "comparator": "<="},
        },
        {
            "id": "plan",
            "label": "Thresholds approved before the run",
            "form": "record",
            "state": "holds",
            "sentence": "Plan 2, approved 2 Nov by the officer, not by its author.",
            "evidence": ["0192f3aa-7b60-7c11-9a55-0000a1b2c318"],
        },
        {
            "id": "judged",
            "label": "Judged or watched by somebody independent",
            "form": "any",
            "state": "holds",
            "children": [
                {"id": "validator", "label": "Conclusion of a validator", "form": "statement", "state": "holds", "sentence": "Validator (demo) concludes that the gap is real.", "evidence": ["0192f3aa-7b60-7c11-9a55-0000a1b2c331"]},
                {"id": "monitor", "label": "A monitor of fairness in service", "form": "monitor", "state": "missing", "sentence": "No monitor is active for the deployment.", "evidence": []},
            ],
        },
    ],
}

REQUIREMENT: Entry = {
    "breadcrumbs": [("Job-support places", "#s"), ("Requirements", "#r"), ("MEASURE 2.11", "")],
    "result": {"applicability": "applicable", "determination": "not-satisfied", "exception": {"id": "EX-0007", "expires": "2026-12-05"}},
    "why": WHY,
    "groups": [
        {"name": "16 to 24", "people": 2714, "offered": 1310, "rate": "0.483", "interval": "0.464 to 0.502"},
        {"name": "25 to 44", "people": 5403, "offered": 1054, "rate": "0.195", "interval": "0.185 to 0.206"},
        {"name": "45 to 64", "people": 5419, "offered": 1408, "rate": "0.260", "interval": "0.248 to 0.272"},
    ],
    "facts": [
        ("Owner", "System owner (demo)"),
        ("Review due", "2 May 2027"),
        ("Stays fresh", "180 days"),
        ("Evidence", "4 pieces, newest 3 Nov"),
        {"label": "Control", "value": "C-014 Fairness review before release", "url": "#control"},
    ],
    "history": [
        {"at": "2026-11-03T10:31:00Z", "words": "Exception EX-0007 granted", "who": "Officer (demo)"},
        {"at": "2026-11-03T10:04:00Z", "words": "Turned to", "tone": "bad", "state": "not satisfied"},
        {"at": "2026-11-03T10:03:00Z", "words": "Evaluation run 3 finished", "url": "#run"},
        {"at": "2026-11-02T16:20:00Z", "words": "Plan 2 approved", "who": "Officer (demo)"},
    ],
}

RISK_LEVELS = ["negligible", "minor", "major", "severe"]
RISK_ROWS = [
    {"label": "almost certain", "cells": [{"value": 0, "level": 1}, {"value": 0, "level": 2}, {"value": 0, "level": 3}, {"value": 0, "level": 3}]},
    {"label": "likely", "cells": [{"value": 0, "level": 0}, {"value": 1, "level": 1, "url": "#c"}, {"value": 0, "level": 2}, {"value": 1, "level": 3, "url": "#a"}]},
    {"label": "unlikely", "cells": [{"value": 0, "level": 0}, {"value": 0, "level": 0}, {"value": 1, "level": 1, "url": "#b"}, {"value": 0, "level": 2}]},
]

CHART = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 640 180'%3E"
    "%3Cpath d='M40 150H620M40 110H620M40 70H620M40 30H620' stroke='%23e1ded5'/%3E"
    "%3Cpath d='M40 58L120 50 200 62 280 56 360 60 440 118 520 66 600 58' fill='none' "
    "stroke='%231f4a94' stroke-width='2.5'/%3E%3C/svg%3E"
)

COMPONENTS: Entry = {
    "chart": CHART,
    "breadcrumbs": [("Gallery", "/gallery/"), ("Components", "")],
    "tones": ["good", "bad", "warn", "wait", "none"],
    "results": [
        {"applicability": "applicable", "determination": "satisfied"},
        {"applicability": "inherited", "determination": "satisfied"},
        {"applicability": "applicable", "determination": "not-satisfied", "exception": {"expires": "2026-12-05"}},
        {"applicability": "applicable", "determination": "not-determined", "reason": "missing"},
        {"applicability": "applicable", "determination": "not-determined", "reason": "contested"},
        {"applicability": "applicable", "determination": "not-determined", "reason": "stale"},
        {"applicability": "not-yet-due"},
        {"applicability": "not-applicable"},
    ],
    "figures": [
        {"label": "ROC AUC", "value": "0.865", "note": "0.859 to 0.871, n 13,536", "url": "#ev"},
        {"label": "Offer-rate ratio", "value": "0.52", "note": "at least 0.80 approved", "tone": "bad", "url": "#ev"},
        {"label": "Latency, p95", "value": "3.1", "unit": "ms", "note": "batch of 1, CPU", "url": "#ev"},
        {"label": "Throughput", "value": "41,200", "unit": "rows/s", "note": "batch of 1,024", "url": "#ev"},
    ],
    "risk_levels": RISK_LEVELS,
    "risk_rows": RISK_ROWS,
    "trend": ["0.866", "0.861", "0.858", None, "0.850", "0.865"],
    "digest": DIGEST,
    "evidence": "0192f3aa-7b60-7c11-9a55-0000a1b2c3d4",
    "jobs": [
        {"label": "Inspection of model.onnx", "state": "ready"},
        HOME["job"],
        {"label": "Control report, November", "state": "done", "result_url": "#report"},
        {"label": "Inspection of broken.onnx", "state": "failed", "error": "The file is no ONNX model. Export it again and upload the new file."},
    ],
    "states": state_counts(34, 2, 29, 7),
    "systems": [
        {"name": "Job-support places", "tier": "High risk", "risks": 2, "tone": "warn", "words": "exception", "reviewed": "2026-11-03"},
        {"name": "Flight delay notices", "tier": "Minimal risk", "risks": 0, "tone": "good", "words": "in order", "reviewed": "2026-09-18"},
        {"name": "Document routing", "tier": "Limited risk", "risks": 1, "tone": "none", "words": "no monitor", "reviewed": None},
    ],
    "moment": "2026-11-03T10:04:00Z",
}
