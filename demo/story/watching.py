"""What step 6 does with a monitor: delivers rows and labels, waits for its runs, triages its alerts."""

from __future__ import annotations

from demo.data.batches import REPLAY_NOTE, UNIT_ERROR_BATCH
from demo.story.stage import JSON, Stage, Unexpected

COMPLETED = "completed"
FORGOTTEN = ("drift", "AGEP")


def batches(stage: Stage) -> list[JSON]:
    """The replay's batches in order, as the preparation's manifest names them."""
    found: list[JSON] = stage.workshop.prepared()["batches"]
    return found


def names(stage: Stage) -> list[str]:
    return [str(one["name"]) for one in batches(stage)]


def deliver(stage: Stage, name: str) -> None:
    """The rows of one period, without labels."""
    batch = next(one for one in batches(stage) if one["name"] == name)
    answer = stage.muniment(
        "batch", "deliver", name, str(stage.workshop.folder / "data" / batch["data"]["path"]),
        "--observed", batch["observed"]["from"], batch["observed"]["to"],
        "--replay", "--note", batch["note"] or REPLAY_NOTE,
    ).json()  # fmt: skip
    stage.made[f"batch {name}"] = answer["id"]


def compare(stage: Stage, name: str) -> JSON:
    """Deliver a batch and have it compared now: the replay does not wait for the schedule."""
    deliver(stage, name)
    run: JSON = stage.muniment("monitor", "run", stage.made["monitor"], "--wait").json()
    if run["batch"] != stage.made[f"batch {name}"]:
        raise Unexpected(f"The run compared another batch than {name}.")
    stage.show(f"  {name}: {drift_words(run)}")
    return run


def first_run(stage: Stage) -> JSON:
    """What the monitor made of the first batch."""
    run: JSON = stage.muniment("monitor", "run", stage.made["monitor"], "--wait").json()
    if run["status"] != COMPLETED:
        raise Unexpected(f"The first run ended {run['status']}: {run['reason']}")
    return run


def drift_words(run: JSON) -> str:
    return f"drifted: {', '.join(run['drifted'])}" if run["drifted"] else "no drift that matters"


def follow(stage: Stage, chosen: list[str]) -> int:
    """Have each batch compared and deliver the labels of the one before; how many alerts were triaged.

    What opens is triaged at once; only the alert on the unit error is left to itself.
    """
    triaged = 0
    for name in chosen:
        compare(stage, name)
        triaged += triage_open(stage)
        place = names(stage).index(name)
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
    stage.show(f"  triaged: {alert['title']}")


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
