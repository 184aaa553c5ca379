"""May it ship? A pure function of a gate policy and what is known of a release. No Django, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from governance.assessment.rules.instants import day_of

JSON = Mapping[str, Any]

STRENGTH = ("ignore", "warn", "pending", "deny", "error")
ACTS = frozenset({"approval", "statement", "conclusion"})
NOTHING_TO_SAY = {"satisfied"}
OUTCOMES = {
    "approved": "has approved this release for {}",
    "approved-with-conditions": "has approved this release for {}, with conditions",
    "returned": "has sent back the question of this release for {}",
    "rejected": "has rejected this release for {}",
    "revoked": "has revoked the approval of this release for {}",
}


@dataclass(frozen=True)
class Reason:
    """Why a verdict is what it is: an effect, a word for programs, a sentence, and what it rests on."""

    effect: str
    code: str
    text: str
    requirement: str | None = None
    element: str | None = None
    role: str | None = None
    exception: str | None = None
    statements: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "effect": self.effect,
            "code": self.code,
            "text": self.text,
            "requirement": self.requirement,
            "element": self.element,
            "role": self.role,
            "exception": self.exception,
            "statements": list(self.statements),
        }


@dataclass(frozen=True)
class Case:
    """What is known of a release at one log size: results, acts of people, findings, admissions."""

    tier: str
    tier_confirmed: bool
    results: Sequence[JSON] = ()
    opinions: Sequence[JSON] = ()
    approvals: Sequence[JSON] = ()
    findings: Sequence[JSON] = ()
    incidents: Sequence[JSON] = ()
    unadmitted: Sequence[str] = ()
    scopes: Mapping[str, str] = field(default_factory=dict)


def verdict(policy: JSON, case: Case) -> tuple[str, list[Reason]]:
    """The strongest effect of all reasons, `allow` where none but ignored ones is left; with the reasons."""
    if case.tier == "prohibited":
        reason = Reason(
            "deny", "prohibited", "The system is a prohibited practice. Do not ship it."
        )
        return "deny", [reason]
    rules = policy["tiers"].get(case.tier)
    if rules is None:
        sentence = f"The policy says nothing of the tier '{case.tier}'. Add it to the policy."
        return "error", [Reason("error", "tier_without_rules", sentence)]
    reasons = [
        *tier_reasons(rules, case),
        *admission_reasons(rules, case),
        *requirement_reasons(rules, case),
        *opinion_reasons(rules, case),
        *approval_reasons(rules, case),
        *finding_reasons(rules, case),
        *incident_reasons(rules, case),
    ]
    reasons.sort(key=lambda reason: -STRENGTH.index(reason.effect))
    strongest = reasons[0].effect if reasons else "ignore"
    return ("allow" if strongest == "ignore" else strongest), reasons


def tier_reasons(rules: JSON, case: Case) -> Iterator[Reason]:
    if not case.tier_confirmed:
        rule = rules["tier_unconfirmed"]
        text = f"The tier '{case.tier}' is proposed, not confirmed: the {rule['role']} confirms it."
        yield Reason(rule["effect"], "tier_unconfirmed", text, role=rule["role"])


def admission_reasons(rules: JSON, case: Case) -> Iterator[Reason]:
    for name in case.unadmitted:
        text = f"{name} was not admitted by inspection. Upload it and let it be inspected."
        yield Reason(rules["artefacts_not_admitted"], "artefact_not_admitted", text)


def requirement_reasons(rules: JSON, case: Case) -> Iterator[Reason]:
    for result in case.results:
        if result["applicability"] in {"not-applicable", "not-yet-due"}:
            continue
        if result["determination"] in NOTHING_TO_SAY:
            continue
        yield requirement_reason(rules, case, result)


def requirement_reason(rules: JSON, case: Case, result: JSON) -> Reason:
    requirement = str(result["requirement"])
    strictness = strictness_of(rules["requirements"], requirement, case.scopes.get(requirement, ""))
    why, waiting = why_not(result)
    effect = str(rules["requirements"]["effects"][strictness][why])
    exception = result.get("exception")
    text = sentence_of(result, waiting)
    if effect == rules["exceptions"]["turns"] and exception:
        effect = str(rules["exceptions"]["into"])
        text = f"{text} Exception in force until {day_of(exception['until'])}."
    return Reason(
        effect=effect,
        code=f"requirement_{why.replace('-', '_')}",
        text=text,
        requirement=requirement,
        role=waiting[0]["role"] if waiting and why == "only-acts-missing" else None,
        exception=exception["id"] if exception else None,
        statements=tuple(sorted(evidence_of(result["why"]))),
    )


def strictness_of(requirements: JSON, requirement: str, scope: str) -> str:
    for name in ("must_hold", "must_not_fail", "noted", "ignored"):
        if requirement in requirements[name]:
            return name
    return str(requirements["by_scope"].get(scope, "noted"))


def why_not(result: JSON) -> tuple[str, list[JSON]]:
    """The key of the policy's effects for a result that does not hold, and the acts it waits for."""
    waiting = list(result.get("waitingFor") or [])
    if result["determination"] == "not-satisfied":
        return "not-satisfied", waiting
    if waiting and all(act["act"] in ACTS for act in waiting):
        return "only-acts-missing", waiting
    return str(result["reason"] or "missing"), waiting


