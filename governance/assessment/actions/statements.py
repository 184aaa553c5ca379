"""A person's signed word: management statements, conclusions, a validator's opinion, who is to mend what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from governance.assessment.criteria import edition, entry_of
from governance.assessment.models import Assignment
from governance.audit.actions import instant, record, salted
from governance.audit.ids import new_id
from governance.audit.queries import log_size
from governance.evidence.actions import emit, emit_record, subject
from governance.evidence.choices import Assurance, PredicateType
from governance.evidence.models import Evidence
from governance.evidence.scope import Scope
from governance.identity.choices import Role
from governance.identity.errors import Forbidden, InvalidInput
from governance.identity.models import Person, Unit
from governance.identity.principal import Principal
from governance.registry.models import Release

VERDICTS = ("satisfied", "not-satisfied", "not-determined")
OPINIONS = ("fit", "fit-with-findings", "not-fit")
TEXT_LIMIT = 4000


def check_text(text: str) -> str:
    text = text.strip()
    if not text or len(text) > TEXT_LIMIT:
        raise InvalidInput("text_missing", "Say it in 1 to 4,000 characters.", "/text")
    return text


def make_statement(
    scope: Scope,
    requirement: str,
    *,
    met: bool,
    role: str,
    text: str,
    by: Principal,
    valid_days: int = 365,
    target_digest: str = "",
) -> Evidence:
    """A management statement that a requirement is met or NOT met, by a person in a named role."""
    by.require("statement.make", scope.unit.path)
    entry_of(requirement)
    if role not in by.roles_at(scope.unit.path):
        raise Forbidden("role_not_held", f"You do not hold the role {Role(role).label} here.")
    words = salted(check_text(text))
    until = timezone.now() + timedelta(days=valid_days)
    with transaction.atomic():
        return emit(
            PredicateType.MANAGEMENT_STATEMENT,
            scope=scope,
            subjects=[subject(f"{requirement} at {scope.id}", target_digest or words.digest)],
            body={
                "about": {"catalog": edition(), "requirement": requirement},
                "role": role,
                "verdict": "met" if met else "not-met",
                "person": str(by.person_id),
                "textDigest": words.digest,
                "validUntil": instant(until),
                "logSize": log_size(),
            },
            assurance=Assurance.STATEMENT,
            by=by,
            texts={"text": words},
        )


def conclude(
    scope: Scope,
    requirement: str,
    verdict: str,
    reason: str,
    *,
    role: str,
    by: Principal,
    target_digest: str = "",
    authors: Sequence[object] = (),
    basis: Sequence[str] = (),
) -> Evidence:
    """An assessor's conclusion about a requirement at a target; stands beside the determination."""
    by.require("conclusion.make", scope.unit.path)
    entry_of(requirement)
    if verdict not in VERDICTS:
        raise InvalidInput("verdict", f"Choose from: {', '.join(VERDICTS)}.", "/verdict")
    if role not in by.roles_at(scope.unit.path):
        raise Forbidden("role_not_held", f"You do not hold the role {Role(role).label} here.")
    if by.person_id in set(authors):
        raise Forbidden("not_independent", "Who made this release does not judge it.")
    words = salted(check_text(reason))
    with transaction.atomic():
        return emit(
            PredicateType.CONCLUSION,
            scope=scope,
            subjects=[subject(f"{requirement} at {scope.id}", target_digest or words.digest)],
            body={
                "about": {"catalog": edition(), "requirement": requirement},
                "role": role,
                "verdict": verdict,
                "person": str(by.person_id),
                "barred": sorted(str(author) for author in authors),
                "reasonDigest": words.digest,
                "assessment": None,
                "basis": list(basis),
                "validUntil": None,
                "logSize": log_size(),
            },
            assurance=Assurance.STATEMENT,
            by=by,
            texts={"reason": words},
        )


def give_opinion(
    release: Release, verdict: str, text: str, tests: Iterable[str], *, by: Principal
) -> Evidence:
    """The validator's opinion on a release: what was tested, and whether it is fit for its use."""
    by.require("opinion.give", release.system.unit.path)
    if verdict not in OPINIONS:
        raise InvalidInput("verdict", f"Choose from: {', '.join(OPINIONS)}.", "/verdict")
    if by.person_id in release.authors:
        raise Forbidden("not_independent", "Who made this release does not validate it.")
    with transaction.atomic():
        return emit_record(
            "opinion",
            record_id=new_id(),
            state="given",
            fields={
                "release": str(release.pk),
                "releaseDigest": release.digest,
                "verdict": verdict,
                "opinion": check_text(text),
                "tests": [check_text(test) for test in tests],
                "independent": True,
            },
            scope=release.scope,
            by=by,
            subjects=[subject(str(release), release.digest)],
        )


def assign(
    unit: Unit, requirements: Iterable[str], person: Person, due_on: date | None, *, by: Principal
) -> int:
    """Name who mends these requirements here, and until when; returns how many were assigned."""
    by.require("requirement.assign", unit.path)
    chosen = [entry_of(requirement)["id"] for requirement in requirements]
    if not chosen:
        raise InvalidInput("nothing_chosen", "Choose at least one requirement.", "/requirements")
    with transaction.atomic():
        for requirement in chosen:
            Assignment.objects.update_or_create(
                unit=unit, requirement=requirement, defaults={"person": person, "due_on": due_on}
            )
            record(
                "assessment.requirement_assigned",
                by=by,
                object_type="requirement",
                object_id=requirement,
                unit_path=unit.path,
                facts={"person": str(person.pk), "due": due_on.isoformat() if due_on else None},
            )
    return len(chosen)
