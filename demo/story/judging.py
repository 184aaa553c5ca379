"""What several steps do alike: ask the gate, give an opinion, conclude, ask for exception and decision."""

from __future__ import annotations

from demo.story import judgements as said
from demo.story.stage import JSON, Stage, day

FAIRNESS = "MEASURE 2.11"
PRODUCTION = "production"
WARN, DENY, PENDING = 0, 1, 3


def ask_gate(stage: Stage, release: str, code: int) -> JSON:
    """The gate's decision; raises CommandFailed unless the command exits with `code`."""
    ran = stage.muniment(
        "gate", PRODUCTION, "--release", stage.made[release], "--format", "json", code=code
    )
    decision: JSON = ran.json()
    for one in decision["reasons"]:
        if one["effect"] in {"deny", "pending"}:
            stage.show(f"  {one['effect']:<8} {one['text'][:150]}")
    return decision


def effects(decision: JSON, effect: str) -> list[JSON]:
    return [one for one in decision["reasons"] if one["effect"] == effect]


def conclude(stage: Stage, role: str, conclusions: dict[str, tuple[str, str]], release: str) -> str:
    """Record each conclusion on the requirement's page; what was concluded, in words."""
    person = stage.person(role)
    for requirement, (verdict, reason) in conclusions.items():
        name = requirement.replace(" ", "-")
        path = f"{stage.system_page}/requirements/{name}/conclusion?release={stage.made[release]}"
        person.fill(path, {"role": role, "verdict": verdict, "reason": reason})
    words = [f"{name} {verdict.replace('-', ' ')}" for name, (verdict, _) in conclusions.items()]
    return ", ".join(words)


def opine(stage: Stage, release: str, tests: tuple[str, ...], text: str) -> None:
    form = {"verdict": "fit-with-findings", "tests": "\n".join(tests), "text": text}
    stage.person("validator").fill(f"/releases/{stage.made[release]}/opinion", form)


def ask_for_exception(stage: Stage, release: str, reason: str) -> None:
    form = {
        "requirements": [FAIRNESS],
        "reason": reason,
        "compensating_control": said.EXCEPTION_CONTROL,
        "expires_on": day(said.EXCEPTION_DAYS),
    }
    stage.person("owner").fill(f"/releases/{stage.made[release]}/exception", form)


def ask_for_decision(stage: Stage, release: str, reason: str) -> None:
    """The developer puts a release before the executive, who finds it among the approvals."""
    developer = stage.person("developer")
    page = developer.open(f"/releases/{stage.made[release]}")
    developer.send(page, {"environment": PRODUCTION, "reason": reason})
    question = stage.person("executive").open("/approvals").link("for production")
    stage.made[f"ask-{release}"] = question


def conditional(reason: str) -> dict[str, str]:
    conditions = "\n".join(said.CONDITIONS)
    return {"outcome": "approved-with-conditions", "conditions": conditions, "reason": reason}
