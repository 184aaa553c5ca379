"""What an auditor takes along: key, checkpoint, package, report with its proof, and the verifier."""

from __future__ import annotations

import shutil
from typing import cast

from demo.drill.scene import Scene, demand
from demo.story.acts import Step
from demo.story.profile import NAME
from demo.story.stage import Stage, wait_until

step = Step(1, "What the auditor takes along")


def scene(stage: Stage) -> Scene:
    return cast(Scene, stage)


@step.act("auditor", "keeps what vouches from outside: key and checkpoint")
def keep_outside(stage: Stage) -> str:
    here = scene(stage)
    here.auditor.sign_in()
    keys = here.api("keys", "auditor")
    here.desk.keep("log.vkey", keys["logKeys"][0]["vkey"].encode())
    wait_until(lambda: here.anchored.is_file() or None, "a checkpoint in the anchor's folder")
    shutil.copy(here.anchored, here.desk.checkpoint)
    size = here.desk.checkpoint.read_text(encoding="utf-8").splitlines()[1]
    here.made["kept size"] = size
    return f"From the anchor's folder: the checkpoint of log size {size}; the log's key {here.desk.key[:32]}…"


@step.act("auditor", "gets verify.py from its supplier, one file")
def get_verifier(stage: Stage) -> str:
    path = scene(stage).desk.fetch_verifier()
    return f"{path.stat().st_size // 1024} KiB, standard library only"


@step.act("auditor", "makes an audit package on the page, downloads it")
def take_package(stage: Stage) -> str:
    here = scene(stage)
    page = here.ask_package(NAME)
    path = here.files["package"] = here.download_package(page)
    return f"{path.name}, {path.stat().st_size // 1024} KiB"


@step.act("auditor", "takes the control report and its proof")
def take_report(stage: Stage) -> str:
    here = scene(stage)
    row = next(one for one in here.table("reports") if one["State"].lower() == "ready")
    pdf = here.files["pdf"] = here.desk.keep_answer(here.get(f"/reports/{row['Id']}/download"))
    proof = here.files["proof"] = here.desk.keep_answer(here.get(f"/reports/{row['Id']}/proof"))
    demand(proof.name == f"{pdf.name}.tlog-proof", "The proof is named after another file.")
    return f"{pdf.name}, {pdf.stat().st_size // 1024} KiB; the proof {proof.stat().st_size} bytes"
