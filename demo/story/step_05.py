"""Step 5: the gate denies; people judge in their own roles; nobody loosens a threshold."""

from __future__ import annotations

import time

import httpx

from demo.golden import count_words, differences
from demo.people.cast import SECOND
from demo.story import judgements as said
from demo.story.acts import Step
from demo.story.judging import (
    DENY,
    FAIRNESS,
    PENDING,
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
from demo.story.stage import PATIENCE_SECONDS, Stage, Unexpected, day
from demo.story.step_03 import decide, try_to_approve

step = Step(5, "The gate, and who decides what")


@step.act("pipeline", "muniment gate production")
def gate_denies(stage: Stage) -> str:
    decision = ask_gate(stage, "release1", DENY)
    if FAIRNESS not in {one["requirement"] for one in effects(decision, "deny")}:
        raise Unexpected("The gate denies, but not for the failed fairness element.")
    waits = sorted({one["role"] for one in effects(decision, "pending")})
    return f"DENY, exit 1: {FAIRNESS} fails. Pending, who must act: {', '.join(waits)}"


@step.act("validator", "records tests and an opinion, raises the finding on the proxy target")
def give_opinion(stage: Stage) -> str:
    validator = stage.person("validator")
    opine(stage, "release1", said.OPINION_TESTS, said.OPINION)
    page = validator.fill(
        f"{stage.system_page}/findings/raise?release=none",
        {**said.FINDING, "owner": stage.person("owner").name, "due_on": day(said.FINDING_DAYS)},
    )
    stage.made["finding"] = page.url
    return "Fit with findings; F-1, high: 'not employed' includes people outside the labour force"


@step.act("validator", "concludes on the outcomes that ask for a validator's judgement")
def validator_concludes(stage: Stage) -> str:
    return conclude(stage, "validator", said.VALIDATOR_CONCLUSIONS, "release1")


@step.act("officer", "concludes that the context is understood")
def officer_concludes(stage: Stage) -> str:
    return conclude(stage, "officer", said.OFFICER_CONCLUSIONS, "release1")


@step.act("owner", "plans a dated action on the finding")
def plan_action(stage: Stage) -> str:
    owner = stage.person("owner")
    form = {"title": said.ACTION, "owner": owner.name, "due_on": day(said.ACTION_DAYS)}
    owner.fill(stage.made["finding"], form)
    return f"Until {day(said.ACTION_DAYS)}: train on job seekers against employed people"


@step.act("owner", "asks for an exception, with expiry and a compensating control")
def ask_exception(stage: Stage) -> str:
    ask_for_exception(stage, "release1", said.EXCEPTION_REASON)
    return (
        f"For {FAIRNESS}, until {day(said.EXCEPTION_DAYS)}: lists read by group before letters go"
    )


@step.act("officer", "grants the exception")
def grant_exception(stage: Stage) -> str:
    question = stage.person("officer").open("/approvals").link("Exception to")
    decide(stage, "officer", question, {"outcome": "approved", "reason": said.EXCEPTION_GRANT})
    row = stage.wait_for_result(FAIRNESS, "not-satisfied")
    if row["state"] != "not-satisfied":
        raise Unexpected("An exception turned a result.")
    return f"Granted; {FAIRNESS} stays not satisfied, only the gate's effect changes"


@step.act("developer", "puts the release before the accountable executive")
def ask_executive(stage: Stage) -> str:
    reason = "Opinion, finding with action and exception are on the release's page."
    ask_for_decision(stage, "release1", reason)
    return "Asked: the executive is told on the page and by e-mail"


@step.act("pipeline", "asks the gate again")
def gate_waits(stage: Stage) -> str:
    decision = ask_gate(stage, "release1", PENDING)
    waits = effects(decision, "pending")
    return f"PENDING, exit 3: {waits[0]['text']}"


@step.act("developer", "tries to approve the release")
def author_is_refused(stage: Stage) -> str:
    return (
        f"Refused as it must be: {try_to_approve(stage, 'developer', stage.made['ask-release1'])}"
    )


@step.act(SECOND, "tries it again with the other account")
def second_account_is_refused(stage: Stage) -> str:
    return f"Refused as it must be: {try_to_approve(stage, SECOND, stage.made['ask-release1'])}"


@step.act("owner", "tries it too: the CI token that made the release acts for its sponsor")
def sponsor_is_refused(stage: Stage) -> str:
    return f"Refused as it must be: {try_to_approve(stage, 'owner', stage.made['ask-release1'])}"


@step.act("pipeline", "tries to approve with its token")
def token_is_refused(stage: Stage) -> str:
    """A token opens no page: the answer to it leads to the sign-in."""
    headers = {"Authorization": f"Bearer {stage.muniment.token}"}
    answer = httpx.post(f"{stage.site}{stage.made['ask-release1']}", headers=headers)
    if answer.is_success:
        raise Unexpected("A token decided an approval.")
    return "Refused as it must be: pages take no token, and no command approves"


@step.act("executive", "approves with conditions on the page")
def approve(stage: Stage) -> str:
    decide(stage, "executive", stage.made["ask-release1"], conditional(said.DECISION))
    return f"Approved with {len(said.CONDITIONS)} conditions, bound to the release's digest"


@step.act("pipeline", "muniment gate production, once more")
def gate_warns(stage: Stage) -> str:
    decision = ask_gate(stage, "release1", WARN)
    about = [one for one in effects(decision, "warn") if one["exception"]]
    if decision["verdict"] != "warn" or not about:
        raise Unexpected(f"The gate says {decision['verdict']} and names no exception.")
    exception = about[0]["text"].rpartition("Exception in force")[2]
    return (
        f"WARN, exit 0: {FAIRNESS} still not satisfied, exception in force{exception} "
        f"{len(effects(decision, 'warn'))} warnings are printed"
    )


@step.act("pipeline", "muniment deploy production")
def deploy(stage: Stage) -> str:
    answer = stage.muniment("deploy", PRODUCTION, "--release", stage.made["release1"]).json()
    stage.made["deployment1"] = answer["id"]
    return f"Release 1 is live in production since {answer['startedAt'][:19]}Z"


@step.act("platform", "holds all 72 results against the golden file")
def compare_with_golden(stage: Stage) -> str:
    """Waits until the results have followed the last evidence, or says what differs."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while found := differences(rows := stage.results()):
        if time.monotonic() > deadline:
            raise Unexpected("; ".join(found))
        time.sleep(1)
    return f"As expected: {count_words(rows)}"
