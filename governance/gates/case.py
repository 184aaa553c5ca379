"""What is known of a release, read from signed statements in the log's first N entries and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from governance.assessment import rules
from governance.assessment.choices import FindingStanding, standing_of
from governance.assessment.criteria import current_entries
from governance.assessment.results import statements_of_system, statements_of_unit
from governance.audit.actions import instant
from governance.evidence.querysets import Indexed
from governance.gates.verdict import Case
from governance.identity.models import Unit
from governance.registry.models import AISystem, Release

JSON = dict[str, Any]
# A policy does not tell done actions that wait for the retest from planned ones.
POLICY_STATES: dict[str, str] = {FindingStanding.READY: "action-planned"}


@dataclass(frozen=True)
class Statements:
    """The system's part of the log, newest last."""

    rows: Sequence[Indexed]

    def predicates(self, type_: str, digest: str | None = None) -> Iterator[JSON]:
        """Predicates of a type, in log order; of those about `digest` where one is given."""
        suffix = f":{type_}:v1"
        for row in self.rows:
            statement = row["statement"]
            if not statement["predicateType"].endswith(suffix):
                continue
            if row["revoked"] and speaks_for(statement["predicate"]):
                continue
            about = {one["digest"]["sha256"] for one in statement["subject"]}
            if digest is None or digest in about:
                yield statement["predicate"]

    def records(self, kind: str, digest: str | None = None) -> list[JSON]:
        """The newest revision of each record of a kind, in the order the records first appeared."""
        newest: dict[str, JSON] = {}
        for predicate in self.predicates("record", digest):
            if predicate["kind"] == kind:
                newest[predicate["record"]["id"]] = predicate
        return list(newest.values())


def speaks_for(predicate: JSON) -> bool:
    """What lets a release through: nobody has said it where its key is revoked. What holds it back stays."""
    if "outcome" in predicate:
        return predicate["outcome"] in rules.APPROVED
    if predicate.get("kind") == "opinion":
        return bool(predicate["fields"].get("verdict") != "not-fit")
    return predicate.get("kind") == "artefact-admission"


def case_of(release: Release, size: int, at: datetime) -> Case:
    """Everything the gate weighs about a release: pure over the log up to `size` and the instant."""
    system = release.system
    statements = Statements(statements_of_system(system, size))
    own = statements.records("system")[-1]["fields"]
    return Case(
        tier=own["tier"],
        tier_confirmed=own["tierState"] == "confirmed",
        results=results_of(release, statements, size, at),
        opinions=opinions_of(release, statements, own),
        approvals=approvals_of(release, statements),
        findings=findings_of(release, statements, at),
        unadmitted=unadmitted(release, statements),
        scopes={entry["id"]: entry["scope"] for entry in current_entries().values()},
    )


def results_of(release: Release, statements: Statements, size: int, at: datetime) -> list[JSON]:
    """Results at the candidate release, its system, and the units that answer for the rest."""
    log = rules.read_log(list(statements.rows), size)
    targets = {
        "system": rules.target_from(log, "system", str(release.system_id)),
        "release": rules.target_from(log, "release", str(release.pk)),
    }
    found = [
        rules.evaluate(entry, targets[entry["scope"]], log, instant(at))
        for entry in current_entries().values()
        if entry["scope"] in targets
    ]
    return found + upper_results(release.system, size, at)


def upper_results(system: AISystem, size: int, at: datetime) -> list[JSON]:
    """What the organisation and the unit above the system answer for."""
    found = []
    chain = list(Unit.objects.filter(pk__in=system.unit.path_ids[:-1]).order_by("path"))
    for unit in {chain[0].pk: chain[0], chain[-1].pk: chain[-1]}.values():
        entries = [e for e in current_entries().values() if e["scope"] == unit.kind]
        if not entries:
            continue
        log = rules.read_log(statements_of_unit(unit, size), size)
        target = rules.target_from(log, unit.kind, str(unit.pk))
        found += [rules.evaluate(entry, target, log, instant(at)) for entry in entries]
    return found


def opinions_of(release: Release, statements: Statements, system: JSON) -> list[JSON]:
    authors = {str(person) for person in release.authors}
    return [
        {
            "role": "validator",
            "verdict": opinion["fields"]["verdict"],
            "independent": opinion["author"] not in {*authors, system["owner"]},
            "statement": opinion["id"],
        }
        for opinion in statements.records("opinion", release.digest)
    ]


def approvals_of(release: Release, statements: Statements) -> list[JSON]:
    authors = {str(person) for person in release.authors}
    return [
        {
            "role": approval["role"],
            "purpose": approval["purpose"],
            "outcome": approval["outcome"],
            "conditions": [condition_of(one, statements) for one in approval["conditions"]],
            "statement": approval["id"],
        }
        for approval in statements.predicates("approval", release.digest)
        if approval["person"] not in authors
    ]


def condition_of(condition: JSON, statements: Statements) -> JSON:
    """met or unmet by the record it names; unverifiable where only a person can look."""
    wanted = condition["record"]
    if wanted is None:
        return {"text": condition["text"], "state": "unverifiable"}
    for record in statements.records(wanted["kind"]):
        if record["record"]["id"] == wanted["id"] and record["record"]["state"] in wanted["states"]:
            return {"text": condition["text"], "state": "met"}
    return {"text": condition["text"], "state": "unmet"}


def findings_of(release: Release, statements: Statements, at: datetime) -> list[JSON]:
    """Open findings on this release, or on the system as a whole, with the state of their actions."""
    actions = statements.records("action")
    found = []
    for finding in statements.records("finding"):
        fields = finding["fields"]
        if finding["record"]["state"] == "closed" or fields["release"] not in {
            None,
            str(release.pk),
        }:
            continue
        own = [a for a in actions if a["fields"]["finding"] == finding["record"]["id"]]
        standing = standing_of_finding(finding, own, at)
        found.append(
            {
                "title": f"F-{fields['number']} {fields['title']}",
                "severity": fields["severity"],
                "requirement": fields["requirement"],
                "state": POLICY_STATES.get(standing.value, standing.value),
                "words": standing.label.lower(),
                "statement": finding["id"],
            }
        )
    return found


def standing_of_finding(finding: JSON, actions: Sequence[JSON], at: datetime) -> FindingStanding:
    held = [(one["record"]["state"], one["fields"]["due"]) for one in actions]
    return standing_of(
        finding["record"]["state"], finding["fields"]["due"], held, at.date().isoformat()
    )


def unadmitted(release: Release, statements: Statements) -> list[str]:
    """Model files of the release without an admission in the log."""
    admitted = {
        record["fields"]["sha256"]
        for record in statements.records("artefact-admission")
        if record["record"]["state"] == "admitted"
    }
    return [
        f"Model version {one['version']}"
        for one in release.manifest["models"]
        if one["digest"] not in admitted
    ]
