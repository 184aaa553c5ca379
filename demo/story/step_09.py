"""Step 9: the risk register: what is done about each risk, what remains, and who accepts it."""

from __future__ import annotations

from demo.story.acts import Step
from demo.story.risks import DRIFT, GROUPS, RiskText
from demo.story.stage import Stage, Unexpected, day
from demo.story.step_06 import signal

step = Step(9, "Judging risk")
BY_RISKS = ("MAP 5.1", "MANAGE 1.2", "MANAGE 1.3", "MANAGE 1.4")
ACCEPTANCE = (
    "What remains is looked at every quarter, the indicator is read from each delivery, and the "
    "control is in place. Stopping the service would leave people without any offer."
)
DECISION = "Accepted until the next review, as long as the indicator is read and the control holds."


@step.act("owner", "chooses a treatment for each risk and rates what remains")
def treat(stage: Stage) -> str:
    for name, risk in (("risk drift", DRIFT), ("risk groups", GROUPS)):
        treat_risk(stage, stage.made[name], risk)
    for requirement in BY_RISKS:
        stage.wait_for_result(requirement, "satisfied")
    return f"{', '.join(BY_RISKS)} satisfied by the register"


@step.act("owner", "asks the executive to accept what remains of the second")
def ask_acceptance(stage: Stage) -> str:
    stage.person("owner").fill(f"{stage.made['risk groups']}/accept", {"reason": ACCEPTANCE})
    return "Who wrote or owns the risk cannot accept it"


@step.act("executive", "accepts what remains, until the next review")
def accept(stage: Stage) -> str:
    executive = stage.person("executive")
    question = executive.open("/approvals").link("Accept what remains")
    executive.fill(question, {"outcome": "approved", "reason": DECISION})
    if "accepted" not in executive.open(stage.made["risk groups"]).text.lower():
        raise Unexpected("The risk's page does not say that what remains is accepted.")
    return "Bound to the words and rating of the risk; an edit would ask again"


@step.act("officer", "reads the register: heat map and list")
def read_register(stage: Stage) -> str:
    page = stage.person("officer").open("/risks")
    missing = [one.title for one in (DRIFT, GROUPS) if one.title not in page.text]
    if missing:
        raise Unexpected(f"The register does not list: {missing}")
    said = ", ".join(f"{name}: {signal(stage, name)}" for name in ("risk drift", "risk groups"))
    return f"Two risks, before and after treatment; indicators {said}"


def treat_risk(stage: Stage, page: str, risk: RiskText) -> None:
    form = {
        "treatment": risk.treatment,
        "plan": risk.plan,
        "due_on": day(75),
        "residual_likelihood": risk.residual[0],
        "residual_impact": risk.residual[1],
    }
    stage.person("owner").fill(f"{page}/treat", form)
