"""Step 6: watching. Three years arrive as a replay; one delivery has a unit error, one alert is missed."""

from __future__ import annotations

from demo.data.batches import UNIT_ERROR_BATCH
from demo.people.person import last_part
from demo.story.acts import Step
from demo.story.risks import DRIFT, GROUPS, RiskText
from demo.story.stage import JSON, Stage, Unexpected, day, wait_until
from demo.story.watching import (
    alerts,
    batches,
    compare,
    deliver,
    deliver_labels,
    drift_words,
    first_run,
    follow,
    is_forgotten,
    names,
    triage,
    triage_open,
)

step = Step(6, "Watching")
TRIAGE_HOURS = "0.025"
OVERDUE_SECONDS = 240.0
ALERTS = "MANAGE 4.1"
VALIDITY = "MEASURE 2.5"


@step.act("owner", "enters two risks, each with an indicator read from evidence")
def enter_risks(stage: Stage) -> str:
    for name, risk in (("risk drift", DRIFT), ("risk groups", GROUPS)):
        stage.made[name] = enter(stage, risk)
    wait_until(lambda: signal(stage, "risk groups") == "red" or None, "the second indicator")
    return f"Drift: {signal(stage, 'risk drift')} before the first delivery. Groups: red, as tested"


@step.act("pipeline", "delivers the first of twelve batches of 2016 to 2018, labelled a replay")
def deliver_first(stage: Stage) -> str:
    deliver(stage, names(stage)[0])
    rows = sum(batch["data"]["rows"] for batch in batches(stage))
    return f"{rows:,} rows in all, in file order, each batch with the quarter it stands for"


@step.act("owner", "sets up the monitor: monthly, alerts to be triaged within 90 s")
def set_up_monitor(stage: Stage) -> str:
    stage.made["monitor"] = add_monitor(stage, "Drift of deliveries", TRIAGE_HOURS)
    return "Every column, score and decision against the 2015 test rows; 90 s stand for days"


@step.act("pipeline", "has the first batch compared at once")
def first_slot(stage: Stage) -> str:
    run = first_run(stage)
    return f"{names(stage)[0]}: {drift_words(run)}. The replay does not wait for the schedule"


@step.act("pipeline", "delivers 2016 and the begin of 2017; labels come one batch late")
def first_batches(stage: Stage) -> str:
    chosen = names(stage)[1 : names(stage).index(UNIT_ERROR_BATCH)]
    triaged = follow(stage, chosen)
    late = [one for one in alerts(stage) if was_late(one)]
    if not triaged or late:
        raise Unexpected(f"{triaged} alerts were triaged, {len(late)} too late.")
    return f"{len(chosen)} more batches; the owner triaged {triaged} alerts in time"


@step.act("pipeline", "delivers a batch with a unit error; nobody looks at its alert")
def unit_error(stage: Stage) -> str:
    run = compare(stage, UNIT_ERROR_BATCH)
    triage_open(stage)
    alert = wait_until(lambda: forgotten(stage), "the alert on AGEP")
    return f"Alert: {alert['title']}; {drift_words(run)}"


@step.act("platform", "shows validity under review and the risk's indicator in red")
def under_review(stage: Stage) -> str:
    wait_until(lambda: is_contested(stage) or None, f"{VALIDITY} to be under review")
    wait_until(lambda: signal(stage, "risk drift") == "red" or None, "the indicator to be red")
    words = stage.results()[VALIDITY]["words"]
    return f"{VALIDITY}: {words}. Risk 'drift': red. Nobody touched either"


@step.act("platform", "turns MANAGE 4.1 when the time to triage has passed")
def missed(stage: Stage) -> str:
    wait_until(lambda: fails(stage, ALERTS), f"{ALERTS} to turn", OVERDUE_SECONDS)
    alert = forgotten(stage)
    if alert is None or not alert["overdue"]:
        raise Unexpected("MANAGE 4.1 turned, but not for the alert that was missed.")
    return f"{ALERTS} fails: the alert was due by {alert['triageBy'][11:19]} UTC"


