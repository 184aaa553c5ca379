"""Step 2: an outside team's pipeline registers version 1, its data, a release, and where all came from."""

from __future__ import annotations

import pickle
from typing import Any

from demo.data.columns import FEATURES
from demo.pipeline.signature import CUT_OFF
from demo.story.acts import Step
from demo.story.profile import NAME
from demo.story.stage import JSON, Stage, Unexpected
from demo.workshop import read_json

step = Step(2, "Version 1 arrives through the pipeline")
FAVOURABLE = "0"
LIMITATIONS = {
    1: (
        "Trained on 2015 survey rows of one region, ages 16 to 64; not tested on other regions or "
        "later years. The target 'not employed' also holds people outside the labour force. "
        "Groups under 200 test rows are not assessed. The score is no chance of finding work."
    ),
    2: (
        "Trained on the same 2015 rows as version 1; not tested on other regions. The target 'not "
        "employed' also holds people outside the labour force. Groups under 200 test rows are not "
        "assessed. The score is no chance of finding work."
    ),
}


@step.act("owner", "creates a CI token for the system and answers for it")
def create_token(stage: Stage) -> str:
    page = stage.person("owner").fill(
        "/tokens/create", {"name": "job-support-places, main", "unit": NAME, "days": "30"}
    )
    stage.muniment.token = next(one for one in page.snippets if one.startswith("mnm_"))
    return "Bound to one system and named verbs, 30 days; it can never approve"


@step.act("pipeline", "uploads a pickle instead of an ONNX file")
def upload_pickle(stage: Stage) -> str:
    path = stage.workshop.folder / "model.pkl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps({"weights": [0.1, 0.2]}))
    ran = stage.muniment("upload", str(path), "--kind", "model", code=1)
    if "was refused" not in ran.errors:
        raise Unexpected(f"Refused, but not by inspection: {ran.errors}")
    return f"Refused as it must be: {ran.errors.strip().removeprefix('muniment: ')}"


@step.act("pipeline", "uploads version 1 (ONNX) and registers it with signature and origin")
def register_model(stage: Stage) -> str:
    answer = register_version(stage, 1)
    stage.made["version1"] = answer["id"]
    return f"Admitted after inspection in a limited process; sha256 {answer['digest'][:12]}…"


@step.act("pipeline", "registers evaluation and reference rows")
def register_data(stage: Stage) -> str:
    prepared = stage.workshop.prepared()
    path = stage.workshop.folder / "data" / prepared["test"]["path"]
    words = "Random 30 % of the 2015 rows aged 16 to 64, not used in training. Illustrative."
    for role in ("evaluation", "reference"):
        answer = stage.muniment(
            "dataset", "register", f"test-2015 ({role})", str(path), "--role", role,
            "--description", words,
        ).json()  # fmt: skip
        stage.made[role] = answer["id"]
    return f"{prepared['test']['rows']:,} rows by digest, uploaded and inspected"


@step.act("pipeline", "makes release 1: model, cut-off, limits and intended use as one digest")
def create_release(stage: Stage) -> str:
    answer = make_release(stage, 1)
    return f"Release {answer['number']}, cut-off {CUT_OFF}, digest {answer['digest'][:12]}…"


@step.act("pipeline", "posts the OpenLineage events of preparation and training")
def post_lineage(stage: Stage) -> str:
    files = stage.workshop.events("prepare-2015", "prepare-replay", "train-v1")
    ran = stage.muniment("lineage", "post", *(str(path) for path in files))
    return f"{ran.json()['posted']} events: from the survey's file to the model file"


def register_version(stage: Stage, version: int) -> JSON:
    """Upload and register a trained version; its training rows by digest, they stay with the team."""
    folder = stage.workshop.model(version)
    described = read_json(folder / "model.json")
    training = described["trainingData"]
    stage.muniment(
        "dataset", "register", "train-2015", "--sha256", training["sha256"],
        "--rows", str(training["rows"]), "--role", "training",
        "--description", f"70 % of the 2015 rows aged 16 to 64; columns {', '.join(FEATURES)}.",
    )  # fmt: skip
    answer: JSON = stage.muniment(
        "model", "register", described["model"], str(folder / "model.onnx"),
        "--signature", str(folder / "signature.json"),
        "--method", described["parameters"]["estimator"].rpartition(".")[2],
        "--training-data", training["sha256"], "--commit", commit_of(described["source"]),
        *parameters_of(described),
    ).json()  # fmt: skip
    if answer["digest"] != described["artefact"]["sha256"]:
        raise Unexpected("The platform holds another file than was trained.")
    return answer


def make_release(stage: Stage, version: int) -> JSON:
    answer: JSON = stage.muniment(
        "release", "create", "--model-version", stage.made[f"version{version}"],
        "--cut-off", CUT_OFF, "--decision", f"favourable={FAVOURABLE}",
        "--limitations", LIMITATIONS[version],
    ).json()  # fmt: skip
    stage.made[f"release{version}"] = answer["id"]
    return answer


def commit_of(source: dict[str, Any]) -> str:
    """The commit of an unedited checkout, else the digest of the pipeline's files."""
    if source["commit"] and source["clean"]:
        return str(source["commit"])
    return str(source["digest"]).removeprefix("sha256:")


def parameters_of(described: dict[str, Any]) -> list[str]:
    """What made this version, as `--parameter` arguments; the parity of the conversion too."""
    libraries = {f"library.{name}": text for name, text in described["libraries"].items()}
    parity = {f"parity.{name}": str(value) for name, value in described["parity"].items()}
    said = {**described["parameters"], **parity, **libraries}
    return [part for name, text in said.items() for part in ("--parameter", f"{name}={text}")]
