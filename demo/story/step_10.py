"""Step 10: the AI governance control report comes by itself, is stored with its digest, and is delivered."""

from __future__ import annotations

import csv
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from demo.story.acts import Step
from demo.story.profile import NAME
from demo.story.stage import JSON, Stage, Unexpected, wait_until

step = Step(10, "Telling")
RECIPIENTS = ("officer", "executive", "auditor")
HOURLY, USUAL = "Control report, hourly", "Control report"
RENDER_SECONDS = 240.0
MONTHLY = "Monthly, on the 1st at 06:00 UTC"


@step.act("officer", "schedules the control report for three recipients")
def schedule(stage: Stage) -> str:
    minute = (datetime.now(UTC) + timedelta(seconds=70)).minute
    add_schedule(stage, HOURLY, rhythm="By the cron line below", cron=f"{minute} * * * *")
    return f"Every hour at minute {minute:02}, so that it comes during this story"


@step.act("platform", "renders the report in a worker, on schedule")
def render(stage: Stage) -> str:
    row = wait_until(lambda: ready_report(stage), "the scheduled report", RENDER_SECONDS)
    pdf = stage.person("officer").browser.get(f"/reports/{row['Id']}/pdf").content
    digest = hashlib.sha256(pdf).hexdigest()
    if digest != row["Sha256"] or not pdf.startswith(b"%PDF"):
        raise Unexpected("The file is not the one that the report's row names.")
    path = stage.home / "control-report.pdf"
    path.write_bytes(pdf)
    stage.made["report"] = str(path)
    stage.made["report evidence"] = row["Evidence"]
    return f"{row['Pages']} pages, {len(pdf) // 1024} KiB, sha256 {digest[:12]}…"


@step.act("auditor", "finds its digest in the log")
def find_in_log(stage: Stage) -> str:
    digest = hashlib.sha256(Path(stage.made["report"]).read_bytes()).hexdigest()

    def logged() -> JSON | None:
        found = stage.api(f"evidence/{stage.made['report evidence']}", "auditor")
        return found if found["logIndex"] is not None else None

    found = wait_until(logged, "the report's statement in the log")
    if digest not in found["subjects"]:
        raise Unexpected("The signed statement names another file.")
    return f"{found['shortId']}, entry {found['logIndex']}: the file is the one that was signed"


@step.act("platform", "delivers it: in the app and by e-mail")
def deliver(stage: Stage) -> str:
    told = wait_until(lambda: letters(stage), "the e-mails to the recipients")
    return f"Told: {', '.join(told)}; e-mails go to files in a demonstration"


@step.act("officer", "ends the hourly schedule and leaves a monthly one")
def leave_monthly(stage: Stage) -> str:
    officer = stage.person("officer")
    page = officer.open("/reports")
    form = next(one for one in page.forms if "/reports/schedules/" in one.action)
    officer.insist(form.action, {})
    add_schedule(stage, USUAL, rhythm=MONTHLY, cron="")
    return MONTHLY


def add_schedule(stage: Stage, name: str, rhythm: str, cron: str) -> None:
    form = {
        "unit": NAME,
        "name": name,
        "period_days": "90",
        "rhythm": rhythm,
        "cron": cron,
        "recipients": [stage.person(one).name for one in RECIPIENTS],
    }
    stage.person("officer").fill("/reports/schedule", form)


def ready_report(stage: Stage) -> dict[str, str] | None:
    """The row of the scheduled report in the table's CSV, once it is ready."""
    text = stage.person("officer").browser.get("/export/reports.csv").text.removeprefix("\ufeff")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["Schedule"] == HOURLY]
    failed = [row for row in rows if row["State"].lower() == "failed"]
    if failed:
        raise Unexpected("The report could not be made; its page says why.")
    return next((row for row in rows if row["State"].lower() == "ready"), None)


def letters(stage: Stage) -> list[str] | None:
    """The recipients, once each has an e-mail about the report."""
    texts = [path.read_text(errors="replace") for path in (stage.home / "mail").glob("*.log")]
    about = [text for text in texts if "/reports/" in text]
    told = [role for role in RECIPIENTS if any(stage.person(role).login in one for one in about)]
    return told if len(told) == len(RECIPIENTS) else None
