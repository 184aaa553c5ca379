"""Step 1: the organisation, its people, the inventory; the system is taken in and its tier confirmed."""

from __future__ import annotations

import csv
from pathlib import Path

from demo.data import columns
from demo.people.cast import ORGANISATION, SECOND, word
from demo.people.person import Person, last_part
from demo.story.acts import Step
from demo.story.profile import NAME, PROFILE, TIER_CONFIRMATION, TIER_PROPOSAL, UNIT
from demo.story.stage import Stage, Unexpected, day, refusal

step = Step(1, "The inventory")
DATA = Path(columns.__file__).parent
NEWCOMERS = ("owner", "developer", "validator", "executive", "auditor")
ROLE_WORDS = {"executive": "Accountable executive"}


@step.act("administrator", "founds the organisation with the one-time token")
def found(stage: Stage) -> str:
    admin, officer, first = stage.person("administrator"), stage.person("officer"), word()
    admin.fill(
        "/first-run",
        {
            "token": stage.token,
            "organisation": ORGANISATION,
            "admin_name": admin.name,
            "admin_email": admin.login,
            "admin_password": admin.password,
            "officer_name": officer.name,
            "officer_email": officer.login,
            "officer_password": first,
        },
    )
    officer.set_own_password(first)
    return f"{ORGANISATION}, with an administrator and a compliance officer"


@step.act("administrator", "adds units and people, each with one role")
def add_people(stage: Stage) -> str:
    admin = stage.person("administrator")
    units = unit_names()
    for unit in units:
        admin.fill("/units/add", {"name": unit})
    for role in NEWCOMERS:
        add_person(admin, stage.person(role))
    return f"{len(units)} units, {len(NEWCOMERS)} more people"


@step.act("administrator", "makes the developer a stand-in officer, with a second account")
def add_second_account(stage: Stage) -> str:
    """A role that may approve: whether an author is refused by the role or by the person shows."""
    admin, second, first = stage.person("administrator"), stage.person(SECOND), word()
    page = admin.open(admin.open("/people").link(second.name))
    admin.send(page, {"login": second.login, "password": first})
    stand_in = {"role": "Compliance officer", "unit": ORGANISATION, "ends_on": day(30)}
    admin.send(admin.open(page.url), stand_in)
    second.set_own_password(first, proof=stage.person("developer").password)
    return "A role that may approve and two ways to sign in, but one person"


@step.act("administrator", "names the keeper of the inventory")
def name_keeper(stage: Stage) -> str:
    keeper = stage.person("officer").name
    stage.person("administrator").fill("/inventory", {"keeper": keeper})
    return f"{keeper}; the platform reconciles daily and at every deployment"


@step.act("owner", "registers the AI system and proposes its tier")
def register(stage: Stage) -> str:
    page = stage.person("owner").fill(
        "/systems/register",
        {
            "unit": UNIT,
            "name": NAME,
            "role": "both",
            "tier": "high",
            "tier_reason": TIER_PROPOSAL,
            **PROFILE,
        },
    )
    stage.made["system"] = last_part(page)
    return f"{NAME}: high risk proposed, Annex III 5(a)"


@step.act("officer", "names validator and executive, confirms the tier with reasons")
def confirm_tier(stage: Stage) -> str:
    officer = stage.person("officer")
    officer.fill(
        f"{stage.system_page}/people",
        {"validator": stage.person("validator").name, "executive": stage.person("executive").name},
    )
    officer.fill(f"{stage.system_page}/tier", {"tier": "high", "reason": TIER_CONFIRMATION})
    state = stage.api(f"systems/{stage.system}")["tierState"]
    if state != "confirmed":
        raise Unexpected(f"The tier is {state} after its confirmation.")
    return "High risk confirmed: Article 6(3) does not exempt profiling"


@step.act("officer", "imports a CSV with mistakes")
def import_bad_file(stage: Stage) -> str:
    before = count_systems(stage)
    said = refusal(lambda: send_csv(stage, "systems_bad.csv", "import"), "nothing was imported")
    if count_systems(stage) != before:
        raise Unexpected("A refused file changed the inventory.")
    return f"Refused as it must be: {said}"


@step.act("officer", "imports 20 example systems: preview, then all rows")
def import_good_file(stage: Stage) -> str:
    before = count_systems(stage)
    preview = send_csv(stage, "systems.csv", "preview")
    if "Every row can be imported" not in preview:
        raise Unexpected(f"The preview says: {preview[:300]}")
    send_csv(stage, "systems.csv", "import")
    added = count_systems(stage) - before
    if added != 20:
        raise Unexpected(f"{added} systems were imported, not 20.")
    return "20 systems, their tiers proposals until confirmed"


def add_person(admin: Person, newcomer: Person) -> None:
    first = word()
    form = {"name": newcomer.name, "email": newcomer.login, "password": first}
    page = admin.fill("/people/add", {**form, "unit": ORGANISATION})
    words = ROLE_WORDS.get(newcomer.role, newcomer.role.capitalize())
    admin.send(page, {"role": words, "unit": ORGANISATION})
    newcomer.set_own_password(first)


def unit_names() -> list[str]:
    with (DATA / "systems.csv").open(encoding="utf-8", newline="") as file:
        return sorted({row["unit"] for row in csv.DictReader(file)})


def send_csv(stage: Stage, name: str, button: str) -> str:
    officer = stage.person("officer")
    files = {"file": (name, (DATA / name).read_bytes())}
    page = officer.open("/systems/import")
    return officer.send(page, {"unit": ORGANISATION}, files=files, button=button).text


def count_systems(stage: Stage) -> int:
    return len(stage.api_all("systems", role="officer"))
