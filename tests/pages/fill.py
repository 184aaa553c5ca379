"""The cast's organisation with something on every page, for eyes and for page tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from governance.assessment.actions import approvals, documents, findings, statements
from governance.assessment.models import ApprovalRequest, Finding
from governance.evidence.models import Evidence
from governance.evidence.pipeline_keys import register_key, revoke_key
from governance.gates.actions import ask_gate, request_release_approval
from governance.gates.models import GateDecision
from governance.identity import actions as identity
from governance.registry import actions as registry
from governance.registry.models import Release
from governance.work.actions import enqueue, write_comment
from governance.work.models import Job, JobState
from tests.cast import PASSWORD, Cast, make_release
from tests.environment.by_hand import by_hand
from tests.evidence.measurements import drift, measure
from tests.evidence.pipelines import Pipeline, make_pipeline, with_token

NAMES = {
    "adam": "Adam Lind (demo)",
    "dana": "Dana Okafor (demo)",
    "vera": "Vera Marković (demo)",
    "erin": "Erin Castellanos (demo)",
    "abel": "Abel Thorne (demo)",
    "dev": "Devi Raman (demo)",
    "owen": "Owen Achterberg (demo)",
}


def keys(cast: Cast, release: Release) -> Pipeline:
    """A pipeline's key that counts, one that is revoked, and one that ends on a day."""
    by = cast.by("owen")
    revoked = make_pipeline(cast, 8, release)
    revoke_key(revoked.key, "compromised", by=by, from_size=20)
    ending = with_token(cast, release, 9)
    public = ending.signer.public_bytes.hex()
    register_key(ending.token, public, by=by, expires=timezone.now() + timedelta(days=30))
    return make_pipeline(cast, 7, release)


def fill(cast: Cast) -> dict[str, str]:
    """Do a little of everything; returns the paths of the pages worth looking at, by name."""
    rename(cast)
    release = make_release(cast)
    measured = [measure(cast, release), measure(cast, release, 2, "0.55")]
    drifted = drift(cast, release)
    finding = judge_release(cast, release)
    document = attach_policies(cast)
    people(cast)
    jobs(cast)
    comments(cast, release, finding)
    decision = through_the_gate(cast, release)
    pipeline = keys(cast, release)
    cast.judge()
    cast.sequencer.sign()
    return {
        "findings": "/findings?state=all",
        "finding": f"/findings/{finding.pk}",
        "finding-raise": f"/systems/{cast.system.pk}/findings/raise",
        "system": f"/systems/{cast.system.pk}",
        "system-findings": f"/systems/{cast.system.pk}/findings",
        "exception-ask": f"/releases/{release.pk}/exception",
        "opinion": f"/releases/{release.pk}/opinion",
        "requirement": "/requirements/MEASURE-2.11",
        "unit-why": f"/units/{cast.organisation.pk}/requirements/GOVERN-1.4",
        "unit-speak": f"/units/{cast.organisation.pk}/requirements/GOVERN-1.4/statement",
        "system-requirements": f"/systems/{cast.system.pk}/requirements",
        "tier": f"/systems/{cast.system.pk}/tier",
        "documents": "/documents",
        "document": f"/documents/{document}",
        "document-where": "/documents/attach",
        "document-attach": f"/documents/attach?unit={cast.organisation.pk}",
        "release": f"/releases/{release.pk}",
        "gate-decisions": "/gate-decisions",
        "gate-decision": f"/gate-decisions/{decision.pk}",
        "log": "/log",
        "log-filtered": "/log?action=role_granted",
        "log-entry": "/log/12",
        "checkpoints": "/log/checkpoints",
        "keys": "/log/keys",
        "key-register": "/log/keys/register",
        "key-revoke": f"/log/keys/{pipeline.key.keyid}/revoke",
        "evidence-list": "/evidence",
        "evidence": f"/evidence/{measured[1].id}",
        "evidence-drift": f"/evidence/{drifted.id}",
        "evidence-record": f"/evidence/{Evidence.objects.records('system').latest('number').id}",
        "evidence-gate": f"/evidence/{decision.evidence_id}",
        "people": "/people",
        "person": f"/people/{cast.person('owen').pk}",
        "person-add": "/people/add",
        "units": "/units",
        "unit-add": "/units/add",
        "tokens": "/tokens",
        "token-create": "/tokens/create",
        "account": "/account",
        "jobs": "/jobs",
        "search": "/search?q=support",
        "search-empty": "/search",
        "not-found": "/nothing",
        "refused": "/log/999999",
    }


def rename(cast: Cast) -> None:
    for name, full in NAMES.items():
        person = cast.person(name)
        person.name = full
        with by_hand():
            person.save(update_fields=["name"])


