"""The 72 requirements as a system meets them: own results, and those inherited from who answers for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from governance.assessment import rules
from governance.assessment.criteria import current_entries, outcomes
from governance.assessment.models import Assignment, Result
from governance.assessment.results import UPPER, focus_release
from governance.identity.models import Person, Unit
from governance.registry.choices import Environment
from governance.registry.models import AISystem, Deployment

STATES = ("satisfied", "not-satisfied", "not-determined", "not-yet-due", "not-applicable")


@dataclass(frozen=True)
class Row:
    """One requirement at a system. `body` is None until the first result has been computed."""

    requirement: str
    title: str
    function: str
    scope: str
    target_id: UUID | None
    tone: str
    words: str
    state: str
    body: dict[str, Any] | None
    provider: Unit | None
    owner: Person | None
    due_on: Any

    @property
    def is_inherited(self) -> bool:
        return self.provider is not None


def state_of(body: dict[str, Any]) -> str:
    """The word counted: not-yet-due and not-applicable by applicability, else the determination."""
    applicability = str(body["applicability"])
    if applicability in {"not-yet-due", "not-applicable"}:
        return applicability
    return str(body["determination"])


def posture(system: AISystem, release_id: UUID | None = None) -> list[Row]:
    """Every requirement of the baseline at this system, in the baseline's order."""
    targets = target_ids(system, release_id)
    found = {
        (row.target_id, row.requirement): row
        for row in Result.objects.filter(target_id__in=[t for t in targets.values() if t])
    }
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=system.unit.path_ids)}
    assigned = assignments(system)
    nodes = outcomes()
    return [
        row_for(requirement, entry, nodes, targets, found, units, assigned)
        for requirement, entry in current_entries().items()
    ]


def target_ids(system: AISystem, release_id: UUID | None) -> dict[str, UUID | None]:
    """The target that answers for each scope."""
    ids = [UUID(part) for part in system.unit.path_ids]
    live = Deployment.objects.live().filter(system=system, environment=Environment.PRODUCTION)
    release = release_id or (r.pk if (r := focus_release(system)) else None)
    deployment = live.values_list("pk", flat=True).first()
    return {
        "organisation": ids[0],
        "unit": ids[-2] if len(ids) > 2 else ids[0],
        "system": ids[-1],
        "release": release,
        "deployment": deployment,
    }


def assignments(system: AISystem) -> dict[str, Assignment]:
    """Who mends each requirement: named at the system, else further up."""
    rows = Assignment.objects.filter(unit_id__in=system.unit.path_ids).select_related("person")
    return {row.requirement: row for row in rows.order_by("unit__path")}


def row_for(
    requirement: str,
    entry: dict[str, Any],
    nodes: dict[str, dict[str, Any]],
    targets: dict[str, UUID | None],
    found: dict[tuple[UUID, str], Result],
    units: dict[UUID, Unit],
    assigned: dict[str, Assignment],
) -> Row:
    scope = entry["scope"]
    target = targets[scope]
    result = found.get((target, requirement)) if target else None
    body = result.body if result else None
    node, assignment = nodes[requirement], assigned.get(requirement)
    tone, words = rules.badge(body) if body else missing_words(scope)
    return Row(
        requirement=requirement,
        title=node["title"],
        function=requirement.split(maxsplit=1)[0],
        scope=scope,
        target_id=target,
        tone=tone,
        words=words,
        state=state_of(body) if body else missing_state(scope),
        body=body,
        provider=units.get(target) if scope in UPPER and target else None,
        owner=assignment.person if assignment else None,
        due_on=assignment.due_on if assignment else None,
    )


def row_at_unit(unit: Unit, entry: dict[str, Any]) -> Row:
    """One requirement at the organisation or unit that answers for it."""
    name = entry["id"]
    rows = Result.objects.filter(target_id=unit.pk, requirement=name)
    found = {(row.target_id, row.requirement): row for row in rows}
    named = Assignment.objects.filter(unit=unit, requirement=name).select_related("person")
    assigned = {row.requirement: row for row in named}
    return row_for(name, entry, outcomes(), {entry["scope"]: unit.pk}, found, {}, assigned)


def missing_state(scope: str) -> str:
    return "not-yet-due" if scope == "deployment" else "not-determined"


def missing_words(scope: str) -> tuple[str, str]:
    if scope == "deployment":
        return "wait", "not yet due"
    if scope == "release":
        return "none", "not determined: no release yet"
    return "none", "not determined: missing"


def counts(rows: Iterable[Row]) -> dict[str, int]:
    """How many requirements are in each state; never a percentage."""
    found = Counter(row.state for row in rows)
    return {state: found.get(state, 0) for state in STATES}


def counts_by_function(rows: Iterable[Row]) -> dict[str, dict[str, int]]:
    table: dict[str, Counter[str]] = {}
    for row in rows:
        table.setdefault(row.function, Counter())[row.state] += 1
    return {name: {s: c.get(s, 0) for s in STATES} for name, c in table.items()}
