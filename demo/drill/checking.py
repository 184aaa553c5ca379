"""Checked elsewhere: no platform, no network, no libraries; then with one byte changed."""

from __future__ import annotations

from demo.drill import flipping
from demo.drill.desk import CHANGED, HOLDS
from demo.drill.scene import demand
from demo.drill.taking import scene
from demo.story.acts import Step
from demo.story.stage import Stage

step = Step(2, "Checked with verify.py alone: empty folder, empty environment")


@step.act("auditor", "checks the package")
def check_package(stage: Stage) -> str:
    here = scene(stage)
    said = here.desk.verify(here.files["package"], code=HOLDS, checkpoint=True)
    here.desk.read_out(said, whole=True)
    return said.verdict


@step.act("auditor", "checks the PDF by its proof")
def check_report(stage: Stage) -> str:
    here = scene(stage)
    said = here.desk.verify(here.files["pdf"], here.files["proof"], code=HOLDS)
    here.desk.read_out(said, whole=True)
    return said.verdict


@step.act("somebody", "changes one digit in the package, packs it anew")
def change_package(stage: Stage) -> str:
    here = scene(stage)
    changed = here.desk.folder / "changed.zip"
    index = flipping.change_entry(here.files["package"], changed)
    said = here.desk.verify(changed, code=CHANGED, checkpoint=True)
    here.desk.read_out(said)
    named = any(f"index {index}," in line for line in said.wrong)
    demand(named, f"verify.py does not name the entry {index}.")
    return f"Found: it names the entry {index} of the log, whose instant was changed"


@step.act("somebody", "changes one byte in the PDF")
def change_report(stage: Stage) -> str:
    here = scene(stage)
    changed = here.desk.folder / "changed.pdf"
    place = flipping.change_file(here.files["pdf"], changed)
    said = here.desk.verify(changed, here.files["proof"], code=CHANGED)
    here.desk.read_out(said)
    return f"Found: byte {place} of the PDF was changed"
