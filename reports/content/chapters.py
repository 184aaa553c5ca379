"""One AI system in a report: everything that is said of it, section by section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from governance.assessment.results import statements_of_system
from governance.identity.models import Unit
from governance.registry.models import AISystem
from reports.content import decisions, evaluations, inventory, judgement, results, risk_register
from reports.content.book import Book, Register, Said
from reports.content.snapshot import Snapshot
from reports.content.watching import monitoring

JSON = dict[str, Any]
OWN_SCOPES = ("system", "release", "deployment")
ALL_SCOPES = ("organisation", "unit", *OWN_SCOPES)


def chapter(
    system: AISystem, snapshot: Snapshot, register: Register, *, with_inherited: bool
) -> JSON | None:
    """The chapter; None for a system that the log does not hold yet at this size.

    `with_inherited` adds the requirements that the units above answer for.
    """
    book = Book(statements_of_system(system, snapshot.size))
    stated = book.record("system", str(system.pk))
    if stated is None:
        return None
    path = stated.predicate["scope"]["path"]
    targets = results.targets_of(str(system.pk), path, book)
    rows = result_rows(stated, path, targets, book, snapshot, register, with_inherited)
    focus = str(targets["release"]) if targets["release"] else None
    since = snapshot.since
    return {
        "id": str(system.pk),
        "name": stated.fields["name"],
        "facts": inventory.system_facts(stated, register),
        "releases": inventory.releases(book, register),
        "reconciliation": inventory.reconciliation(book),
        "tailorings": results.tailorings(here(book, stated), register),
        "rows": rows,
        "counts": results.tally(rows),
        "byFunction": results.tally_by_function(rows),
        "evaluations": evaluations.evaluations(book, register, focus),
        "monitoring": monitoring(book, register, since),
        "opinions": judgement.opinions(book, register),
        "findings": judgement.findings(book, register, snapshot.at),
        "exceptions": judgement.exceptions(book, register, snapshot.at),
        "approvals": decisions.approvals(here(book, stated), register, since),
        "gates": decisions.gate_decisions(book, register, since),
        "risks": risk_register.risks(book, register),
    }


def here(book: Book, stated: Said) -> Book:
    """Only what is said at the system and below it, not at the units above."""
    own = stated.scope_id
    return Book(one for one in book.rows if own in scope_path(one))


def scope_path(row: Mapping[str, Any]) -> list[str]:
    path: list[str] = row["statement"]["predicate"]["scope"]["path"]
    return path


def result_rows(
    stated: Said,
    path: list[str],
    targets: dict[str, UUID | None],
    book: Book,
    snapshot: Snapshot,
    register: Register,
    with_inherited: bool,
) -> list[JSON]:
    size, at = snapshot.size, snapshot.at
    bodies = results.results_at(OWN_SCOPES, targets, book, size, at)
    if with_inherited:
        bodies |= results.upper_results(path, size, at)
    units = {str(unit.pk): unit.name for unit in Unit.objects.filter(pk__in=path[:-1])}
    providers = {
        "organisation": units[path[0]],
        "unit": units[path[-2]] if len(path) > 2 else "",
    }
    owners = results.owners_of(path)
    scopes = ALL_SCOPES if with_inherited else OWN_SCOPES
    return results.rows_of(bodies, scopes, providers, owners, register)


def unit_rows(unit: Unit, snapshot: Snapshot, register: Register) -> list[JSON]:
    """What a unit and the organisation above it answer for themselves."""
    path = unit.path_ids
    bodies = results.upper_results([*path, ""], snapshot.size, snapshot.at)
    owners = results.owners_of(path)
    return results.rows_of(bodies, ("organisation", "unit"), {}, owners, register)
