"""Step 4: signed evidence, results within seconds, and why; what the organisation answers, it answers once."""

from __future__ import annotations

import time

from demo.story.acts import Step
from demo.story.stage import JSON, Stage, Unexpected, day, wait_until

step = Step(4, "From evidence to results, and why")
FAIRNESS = "MEASURE 2.11"
DUE_DAYS = 60
NO_POLICY = (
    "This organisation has no AI policy and no procedure that carries one into the work: it was "
    "invented for a demonstration."
)
NO_PRETRAINED = (
    "Release 1 holds one gradient boosting model, trained from the start on the registered rows. "
    "No pre-trained model is part of it."
)
TAILORING_APPROVAL = "The model's origin is on record: method, training rows by digest, lineage."


@step.act("platform", "judges the requirements again")
def results_follow(stage: Stage) -> str:
    begun = time.monotonic()
    stage.wait_for_result(FAIRNESS, "not-satisfied")
    rows = stage.results()
    states = [row["state"] for row in rows.values()]
    said = ", ".join(f"{states.count(one)} {one.replace('-', ' ')}" for one in sorted(set(states)))
    return f"{FAIRNESS} not satisfied after {time.monotonic() - begun:.1f} s; of 72: {said}"


@step.act("auditor", "asks why: element, evidence, threshold, freshness")
def ask_why(stage: Stage) -> str:
    page = stage.person("auditor").open(f"{stage.system_page}/requirements/MEASURE-2.11")
    for words in ("selection rate ratio", "EV-", "0.80", "180 days"):
        if words not in page.text:
            raise Unexpected(f"The page says nothing of '{words}'.")
    blame = failing(stage.results()[FAIRNESS]["result"]["why"])
    return f"{len(blame)} criteria fail: {blame[0]}"


@step.act("auditor", "opens the measurement's signed statement and its log entry")
def open_evidence(stage: Stage) -> str:
    run = stage.api(f"evaluations/{stage.made['evaluation1']}", "auditor")
    auc = next(one for one in run["results"] if one["check"] == "roc_auc")
    found = wait_until(lambda: logged(stage, auc["evidence"]), "the evidence to be in the log")
    return f"{auc['shortId']}: signed, entry {found['logIndex']} of the Merkle log"


@step.act("officer", "looks at a second system")
def second_system(stage: Stage) -> str:
    """What the organisation answers is inherited by every system: nothing is asked again."""
    others = [one for one in stage.api_all("systems", "officer") if one["id"] != stage.system]
    other = next(one for one in others if one["tier"] == "high")
    rows = stage.api(f"systems/{other['id']}/results", "officer")["results"]
    own = stage.results()
    inherited = [row["requirement"] for row in rows if row["scope"] == "organisation"]
    differing = [name for name in inherited if own[name]["words"] != words_of(rows, name)]
    if not inherited or differing:
        raise Unexpected(f"Answered anew at {other['name']}: {differing}")
    return f"{other['name']} inherits {len(inherited)} outcomes of the organisation, asked once"


@step.act("officer", "states of the organisation what is NOT met")
def state_not_met(stage: Stage) -> str:
    officer = stage.person("officer")
    form = {"role": "officer", "met": "no", "text": NO_POLICY}
    officer.fill(f"{stage.system_page}/requirements/GOVERN-1.2/statement", form)
    row = stage.wait_for_result("GOVERN 1.2", "not-satisfied")
    return f"GOVERN 1.2 {row['words']}: nothing was written to turn it green"


@step.act("officer", "assigns what waits to its owners, in bulk")
def assign(stage: Stage) -> str:
    page = stage.person("officer").open(f"{stage.system_page}/requirements")
    rows = [row for row in stage.results().values() if row["state"] == "not-determined"]
    for role, scopes in (("officer", {"organisation"}), ("owner", {"system", "release"})):
        chosen = [row["requirement"] for row in rows if row["scope"] in scopes]
        form = {"chosen": chosen, "person": stage.person(role).name, "due_on": day(DUE_DAYS)}
        stage.person("officer").send(page, form)
        stage.show(f"{len(chosen)} outcomes to {stage.person(role).name}")
    return f"{len(rows)} outcomes have an owner and are due {day(DUE_DAYS)}"


@step.act("officer", "records that an outcome does not apply")
def tailor(stage: Stage) -> str:
    officer = stage.person("officer")
    path = f"{stage.system_page}/requirements/MANAGE-3.2/not-applicable"
    officer.fill(path, {"reason": NO_PRETRAINED})
    if stage.results()["MANAGE 3.2"]["state"] == "not-applicable":
        raise Unexpected("It counted before a second person approved.")
    return "MANAGE 3.2: no pre-trained model. Counts once a second person approves"


@step.act("executive", "approves that it does not apply")
def approve_tailoring(stage: Stage) -> str:
    executive = stage.person("executive")
    question = executive.open("/approvals").link("MANAGE 3.2 does not apply")
    executive.fill(question, {"outcome": "approved", "reason": TAILORING_APPROVAL})
    stage.wait_for_result("MANAGE 3.2", "not-applicable")
    return "MANAGE 3.2 not applicable, with reason and two names"


def words_of(rows: list[JSON], requirement: str) -> str:
    return str(next(row["words"] for row in rows if row["requirement"] == requirement))


def failing(node: JSON) -> list[str]:
    """The sentences of what fails, from the why-tree."""
    below = node.get("elements") or []
    if below:
        return [one for part in below for one in failing(part)]
    return [str(node["sentence"])] if node["state"] == "fails" else []


def logged(stage: Stage, evidence: str) -> JSON | None:
    found = stage.api(f"evidence/{evidence}", "auditor")
    return found if found.get("logIndex") is not None else None
