"""Step 8: what was live on this day, as known then, and what made it; two instants, two answers."""

from __future__ import annotations

from urllib.parse import urlencode

from demo.people.pages import Page
from demo.story.acts import Step
from demo.story.stage import JSON, Stage, Unexpected

step = Step(8, "Tracing")


@step.act("auditor", "asks what was live before version 2, as known then")
def before(stage: Stage) -> str:
    first = deployment(stage, "deployment1")
    page = ask(stage, at=first["startedAt"])
    check_names(page, "release 1", "job-support-places 1", "employment_MA_reference.pq")
    answer = lineage(stage, at=first["startedAt"])
    return (
        f"Release 1, its gate decision and approval; {len(answer['nodes'])} nodes, graph and table"
    )


@step.act("auditor", "asks the same of now")
def now(stage: Stage) -> str:
    first, second = deployment(stage, "deployment1"), deployment(stage, "deployment2")
    then = lineage(stage, at=first["startedAt"])["live"]
    present = lineage(stage, at="")["live"]
    if stage.made["deployment2"] not in present or then == present:
        raise Unexpected(f"Two instants gave one answer: {then} and {present}.")
    check_names(ask(stage, at=""), "release 2")
    return f"Release 2, live since {second['startedAt'][:19]}Z: another answer"


@step.act("auditor", "asks of then what was known earlier still")
def known_earlier(stage: Stage) -> str:
    """The log before the first deployment was recorded knows of nothing live at that instant."""
    first = deployment(stage, "deployment1")
    size = next(
        one["logSize"]
        for one in stage.api_all("gates/production/decisions", "auditor")
        if one["release"] == stage.made["release1"] and one["verdict"] == "deny"
    )
    answer = lineage(stage, at=first["startedAt"], known=str(size))
    if answer["live"]:
        raise Unexpected("The log knew of a deployment before it was recorded.")
    return f"With the log's first {size} entries nothing was known to be live then"


def deployment(stage: Stage, name: str) -> JSON:
    rows = stage.api_all(f"systems/{stage.system}/deployments", "auditor")
    return next(one for one in rows if one["id"] == stage.made[name])


def ask(stage: Stage, at: str) -> Page:
    asked = urlencode({"system": stage.system, "at": at, "known": ""})
    return stage.person("auditor").open(f"/lineage?{asked}")


def lineage(stage: Stage, at: str, known: str = "") -> JSON:
    asked = urlencode({"system": stage.system, "at": at, "known": known})
    return stage.api(f"lineage?{asked}", "auditor")


def check_names(page: Page, *words: str) -> None:
    missing = [word for word in words if word.lower() not in page.text.lower()]
    if missing:
        raise Unexpected(f"The lineage page says nothing of {', '.join(missing)}.")
