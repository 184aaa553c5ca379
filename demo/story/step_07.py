"""Step 7: version 2 is judged by its own release while version 1 is in alarm; going back is one command."""

from __future__ import annotations

from demo.data.columns import PROTECTED
from demo.story import judgements, release_two
from demo.story.acts import Step
from demo.story.figures import ratios, value
from demo.story.judging import (
    DENY,
    PRODUCTION,
    WARN,
    ask_for_decision,
    ask_for_exception,
    ask_gate,
    conclude,
    conditional,
    effects,
    opine,
)
from demo.story.stage import JSON, Stage, Unexpected
from demo.story.step_02 import make_release, register_version
from demo.story.step_03 import decide, evaluate, write
from demo.story.step_06 import add_monitor

step = Step(7, "Version 2, and the way back")
STAGING = "staging"


@step.act("pipeline", "registers version 2 (a neural network) and makes release 2")
def register(stage: Stage) -> str:
    answer = register_version(stage, 2)
    stage.made["version2"] = answer["id"]
    release = make_release(stage, 2)
    files = stage.workshop.events("train-v2")
    stage.muniment("lineage", "post", *(str(path) for path in files))
    return (
        f"Version {answer['number']}, release {release['number']}, digest {release['digest'][:12]}…"
    )


@step.act("pipeline", "asks the gate at once: no evidence carries over")
def nothing_carries_over(stage: Stage) -> str:
    decision = ask_gate(stage, "release2", DENY)
    empty = {one["requirement"] for one in effects(decision, "deny")}
    if not {"MEASURE 2.1", "MEASURE 2.3", "MEASURE 2.11"} <= empty:
        raise Unexpected(f"Only {sorted(empty)} are denied: evidence of version 1 was counted.")
    return f"DENY, exit 1: nothing is known of release 2 yet ({len(empty)} outcomes)"


@step.act("developer", "writes a plan on the same rows; the officer approves it")
def plan(stage: Stage) -> str:
    title = release_two.TITLE
    stage.made["plan2"] = write(stage, stage.person("developer"), "release2", title)
    reason = "Same rows, criteria and thresholds as for version 1, so that both can be compared."
    decide(stage, "officer", stage.made["ask-plan2"], {"outcome": "approved", "reason": reason})
    return "Approved before the run, thresholds unchanged"


@step.act("pipeline", "measures version 2 and compares it with version 1 on the same rows")
def compare_versions(stage: Stage) -> str:
    run = evaluate(stage, "release2", "--plan", stage.made["plan2"])
    before = stage.api(f"evaluations/{stage.made['evaluation1']}")
    if run["dataset"]["digest"] != before["dataset"]["digest"]:
        raise Unexpected("The two versions were measured on different rows.")
    pair = [f"{value(one, 'roc_auc'):.4f}" for one in (before, run)]
    return (
        f"ROC AUC {pair[0]} before, {pair[1]} now; selection rate ratios now "
        f"{ratios(run, PROTECTED)}"
    )


@step.act("validator", "gives an opinion and conclusions on release 2")
def judge(stage: Stage) -> str:
    opine(stage, "release2", release_two.TESTS, release_two.OPINION)
    return conclude(stage, "validator", release_two.CONCLUSIONS, "release2")


@step.act("officer", "grants release 2 its own exception, asked by the owner")
def grant(stage: Stage) -> str:
    ask_for_exception(stage, "release2", release_two.EXCEPTION_REASON)
    question = stage.person("officer").open("/approvals").link("Exception to")
    answer = {"outcome": "approved", "reason": judgements.EXCEPTION_GRANT}
    decide(stage, "officer", question, answer)
    return "Same control, its own expiry; exceptions are of a release and do not carry over"


@step.act("executive", "approves release 2 with conditions")
def approve(stage: Stage) -> str:
    ask_for_decision(stage, "release2", "Version 1 is in alarm; version 2 is to replace it.")
    decide(stage, "executive", stage.made["ask-release2"], conditional(release_two.DECISION))
    return f"Approved with {len(judgements.CONDITIONS)} conditions"


@step.act("pipeline", "muniment gate production for release 2, while version 1 is in alarm")
def gate(stage: Stage) -> str:
    alarm = [one for one in stage.api_all(f"systems/{stage.system}/alerts") if is_standing(one)]
    decision = ask_gate(stage, "release2", WARN)
    if not alarm or decision["verdict"] != "warn":
        raise Unexpected(f"{len(alarm)} alerts stand, the gate says {decision['verdict']}.")
    return f"WARN, exit 0: {len(alarm)} alerts on version 1 do not hold back what replaces it"


@step.act("pipeline", "muniment deploy production: version 2 is live, version 1 retired")
def deploy(stage: Stage) -> str:
    answer = stage.muniment("deploy", PRODUCTION, "--release", stage.made["release2"]).json()
    stage.made["deployment2"] = answer["id"]
    rows = stage.api_all(f"systems/{stage.system}/deployments")
    before = next(one for one in rows if one["id"] == stage.made["deployment1"])
    if before["endedAt"] is None:
        raise Unexpected("Version 1 is still live in production.")
    return f"Release 2 live since {answer['startedAt'][:19]}Z; release 1 ended then"


@step.act("owner", "sets up the monitor of release 2: the one of release 1 ended with it")
def watch(stage: Stage) -> str:
    page = stage.person("owner").open(f"{stage.system_page}/monitoring")
    if "Live and not watched" not in page.text:
        raise Unexpected("Nobody was told that release 2 is live and not watched.")
    add_monitor(stage, "Drift of deliveries, release 2", "72")
    if "Live and not watched" in stage.person("owner").open(page.url).text:
        raise Unexpected("The page still says that release 2 is not watched.")
    return "Until then the page said: live and not watched. Triage within 72 hours from now on"


@step.act("pipeline", "exercises the way back in staging: one command")
def roll_back(stage: Stage) -> str:
    for release in ("release1", "release2"):
        gate_staging(stage, release)
        stage.muniment("deploy", STAGING, "--release", stage.made[release])
    answer = stage.muniment("rollback", STAGING).json()
    if not answer["isRollback"] or answer["release"] != stage.made["release1"]:
        raise Unexpected("The roll-back did not bring release 1 back.")
    stage.wait_for_result("MANAGE 2.4", "satisfied")
    return "muniment rollback staging: release 1 is back. MANAGE 2.4 satisfied by the exercise"


def gate_staging(stage: Stage, release: str) -> JSON:
    ran = stage.muniment("gate", STAGING, "--release", stage.made[release], "--format", "json")
    decision: JSON = ran.json()
    return decision


def is_standing(alert: JSON) -> bool:
    return bool(alert["state"] != "closed")
