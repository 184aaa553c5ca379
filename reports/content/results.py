"""Results of requirements, judged anew at (N, T) from the statements; the cached rows are not asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from governance.assessment import rules
from governance.assessment.criteria import current_entries, outcomes
from governance.assessment.models import Assignment
from governance.assessment.results import statements_of_unit
from governance.audit.actions import instant
from governance.identity.models import Unit
from reports.content.book import Book, Register, Said
from reports.content.judgement import decision_on

JSON = dict[str, Any]
STATES = ("satisfied", "not satisfied", "not determined", "not yet due", "not applicable")
FUNCTIONS = ("GOVERN", "MAP", "MEASURE", "MANAGE")
BASES = {
    "computed-here": "computed here",
    "computed-elsewhere": "computed elsewhere and signed",
    "record": "record",
    "statement": "statement by a person",
}
NOT_LIVE = "Nothing is in production."
NO_RELEASE = "There is no release yet."


def targets_of(system_id: str, path: list[str], book: Book) -> dict[str, UUID | None]:
    """The node that answers for each scope: the release in production, else the newest release."""
    live = [
        one
        for one in book.records("deployment")
        if one.state == "live" and one.fields["environment"] == "production"
    ]
    releases = book.records("release")
    deployment = live[-1] if live else None
    release = deployment.fields["release"] if deployment else None
    if release is None and releases:
        release = releases[-1].record_id
    return {
        "organisation": UUID(path[0]),
        "unit": UUID(path[-2]) if len(path) > 2 else UUID(path[0]),
        "system": UUID(system_id),
        "release": UUID(release) if release else None,
        "deployment": UUID(deployment.record_id) if deployment else None,
    }


def results_at(
    scopes: Iterable[str],
    targets: dict[str, UUID | None],
    book: Book,
    size: int,
    at: datetime,
) -> dict[str, JSON]:
    """Results by requirement at these scopes; what has no target yet is left out."""
    found: dict[str, JSON] = {}
    log = rules.read_log(book.rows, size)
    for scope in scopes:
        target = targets[scope]
        entries = [one for one in current_entries().values() if one["scope"] == scope]
        if target is None or not entries:
            continue
        described = rules.target_from(log, scope, str(target))
        for entry in entries:
            found[entry["id"]] = rules.evaluate(entry, described, log, instant(at))
    return found


def upper_results(path: list[str], size: int, at: datetime) -> dict[str, JSON]:
    """What the organisation, and the unit above a system, answer for everything below them."""
    ids = [UUID(path[0]), *([UUID(path[-2])] if len(path) > 2 else [])]
    found: dict[str, JSON] = {}
    for unit in Unit.objects.filter(pk__in=ids).order_by("path"):
        book = Book(statements_of_unit(unit, size))
        found |= results_at([unit.kind], {unit.kind: unit.pk}, book, size, at)
    return found


def rows_of(
    bodies: dict[str, JSON],
    scopes: Iterable[str],
    providers: dict[str, str],
    owners: dict[str, tuple[str, str]],
    register: Register,
) -> list[JSON]:
    """One row a requirement of these scopes, in the baseline's order."""
    nodes, wanted = outcomes(), set(scopes)
    return [
        row_of(entry, nodes[name]["title"], bodies.get(name), providers, owners, register)
        for name, entry in current_entries().items()
        if entry["scope"] in wanted
    ]


