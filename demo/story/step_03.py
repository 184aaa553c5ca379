"""Step 3: what must come out is approved before it is measured; then a worker measures it."""

from __future__ import annotations

from demo.data.columns import PROTECTED
from demo.people.cast import SECOND
from demo.people.person import Person
from demo.story.acts import Step
from demo.story.figures import ratios, value, with_interval
from demo.story.plan import CRITERIA, RATIONALE, TITLE
from demo.story.stage import JSON, Stage, Unexpected, refusal

step = Step(3, "Measured under a plan that was approved first")
AUTHOR = "somebody else decides"


@step.act("pipeline", "measures once without a plan: exploratory")
def explore(stage: Stage) -> str:
    run = evaluate(stage, "release1", "--dataset", stage.made["evaluation"])
    row = stage.wait_for_result("MEASURE 2.3", "not-determined")
    if row["result"]["determination"] == "satisfied" or run["plan"] is not None:
        raise Unexpected("An exploratory run satisfied a requirement.")
    return f"ROC AUC {with_interval(run, 'roc_auc')}; satisfies nothing, and says so"


@step.act("developer", "writes the evaluation plan and asks for its approval")
def write_plan(stage: Stage) -> str:
    developer = stage.person("developer")
    stage.made["plan1"] = write(stage, developer, "release1", TITLE)
    return f"{len(CRITERIA)} criteria: thresholds, bounds, least sample, data by digest, reasons"


@step.act("pipeline", "tries to measure under the plan before it is approved")
def run_too_early(stage: Stage) -> str:
    ran = stage.muniment(
        "evaluate", "--release", stage.made["release1"], "--plan", stage.made["plan1"], code=1
    )
    if "plan_not_approved" not in ran.errors:
        raise Unexpected(f"Refused, but for another reason: {ran.errors}")
    return f"Refused as it must be: {ran.errors.strip().removeprefix('muniment: ')}"


@step.act("developer", "tries to approve the plan he wrote")
def approve_own_plan(stage: Stage) -> str:
    return f"Refused as it must be: {try_to_approve(stage, 'developer', stage.made['ask-plan1'])}"


@step.act(SECOND, "tries it again with the other account")
def approve_own_plan_again(stage: Stage) -> str:
    return f"Refused as it must be: {try_to_approve(stage, SECOND, stage.made['ask-plan1'])}"


@step.act("officer", "approves the plan, before anything was measured under it")
def approve_plan(stage: Stage) -> str:
    reason = (
        "The data were not used in training, thresholds are stated with bounds and reasons, and the "
        "four-fifths rule covers the protected attributes that the data hold."
    )
    decide(stage, "officer", stage.made["ask-plan1"], {"outcome": "approved", "reason": reason})
    return "Approved: bound to the digest of the plan's text"


@step.act("pipeline", "muniment evaluate --wait: a worker measures under the plan")
def measure(stage: Stage) -> str:
    run = evaluate(stage, "release1", "--plan", stage.made["plan1"])
    stage.made["evaluation1"] = run["id"]
    return (
        f"ROC AUC {with_interval(run, 'roc_auc')}, accuracy {with_interval(run, 'accuracy')}, "
        f"calibration error {value(run, 'expected_calibration_error'):.4f}; selection rate ratios "
        f"{ratios(run, PROTECTED)}: four-fifths fails honestly"
    )


def evaluate(stage: Stage, release: str, *arguments: str) -> JSON:
    """Start an evaluation, show its progress, wait; the run with its figures."""
    run: JSON = stage.muniment(
        "evaluate", "--release", stage.made[release], *arguments, "--wait", "--format", "json"
    ).json()
    if run["state"] != "completed":
        raise Unexpected(f"The evaluation ended {run['state']}: {run['reason']}")
    return run


def write(stage: Stage, author: Person, release: str, title: str) -> str:
    """Write a plan for a release and ask for its approval; the plan's id."""
    body = {
        "release": stage.made[release],
        "title": title,
        "dataset": stage.made["evaluation"],
        "criteria": CRITERIA,
        "rationale": RATIONALE,
    }
    plan = author.post_json(f"systems/{stage.system}/evaluation-plans", body)
    asked = author.post_json(f"evaluation-plans/{plan['id']}/approval-requests", {})
    stage.made[f"ask-plan{release[-1]}"] = asked["url"]
    return str(plan["id"])


def decide(stage: Stage, role: str, question: str, answer: dict[str, str]) -> None:
    """Answer a request for approval on its page, as a person who may."""
    stage.person(role).fill(question, answer)


def try_to_approve(stage: Stage, role: str, question: str) -> str:
    """The page offers no form to somebody who is barred; sending it all the same is refused."""
    person = stage.person(role)
    if any("outcome" in form.fields for form in person.open(question).forms):
        raise Unexpected(f"The page offers {role} to decide on their own work.")
    answer = {"outcome": "approved", "reason": "Approved by its author."}
    return refusal(lambda: person.insist(question, answer), AUTHOR)