def sentence_of(result: JSON, waiting: Sequence[JSON]) -> str:
    requirement, determination = result["requirement"], str(result["determination"])
    words = determination.replace("-", " ")
    if determination == "not-determined":
        words = f"{words} ({result['reason']})"
    blame = failing_sentences(result["why"]) if determination == "not-satisfied" else []
    asked = [str(act["what"]) for act in waiting[:3]] if not blame else []
    return clip(" ".join([f"{requirement} is {words}.", *blame[:3], *asked]))


def clip(text: str, limit: int = 1500) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def failing_sentences(node: JSON) -> list[str]:
    below = node.get("elements") or []
    if below:
        return [one for part in below for one in failing_sentences(part)]
    return [str(node["sentence"])] if node.get("state") == "fails" else []


def evidence_of(node: JSON) -> set[str]:
    found = set(node.get("evidence") or [])
    for part in node.get("elements") or []:
        found |= evidence_of(part)
    return found


def opinion_reasons(rules: JSON, case: Case) -> Iterator[Reason]:
    for rule in rules["opinions"]:
        given = [o for o in case.opinions if o["role"] == rule["role"] and is_independent(o, rule)]
        if not given:
            text = f"The {rule['role']} has not given an opinion on this release."
            yield Reason(rule["missing"], "opinion_missing", text, role=rule["role"])
            continue
        last = given[-1]
        text = f"The {rule['role']}'s opinion: {last['verdict'].replace('-', ' ')}."
        yield Reason(
            rule["verdicts"][last["verdict"]], "opinion", text, statements=(last["statement"],)
        )


def is_independent(opinion: JSON, rule: JSON) -> bool:
    return not rule["independent"] or bool(opinion["independent"])


def approval_reasons(rules: JSON, case: Case) -> Iterator[Reason]:
    for rule in rules["approvals"]:
        given = [
            a
            for a in case.approvals
            if a["role"] == rule["role"] and a["purpose"] == rule["purpose"]
        ]
        if not given:
            text = f"The {rule['role']} has not decided on {rule['purpose']} for this release."
            yield Reason(rule["missing"], "approval_missing", text, role=rule["role"])
            continue
        yield from decided(rule, given[-1])


def decided(rule: JSON, approval: JSON) -> Iterator[Reason]:
    effect = rule["outcomes"][approval["outcome"]]
    text = f"The {rule['role']} {OUTCOMES[approval['outcome']].format(rule['purpose'])}."
    role = rule["role"] if effect == "pending" else None
    statements = (approval["statement"],)
    yield Reason(effect, "approval", text, role=role, statements=statements)
    for condition in approval["conditions"]:
        effect = rule["conditions"][condition["state"]]
        text = clip(f"Condition {condition['state'].replace('-', ' ')}: {condition['text']}")
        yield Reason(effect, "condition", text, statements=statements)


def finding_reasons(rules: JSON, case: Case) -> Iterator[Reason]:
    for finding in case.findings:
        effect = rules["findings"][finding["severity"]][finding["state"]]
        text = clip(f"Finding {finding['title']} ({finding['severity']}): {finding['words']}.")
        yield Reason(
            effect,
            "finding",
            text,
            requirement=finding["requirement"] or None,
            statements=(finding["statement"],),
        )


def incident_reasons(rules: JSON, case: Case) -> Iterator[Reason]:
    for incident in case.incidents:
        effect = rules["incidents"][incident["kind"]][incident["state"]]
        text = clip(f"Incident {incident['title']}: {incident['state']}.")
        yield Reason(effect, "incident", text, statements=(incident["statement"],))


def roll_back_verdict(
    policy: JSON, met: Iterable[str], names: Mapping[str, str]
) -> tuple[str, list[Reason]]:
    """Going back to a release that was live before has its own, short list of conditions."""
    rule = policy["rollback"]
    held = set(met)
    missing = [c for c in rule["conditions"] if c not in held]
    if missing:
        return rule["otherwise"], [
            Reason(rule["otherwise"], "rollback_condition", names[condition])
            for condition in missing
        ]
    text = f"Roll-back to an approved release; reviewed within {rule['review_within_days']} days."
    effect = "ignore" if rule["verdict"] == "allow" else rule["verdict"]
    return rule["verdict"], [Reason(effect, "rollback", text)]
