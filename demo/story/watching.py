"""What step 6 does with a monitor: waits for its runs, delivers labels, triages its alerts."""

from __future__ import annotations

from demo.data.batches import UNIT_ERROR_BATCH
from demo.story.stage import JSON, Stage, Unexpected, wait_until

RUN_SECONDS = 240.0
RUNNING, COMPLETED = "running", "completed"
FORGOTTEN = ("drift", "AGEP")


def batches(stage: Stage) -> list[JSON]:
    """The replay's batches in order, as the preparation's manifest names them."""
    found: list[JSON] = stage.workshop.prepared()["batches"]
    return found


def names(stage: Stage) -> list[str]:
    return [str(one["name"]) for one in batches(stage)]


def wait_for_run(stage: Stage, name: str) -> JSON:
    """The run that compared a batch. Raises Unexpected where it did not."""
    wanted = stage.made[f"batch {name}"]

    def ended() -> JSON | None:
        rows = stage.api_all(f"monitors/{stage.made['monitor']}/runs")
        mine = (one for one in rows if one["batch"] == wanted and one["status"] != RUNNING)
        return next(mine, None)

    run = wait_until(ended, f"the run of {name}", RUN_SECONDS)
    if run["status"] != COMPLETED:
        raise Unexpected(f"The run of {name} ended {run['status']}: {run['reason']}")
    stage.show(f"{name}: {drift_words(run)}")
    return run


def drift_words(run: JSON) -> str:
    return f"drifted: {', '.join(run['drifted'])}" if run["drifted"] else "no drift that matters"


def follow(stage: Stage, chosen: list[str]) -> int:
    """Wait for each batch's run, deliver the labels of the one before, triage what opens in time.

    The alert on the unit error is left to itself. Returns how many alerts were triaged.
    """
    triaged = 0
    for name in chosen:
        wait_for_run(stage, name)
        place = names(stage).index(name)
        if place:
            deliver_labels(stage, names(stage)[place - 1])
        triaged += triage_open(stage)
    return triaged


def deliver_labels(stage: Stage, name: str) -> None:
    file = next(one["labels"]["path"] for one in batches(stage) if one["name"] == name)
    path = stage.workshop.folder / "data" / file
    stage.muniment("batch", "labels", stage.made[f"batch {name}"], str(path), "--wait")


def alerts(stage: Stage) -> list[JSON]:
    return stage.api_all(f"systems/{stage.system}/alerts")


def is_forgotten(alert: JSON) -> bool:
    return (alert["kind"], alert["about"]) == FORGOTTEN


def triage_open(stage: Stage) -> int:
    """Triage every open alert but the forgotten one; how many."""
    found = [one for one in alerts(stage) if one["state"] == "open" and not is_forgotten(one)]
    for alert in found:
        triage(stage, alert)
    return len(found)


def triage(stage: Stage, alert: JSON) -> None:
    owner = stage.person("owner")
    owner.send(owner.open(alert["url"]), {"note": NOTES.get(alert["about"], ANY_NOTE)})
    stage.show(f"triaged: {alert['title']}")


ANY_NOTE = (
    "Looked at with the batch's figures. The file's order is not random from 2017 on, so shares "
    "differ between its parts; performance on labels decides whether it matters."
)
NOTES = {
    "RELP": (
        "From 2017 on, people in group quarters stand together in the file, so that other parts "
        "have none of them. An effect of the replay's order, not of the population."
    ),
    "AGEP": (
        f"{UNIT_ERROR_BATCH} was delivered with age in months. The sender was told and delivers "
        "years again from the next batch on."
    ),
}