def row_of(
    entry: JSON,
    title: str,
    body: JSON | None,
    providers: dict[str, str],
    owners: dict[str, tuple[str, str]],
    register: Register,
) -> JSON:
    owner, due = owners.get(entry["id"], ("", ""))
    head = {
        "requirement": entry["id"],
        "function": entry["id"].split()[0],
        "title": title,
        "scope": entry["scope"],
        "inheritedFrom": providers.get(entry["scope"], ""),
        "owner": owner,
        "due": due,
    }
    if body is None:
        return head | without_target(entry)
    notes = [str(body["reason"])] if body["reason"] else []
    if head["inheritedFrom"]:
        notes.append("inherited")
    return head | {
        "state": state_of(body),
        "tone": rules.badge(body)[0],
        "notes": notes,
        "basis": BASES.get(str(body["basis"]), ""),
        "conclusion": conclusion(body["conclusion"], register),
        "exception": exception(body["exception"], register),
        "evidence": register.cite_ids(body["why"]["evidence"]),
        "why": [register.named(one) for one in reasons(body)],
        "reason": body["reason"] or "",
        "waitsFor": sorted({act["role"] for act in body["waitingFor"]}),
        "fills": entry["fills"],
    }


def without_target(entry: JSON) -> JSON:
    waits = entry["scope"] == "deployment"
    return {
        "state": "not yet due" if waits else "not determined",
        "tone": "wait" if waits else "none",
        "notes": [] if waits else ["missing"],
        "basis": "",
        "conclusion": None,
        "exception": None,
        "evidence": [],
        "why": [NOT_LIVE if waits else NO_RELEASE],
        "reason": "" if waits else "missing",
        "waitsFor": [] if waits else ["developer"],
        "fills": entry["fills"],
    }


def state_of(body: JSON) -> str:
    applicability = str(body["applicability"])
    if applicability in {"not-yet-due", "not-applicable"}:
        return applicability.replace("-", " ")
    return str(body["determination"]).replace("-", " ")


def conclusion(held: JSON, register: Register) -> JSON | None:
    if held["state"] == "none":
        return None
    verdict = str(held["verdict"]).replace("-", " ")
    return {
        "state": held["state"],
        "words": f"{held['state']}: {verdict}, {held['role']} {register.name(held['by'])}",
        "evidence": register.cite_ids(held["evidence"]),
    }


def exception(held: JSON | None, register: Register) -> JSON | None:
    if held is None:
        return None
    return {"until": held["until"], "evidence": register.cite_ids(held["evidence"])}


def reasons(body: JSON) -> list[str]:
    """The sentences that decide: those of the elements that do not hold, each once."""
    return list(dict.fromkeys(undecided(body["why"])))[:4]


def undecided(node: JSON) -> Iterator[str]:
    if node["state"] == "holds":
        return
    if not node["elements"]:
        yield str(node["sentence"])
    for one in node["elements"]:
        yield from undecided(one)


def owners_of(path: list[str]) -> dict[str, tuple[str, str]]:
    """Who mends each requirement, as assigned nearest to the system; nobody where nobody is named."""
    found: dict[str, tuple[str, str]] = {}
    rows = Assignment.objects.filter(unit_id__in=[UUID(one) for one in path])
    for row in rows.select_related("person").order_by("unit__path"):
        due = row.due_on.isoformat() if row.due_on else ""
        found[row.requirement] = (row.person.name, due)
    return found


def tally(rows: Iterable[JSON]) -> dict[str, int]:
    counted = Counter(row["state"] for row in rows)
    return {state: counted.get(state, 0) for state in STATES}


def tally_by_function(rows: list[JSON]) -> dict[str, dict[str, int]]:
    return {name: tally(row for row in rows if row["function"] == name) for name in FUNCTIONS}


def tailorings(book: Book, register: Register) -> list[JSON]:
    """Decisions that a requirement does not apply, with their reason and who answered for them."""
    return [tailoring(one, book, register) for one in book.records("tailoring")]


def tailoring(one: Said, book: Book, register: Register) -> JSON:
    decision = decision_on(one, book)
    return {
        "requirement": one.fields["requirement"],
        "state": decision.predicate["outcome"] if decision else one.state,
        "reason": one.fields["reason"],
        "author": register.name(one.predicate["author"]),
        "by": register.name(decision.predicate["person"]) if decision else "",
        "at": one.at,
        "evidence": register.cite(one, *([decision] if decision else [])),
    }
