from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from governance.assessment import rules
from governance.assessment.actions.approvals import request_approval
from governance.assessment.criteria import baseline_edition, genuine, in_force
from governance.assessment.models import Approval, ApprovalRequest
from governance.assessment.subjects import decides
from governance.audit.actions import instant
from governance.audit.queries import log_size, root_at
from governance.evidence.actions import emit, subject, worker_collector
from governance.evidence.choices import Assurance, PredicateType
from governance.evidence.models import Evidence
from governance.gates.case import case_of
from governance.gates.models import GateDecision, GatePolicy, Verdict
from governance.gates.verdict import Reason, verdict
from governance.identity.errors import Busy, NotFound
from governance.identity.principal import Principal
from governance.registry.choices import Environment
from governance.registry.models import Release
from governance.work.actions import notify


class LogBehind(Busy):
    retry_after = 1


def current_policy(environment: str) -> GatePolicy:
    """The policy in force. Raises NotFound; CriteriaChanged where its row was changed."""
    policy = in_force(GatePolicy, "gate policy", environment=environment)
    if policy is None:
        known = ", ".join(Environment.values)
        raise NotFound("gate_unknown", f"There is no gate '{environment}'. Gates: {known}.")
    genuine("gate policy", policy.digest, policy.content)
    return policy


def weigh(release: Release, environment: str, size: int) -> tuple[str, list[Reason], GatePolicy]:
    """What the gate would say on the log's first `size` entries; writes nothing."""
    policy = current_policy(environment)
    word, reasons = verdict(policy.content, case_of(release, size, timezone.now()))
    return word, reasons, policy


def ask_gate(release: Release, environment: str, *, by: Principal) -> GateDecision:
    """Decide whether a release may go to an environment: a signed receipt, whatever the verdict."""
    by.require("gate.ask", release.system.unit.path)
    if is_log_behind(release):
        raise LogBehind("log_behind", "The newest evidence is not in the log yet. Ask again soon.")
    size = log_size()
    word, reasons, policy = weigh(release, environment, size)
    with transaction.atomic():
        decision = receipt(release, environment, policy, word, reasons, size, by)
        if word in {Verdict.DENY, Verdict.PENDING}:
            tell_owner(decision)
    return decision


def is_log_behind(release: Release) -> bool:
    """Whether something said of this system is committed but not in the log yet."""
    said = Evidence.objects.filter(unit=release.system.unit)
    indexed: Any = said.exclude(type=PredicateType.GATE_DECISION).with_index()
    return bool(indexed.filter(log_index=None).exists())


def receipt(
    release: Release,
    environment: str,
    policy: GatePolicy,
    word: str,
    reasons: list[Reason],
    size: int,
    by: Principal,
) -> GateDecision:
    now = timezone.now()
    statement = emit(
        PredicateType.GATE_DECISION,
        scope=release.scope,
        subjects=[subject(str(release), release.digest)],
        body={
            "environment": environment,
            "policy": {
                "id": policy.environment,
                "version": policy.version,
                "digest": policy.digest,
            },
            "baseline": baseline_edition(),
            "code": engine_code(),
            "verdict": word,
            "reasons": [reason.as_json() for reason in reasons],
            "logSize": size,
            "root": root_at(size).hex(),
            "effectiveAt": instant(now),
            "validUntil": None,
            "release": {"id": str(release.pk), "digest": release.digest},
        },
        assurance=Assurance.COMPUTED_HERE,
        by=by,
        collector=worker_collector(by),
        at=now,
    )
    return GateDecision.objects.create(
        system=release.system,
        release=release,
        environment=environment,
        policy=policy,
        verdict=word,
        reasons=[reason.as_json() for reason in reasons],
        log_size=size,
        evidence_id=statement.id,
        asked_by_id=by.person_id,
        decided_at=now,
    )


def tell_owner(decision: GateDecision) -> None:
    label = Verdict(decision.verdict).label
    notify(
        decision.system.owner,
        "gate_decided",
        f"Gate {decision.environment}: {label} for {decision.release}",
        decision.get_absolute_url(),
    )


@cache
def engine_code() -> dict[str, Any]:
    """The rule engine by the digest of its files, as every decision names it."""
    folder = Path(str(rules.__file__)).parent
    files = sorted(folder.glob("*.py"))
    hashed = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    return {"name": "muniment.rules", "version": settings.VERSION, "digest": hashed}


def request_release_approval(
    release: Release, environment: str, role: str, *, by: Principal, reason: str = ""
) -> ApprovalRequest:
    """Ask the accountable person to decide on this release for an environment; its authors are barred."""
    by.require("approval.request", release.system.unit.path)
    with transaction.atomic():
        return request_approval(
            scope=release.system.scope,
            subject_kind="release",
            subject_id=release.pk,
            subject_digest=release.digest,
            purpose=environment,
            title=f"{release} for {environment}",
            url=release.get_absolute_url(),
            role=role,
            barred=release.authors,
            by=by,
            reason=reason,
        )


@decides("release")
def release_decided(request: ApprovalRequest, approval: Approval, by: Principal) -> None:
    """Nothing beyond the statement: the gate reads it from the log."""
