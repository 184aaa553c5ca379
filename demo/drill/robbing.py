"""One hand holds the database and the keys: everything inside fits; only what was kept outside finds it."""

from __future__ import annotations

from demo.drill.desk import ALONE, CHANGED
from demo.drill.holder import Holder
from demo.drill.rewriting import FORGED, ask_when_open, closed, forged
from demo.drill.scene import demand
from demo.drill.taking import scene
from demo.story.acts import Step
from demo.story.stage import Stage, wait_until

step = Step(4, "One hand holds the database and the keys")
# The platform sends its heads every 45 s.
ANCHOR_SECONDS = 100.0


@step.act("DB and keys", "signs statement, checkpoints and memory anew")
def sign_anew(stage: Stage) -> str:
    here = scene(stage)
    true, false = forged(here)
    number = Holder(here.owner).rewrite(false)
    return f"{true.short_id} reads {FORGED}; {number} checkpoints signed anew, the signer's memory with them"


@step.act("auditor", "makes a package, checks it with the key alone")
def check_alone(stage: Stage) -> str:
    here = scene(stage)
    path = here.files["forged"] = here.download_package(ask_when_open(here))
    said = here.desk.verify(path, code=ALONE)
    here.desk.read_out(said)
    demand(closed(here) is None, "The platform noticed; it could not.")
    return "Exit 3: nothing is wrong inside, and nothing outside vouches for it"


@step.act("auditor", "gives the checkpoint that was kept")
def check_kept(stage: Stage) -> str:
    here = scene(stage)
    said = here.desk.verify(here.files["forged"], code=CHANGED, checkpoint=True)
    here.desk.read_out(said)
    return f"Found: at size {here.made['kept size']} the log had another root"


@step.act("platform", "sends its head to the anchor, which holds another")
def anchor_fails(stage: Stage) -> str:
    here = scene(stage)

    def fails() -> str | None:
        text = here.auditor.open("/log/anchors").text
        start = text.find("The log's first ")
        return text[start:].partition(": it was rewritten")[0] if start >= 0 else None

    said = wait_until(fails, "the anchor to fail", ANCHOR_SECONDS)
    return f"Found there too: {said[0].lower()}{said[1:]}"