@step.act("owner", "triages the missed alert, late")
def triage_late(stage: Stage) -> str:
    alert = forgotten(stage)
    if alert is None:
        raise Unexpected("There is no alert on AGEP.")
    triage(stage, alert)
    if fails(stage, ALERTS) is None:
        raise Unexpected("A late triage mended what was missed.")
    return f"Age in months instead of years, as the batch says. {ALERTS} stays failed"


@step.act("pipeline", "delivers the rest, and the last labels")
def last_batches(stage: Stage) -> str:
    deliver_labels(stage, names(stage)[names(stage).index(UNIT_ERROR_BATCH) - 1])
    chosen = names(stage)[names(stage).index(UNIT_ERROR_BATCH) + 1 :]
    triaged = follow(stage, chosen)
    deliver_labels(stage, chosen[-1])
    triaged += triage_open(stage)
    figures = [auc_of(stage, name) for name in (names(stage)[0], UNIT_ERROR_BATCH, chosen[-1])]
    said = ", ".join(f"{name} {auc:.3f}" for name, auc in figures)
    return f"{triaged} more alerts in time. ROC AUC on labels: {said}"


@step.act("auditor", "sees monitoring running and the failure it brought to light")
def monitoring_holds(stage: Stage) -> str:
    rows = stage.results()
    running = rows["MEASURE 2.4"]["result"]["determination"]
    if running != "satisfied":
        raise Unexpected(f"MEASURE 2.4 is {running}: {rows['MEASURE 2.4']['words']}")
    said = ", ".join(f"{name} {rows[name]['words']}" for name in (VALIDITY, ALERTS))
    return f"MEASURE 2.4 satisfied: an alert is no failure. {said}"


def add_monitor(stage: Stage, name: str, triage_hours: str) -> str:
    """Set up a monthly monitor of what is live in production; its id."""
    form = {
        "name": name,
        "reference": "test-2015 (reference)",
        "every": "30",
        "unit": "days",
        "triage": triage_hours,
    }
    return last_part(stage.person("owner").fill(f"{stage.system_page}/monitors/add", form))


def enter(stage: Stage, risk: RiskText) -> str:
    """Enter a risk and tie it to its indicator; the address of its page."""
    owner = stage.person("owner")
    names_ = ("title", "cause", "event", "consequence", "likelihood", "impact")
    form = {name: getattr(risk, name) for name in names_}
    page = owner.fill(
        f"/risks/new?system={stage.system}",
        {
            **form,
            "owner": owner.name,
            "requirements": list(risk.requirements),
            "review_on": day(80),
        },
    )
    owner.fill(f"{page.url}/watch", risk.indicator)
    return page.url


def signal(stage: Stage, name: str) -> str:
    """What a risk's indicator says on its page: no data, green, amber or red."""
    text = stage.person("owner").open(stage.made[name]).text
    said = text.rpartition(" Indicators ")[2].lower()
    return next(one for one in ("no data", "green", "amber", "red") if said.startswith(one))


def forgotten(stage: Stage) -> JSON | None:
    return next((one for one in alerts(stage) if is_forgotten(one)), None)


def is_contested(stage: Stage) -> bool:
    return bool(stage.results()[VALIDITY]["result"]["reason"] == "contested")


def fails(stage: Stage, requirement: str) -> JSON | None:
    row = stage.results()[requirement]
    return row if row["result"]["determination"] == "not-satisfied" else None


def was_late(alert: JSON) -> bool:
    return bool(alert["overdue"] or (alert["triagedAt"] or "") > alert["triageBy"])


def auc_of(stage: Stage, name: str) -> tuple[str, float]:
    batch = stage.api(f"batches/{stage.made[f'batch {name}']}")
    found = next(one for one in batch["results"] if one["check"] == "roc_auc")
    return name, float(found["value"]["value"])
