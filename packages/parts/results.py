"""Results of the scope at the package's instant, with what they are computed from, and the same for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from governance.assessment import rules
from governance.assessment.criteria import baseline_content
from governance.assessment.results import (
    Target,
    entries_for,
    judge,
    statements_of_system,
    statements_of_unit,
    targets_of_system,
)
from governance.audit import canonical
from governance.identity.choices import UnitKind
from governance.identity.models import Unit
from governance.registry.models import AISystem
from packages.archive import Archive
from packages.case import Case

JSON = dict[str, Any]
Tell = Callable[[str], None]
TITLES = (
    "requirement",
    "target",
    "target id",
    "result",
    "applicability",
    "determination",
    "reason",
    "basis",
    "conclusion",
    "exception until",
    "evidence",
    "sentence",
)


@dataclass
class Judged:
    """Results as they are written, one line each, and as people read them."""

    lines: list[JSON] = field(default_factory=list)
    rows: list[tuple[object, ...]] = field(default_factory=list)

    def add(self, results: Sequence[JSON], view: JSON) -> None:
        for result in results:
            self.lines.append({"result": canonical.dumps(result).decode(), "view": view})
            self.rows.append(row(result))


def write(archive: Archive, case: Case, tell: Tell) -> int:
    """Write the members below results/; returns how many results there are."""
    judged = Judged()
    if case.unit.kind != UnitKind.SYSTEM:
        judge_unit(case.unit, case, judged)
    systems = list(systems_of(case.unit))
    for number, system in enumerate(systems):
        tell(f"Judging system {number + 1} of {len(systems)}")
        judge_system(system, case, judged)
    archive.add("results/baseline.json", [canonical.dumps(baseline_content())])
    archive.add_json_lines("results/results.ndjson", judged.lines)
    archive.add_table("results/results.csv", TITLES, named(judged.rows, case))
    archive.add_table("results/inherited.csv", TITLES, named(inherited(case), case))
    return len(judged.lines)


def systems_of(unit: Unit) -> Iterator[AISystem]:
    rows = AISystem.objects.filter(unit__path__startswith=unit.path).select_related("unit")
    yield from rows.order_by("unit__path")


def judge_unit(unit: Unit, case: Case, judged: Judged) -> None:
    asked = entries_for(unit.kind)
    statements = statements_of_unit(unit, case.size)
    found = judge(asked, Target(unit.kind, unit.pk), statements, case.size, case.until)
    judged.add(found, {"kind": "unit", "path": unit.path_ids})


def judge_system(system: AISystem, case: Case, judged: Judged) -> None:
    statements = statements_of_system(system, case.size)
    view = {"kind": "system", "path": system.unit.path_ids}
    for target in sorted(targets_of_system(system), key=lambda one: (one.type, str(one.id))):
        asked = entries_for(target.type)
        try:
            found = judge(asked, target, statements, case.size, case.until)
        except rules.TargetError:
            continue  # registered after the instant of this package
        judged.add(found, view)


def inherited(case: Case) -> Iterator[tuple[object, ...]]:
    """What the units above answer for; it is computed anew in the organisation's package."""
    for unit in Unit.objects.filter(path__in=case.above).order_by("path"):
        if asked := entries_for(unit.kind):
            statements = statements_of_unit(unit, case.size)
            target = Target(unit.kind, unit.pk)
            yield from map(row, judge(asked, target, statements, case.size, case.until))


def row(result: JSON) -> tuple[object, ...]:
    exception, why = result["exception"] or {}, result["why"]
    return (
        result["requirement"],
        result["target"]["type"],
        result["target"]["id"],
        rules.badge(result)[1],
        result["applicability"],
        result["determination"],
        result["reason"],
        result["basis"],
        result["conclusion"]["state"],
        exception.get("until"),
        " ".join(dict.fromkeys(why["evidence"])),
        why["sentence"],
    )


def named(rows: Sequence[tuple[object, ...]] | Iterator[tuple[object, ...]], case: Case) -> Any:
    """Rows whose last cell, a sentence of the rules, names people as people know them."""
    for one in rows:
        yield (*one[:-1], case.names.in_text(str(one[-1])))
