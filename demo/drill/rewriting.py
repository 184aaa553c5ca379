"""The database's owner makes a failed measurement pass: first its row alone, then with every hash above it."""

from __future__ import annotations

from demo.drill.desk import HOLDS
from demo.drill.owner import Rows
from demo.drill.scene import PACKAGE_SECONDS, Scene, demand
from demo.drill.taking import scene
from demo.people.person import PageRefused
from demo.story.acts import Step
from demo.story.profile import NAME
from demo.story.stage import Stage, refusal, wait_until

step = Step(3, "The database's owner rewrites the past")
CHECK, THRESHOLD, FORGED = "selection_rate_ratio", "0.80", "0.97"
REFUSED = "audit log was refused"
REFUSED_MAIL = "Subject: The audit log was refused"
CHANGED_ROW = "was changed after it was signed"
CLOSING_SECONDS = 45.0


def forged(here: Scene) -> tuple[Rows, Rows]:
    """The failed measurement as it is and as its forger wants it."""
    true = here.rows.setdefault("true", here.owner.failed_measurement(CHECK, THRESHOLD))
    return true, true.passing(FORGED)


@step.act("DB owner", "makes a failed measurement pass")
def change_row(stage: Stage) -> str:
    here = scene(stage)
    true, false = forged(here)
    here.owner.write_evidence(false)
    return f"{true.short_id}, log index {true.index}: {CHECK} {true.value[:6]} reads {FORGED}; triggers off, the log as it was"


@step.act("platform", "judges nothing from the changed row")
def judge_nothing(stage: Stage) -> str:
    here = scene(stage)
    release = release_of(here, here.rows["true"])
    body = {"release": release, "dryRun": True}
    ask = here.person("owner").post_json
    here.person("owner").sign_in()
    said = refusal(lambda: ask("gates/production/decisions", body), CHANGED_ROW)
    here.show(f"  | {said}")
    return f"The gate decides nothing: {here.rows['true'].short_id} {CHANGED_ROW}"


@step.act("auditor", "asks for a package: none is made of such rows")
def make_nothing(stage: Stage) -> str:
    here = scene(stage)
    page = here.ask_package(NAME)

    def failed() -> str | None:
        text = here.auditor.open(page).text
        return text if CHANGED_ROW in text else None

    wait_until(failed, "the package to fail", PACKAGE_SECONDS)
    return f"The package's page says that the statement at log index {here.rows['true'].index} {CHANGED_ROW}"


@step.act("DB owner", "rewrites its log entry and every hash")
def change_log(stage: Stage) -> str:
    here = scene(stage)
    true, false = forged(here)
    here.owner.write_all(false)
    return f"Row, entry {true.index} and all tiles above fit, as if it had always been so"


@step.act("platform", "closes the log: its signer remembers what it signed")
def close_log(stage: Stage) -> str:
    here = scene(stage)
    said = wait_until(lambda: closed(here), "the log to be refused", CLOSING_SECONDS)
    told = wait_until(lambda: told_people(here), "the e-mails about it", CLOSING_SECONDS)
    here.show(f"  | {said}")
    return f"Every page says so; e-mails to {' and '.join(told)}"


@step.act("auditor", "asks for a new package of the rewritten log")
def ask_in_vain(stage: Stage) -> str:
    here = scene(stage)
    said = refusal(lambda: here.ask_package(NAME), REFUSED)
    return f"Read-only: {said.partition('. ')[0]}."


@step.act("auditor", "has the log held against the kept checkpoint")
def against_kept(stage: Stage) -> str:
    here = scene(stage)
    here.show("  $ manage.py log_status --against kept.checkpoint")
    code, said = here.manage("log_status", "--against", str(here.desk.checkpoint))
    lines = [line for line in said.splitlines() if "against" in line or "rewritten" in line]
    for line in lines:
        here.show(f"  | {line}")
    size = here.made["kept size"]
    demand(code == 1 and f"first {size} entries are not those" in said, f"Exit {code}: {said}")
    return f"Exit 1: its first {size} entries are not those of the checkpoint"


@step.act("DB owner", "puts back what was there")
def put_back(stage: Stage) -> str:
    here = scene(stage)
    here.owner.write_all(here.rows["true"])
    wait_until(lambda: None if closed(here) else True, "the log to open again", CLOSING_SECONDS)
    return "The platform looked at every signed entry again and opened the log"


@step.act("auditor", "makes a package again and checks it")
def check_again(stage: Stage) -> str:
    here = scene(stage)
    path = here.download_package(ask_when_open(here))
    said = here.desk.verify(path, code=HOLDS, checkpoint=True)
    here.desk.read_out(said)
    return f"{path.name}: the same log, and nothing in it was lost"


@step.act("auditor", "finds in the log that it was refused")
def find_refusal(stage: Stage) -> str:
    here = scene(stage)
    entry = wait_until(lambda: logged_refusal(here), "the entry about the refusal")
    return f"{entry}: what happened is part of the log"


def closed(here: Scene) -> str | None:
    """What the page says of a refused log; None while it is open."""
    text = here.auditor.open("/log/checkpoints").text
    start = text.find("The audit log was refused.")
    return text[start:].partition(" Since ")[0] if start >= 0 else None


def told_people(here: Scene) -> list[str] | None:
    letters = [path.read_text(errors="replace") for path in (here.home / "mail").glob("*.log")]
    about = [one for one in letters if REFUSED_MAIL in one]
    told = [
        role
        for role in ("administrator", "officer")
        if any(here.person(role).login in one for one in about)
    ]
    return told if len(told) == 2 else None


def ask_when_open(here: Scene) -> str:
    """The page of a package that was asked for once the log is open."""

    def ask() -> str | None:
        try:
            return here.ask_package(NAME)
        except PageRefused as refused:
            if REFUSED in str(refused):
                return None
            raise

    return wait_until(ask, "the platform to take the request for a package")


def logged_refusal(here: Scene) -> str | None:
    rows = here.table("log?action=log.refused")
    return f"Entry {rows[0]['Index']}" if rows else None


def release_of(here: Scene, rows: Rows) -> str:
    """The id of the release that the measurement is about, as its scope says."""
    scope = rows.statement["predicate"]["scope"]
    demand(scope["type"] == "release", f"The measurement's scope is a {scope['type']}.")
    return str(scope["id"])