def judge_release(cast: Cast, release: Release) -> Finding:
    due = timezone.now().date() + timedelta(days=40)
    statements.make_statement(
        release.scope,
        "MEASURE 2.11",
        met=False,
        role="officer",
        text="The ratio between women and men is below four fifths.",
        by=cast.by("dana"),
    )
    statements.give_opinion(
        release,
        "fit-with-findings",
        "The model separates well on rows it has not seen. Its target stands for something else.",
        ["Held-out rows of 2015", "Slices by SEX, RAC1P and DIS", "Cut-off between 0.4 and 0.6"],
        by=cast.by("vera"),
    )
    finding = findings.raise_finding(
        cast.system,
        "Proxy target includes people outside the labour force",
        {
            "criterion": "The target stands for who needs a place (MEASURE 2.2).",
            "condition": "Predicted 'not employed' includes students and retired people.",
            "cause": "The survey's variable was taken as it is.",
            "effect": "Places go to people who do not look for work.",
        },
        severity="high",
        owner=cast.person("owen"),
        due_on=due,
        by=cast.by("vera"),
        release=release,
        requirement="MEASURE 2.2",
    )
    by = cast.by("owen")
    action = findings.plan_action(
        finding, "Train on people in the labour force", cast.person("dev"), due, by=by
    )
    findings.complete_action(action, by=by)
    findings.plan_action(finding, "Repeat the validation", cast.person("owen"), due, by=by)
    findings.raise_finding(
        cast.system,
        "Operators have no written guide to overriding a decision",
        {"criterion": "Oversight is described", "condition": "There is no guide"},
        severity="medium",
        owner=cast.person("owen"),
        due_on=timezone.now().date() - timedelta(days=3),
        by=cast.by("dana"),
    )
    cast.judge()
    findings.request_exception(
        release,
        ["MEASURE 2.11"],
        reason="The service begins in two weeks.",
        compensating_control="A case worker reviews every refusal of a woman.",
        expires_on=due,
        by=by,
    )
    request = ApprovalRequest.objects.get(subject_kind="exception")
    approvals.decide(request, "approved", "Bounded in time and controlled.", by=cast.by("dana"))
    return finding


def attach_policies(cast: Cast) -> object:
    today, by = timezone.now().date(), cast.by("dana")
    titles = {
        "ai-policy": "AI policy of the employment service",
        "risk-tolerance": "Risk tolerance 2026",
        "legal-register": "Register of applicable law",
    }
    made = []
    for topic, title in titles.items():
        upload = registry.receive_upload(
            cast.organisation, "document", f"{topic}.pdf", [topic.encode()], by=by
        )
        made.append(
            documents.attach_document(
                cast.organisation,
                topic,
                title,
                upload=upload,
                valid_from=today,
                valid_until=today + timedelta(days=365),
                by=by,
            )
        )
    asked = ApprovalRequest.objects.get(subject_id=made[0].pk)
    approvals.decide(asked, "approved", "Read and agreed by the board.", by=cast.by("erin"))
    return made[0].pk


def people(cast: Cast) -> None:
    by = cast.by("adam")
    places = identity.create_unit(cast.organisation, "Placement services (demo)", by=by)
    extra = identity.create_person(
        places, "Quentin Abernathy-Featherstonehaugh (demo)", "q.a-f@service.test", PASSWORD, by=by
    )
    identity.grant_role(extra.responsible, "auditor", places, by=by)
    identity.add_account(cast.person("owen"), "owen-night-shift", PASSWORD, by=by)
    verbs = ["artefact.upload", "evaluation.run", "gate.ask", "model.register", "release.create"]
    identity.create_token(cast.system.unit, "places, main branch", verbs, 30, by=cast.by("owen"))
    old, _ = identity.create_token(cast.organisation, "old", ["gate.ask"], 7, by=cast.by("dev"))
    identity.revoke_token(old, by=by)


def jobs(cast: Cast) -> None:
    with transaction.atomic():
        made = [enqueue("assessment.recompute", {}, unit=cast.system.unit) for _ in range(2)]
    error = "Traceback (most recent call last):\n  File ...\nValueError: the column AGEP is missing"
    values: dict[str, Any] = {"state": JobState.DEAD, "attempt": 3, "error": error}
    Job.objects.filter(pk=made[0].pk).update(**values)


def comments(cast: Cast, release: Release, finding: Finding) -> None:
    unit = cast.system.unit
    write_comment(unit, "ai-system", unit.pk, "Who reads the appeals?", by=cast.by("abel"))
    write_comment(unit, "finding", finding.pk, "The board asked about this.", by=cast.by("dana"))
    write_comment(unit, "release", release.pk, "Cut-off as agreed in May.", by=cast.by("dev"))


def through_the_gate(cast: Cast, release: Release) -> GateDecision:
    cast.sequence()
    ask_gate(release, "production", by=cast.by("owen"))
    request = request_release_approval(
        release, "production", "executive", by=cast.by("owen"), reason="The pilot has ended."
    )
    approvals.decide(
        request,
        "approved-with-conditions",
        "The benefits outweigh; the gap is controlled.",
        by=cast.by("erin"),
        conditions=["Report the ratio to the board every month."],
    )
    cast.sequence()
    decision = ask_gate(release, "production", by=cast.by("owen"))
    registry.record_deployment(release, "staging", by=cast.by("owen"))
    return decision
