"""The whole content of a control report: one JSON document, from which the pages are set."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings

from governance.assessment.criteria import baseline_edition, current_entries, edition
from governance.audit.actions import instant
from governance.gates.actions import engine_code
from governance.identity.choices import UnitKind
from governance.identity.models import Person, Unit
from governance.registry.models import AISystem
from reports.content.book import Register
from reports.content.chapters import chapter, unit_rows
from reports.content.results import tally
from reports.content.risk_register import matrix
from reports.content.snapshot import Snapshot
from reports.content.summary import summary
from reports.models import Report
from reports.provenance import code

JSON = dict[str, Any]
PLAN_SCOPES = ("organisation", "unit", "system", "release", "deployment")


def build(report: Report, snapshot: Snapshot) -> JSON:
    """Everything the report prints, read inside a snapshot. Nothing in it is a Python object of ours."""
    unit = report.unit
    register = Register(names_in(unit))
    is_system = unit.kind == UnitKind.SYSTEM
    systems = [*chapters(unit, snapshot, register, with_inherited=is_system)]
    own = [] if is_system else unit_rows(unit, snapshot, register)
    risks = [one for system in systems for one in system["risks"]]
    made = {
        "title": report.title,
        "kind": unit.kind,
        "subject": {"name": unit.name, "id": str(unit.pk), "path": unit.path_ids},
        "within": "" if unit.parent is None else unit.parent.name,
        "demo": settings.DEMO,
        "address": settings.PUBLIC_URL,
        "effectiveAt": snapshot.at,
        "since": snapshot.since,
        "askedBy": report.asked_by.name,
        "log": snapshot.as_json(),
        "criteria": criteria(),
        "summary": summary(systems, own),
        "own": own,
        "ownCounts": tally(own),
        "systems": systems,
        "risks": {
            "total": len(risks),
            "inherent": matrix(risks, "inherent"),
            "residual": matrix(risks, "residual"),
        },
        "register": register.entries(snapshot.size),
        "code": code(),
    }
    return as_json(made)


def chapters(
    unit: Unit, snapshot: Snapshot, register: Register, *, with_inherited: bool
) -> Iterator[JSON]:
    found = AISystem.objects.filter(unit__path__startswith=unit.path).select_related("unit")
    for system in found.order_by("unit__name"):
        made = chapter(system, snapshot, register, with_inherited=with_inherited)
        if made is not None:
            yield made


def names_in(unit: Unit) -> dict[str, str]:
    people = Person.objects.filter(unit__path__startswith=f"/{unit.path_ids[0]}/")
    return {str(pk): name for pk, name in people.values_list("pk", "name")}


def criteria() -> JSON:
    """By what is judged: editions with digests, and how many requirements each scope answers for."""
    entries = list(current_entries().values())
    return {
        "baseline": baseline_edition(),
        "catalog": edition(),
        "engine": engine_code(),
        "scopes": [
            {"scope": scope, "count": count}
            for scope in PLAN_SCOPES
            if (count := sum(entry["scope"] == scope for entry in entries))
        ],
    }


def as_json(made: JSON) -> JSON:
    """Through text and back: what is printed is exactly what is stored."""
    found: JSON = json.loads(text_of(made))
    return found


def text_of(made: JSON) -> str:
    return json.dumps(
        made, default=plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )


def plain(value: object) -> str:
    if isinstance(value, datetime):
        return instant(value)
    raise TypeError(f"A {type(value).__name__} has no place in a report.")


def specs_in(content: Any) -> Iterator[JSON]:
    """Every chart's spec in the content, in its order."""
    if isinstance(content, dict):
        spec = content.get("chart")
        if isinstance(spec, dict) and "$schema" in spec:
            yield spec
        for name, value in content.items():
            if name != "chart":
                yield from specs_in(value)
    elif isinstance(content, list):
        for value in content:
            yield from specs_in(value)
