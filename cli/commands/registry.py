from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from cli.client import JSON, CallRefused, Client

Verbs = Any
INSPECTION_SECONDS = 300.0


def add_systems(verbs: Verbs) -> None:
    command = verbs.add_parser("systems", help="AI systems that the token sees")
    command.set_defaults(run=lambda client, options: list(client.all("systems")))


def add_system(command: argparse.ArgumentParser) -> None:
    command.add_argument("--system", default="", help="its id, where the token sees several")


def system_of(client: Client, given: str) -> str:
    """The system named by the flag, else the only one the token sees."""
    if given:
        return given
    rows = list(client.all("systems"))
    if len(rows) == 1:
        return str(rows[0]["id"])
    raise ValueError(f"The token sees {len(rows)} systems. Name one with --system.")


def upload(client: Client, system: str, kind: str, path: Path) -> JSON:
    """Upload and wait for the inspection; raises CallRefused with its reasons when refused."""
    sent = client.upload(system, kind, path)
    row = client.wait(
        f"uploads/{sent['id']}", lambda r: r["state"] != "inspecting", INSPECTION_SECONDS
    )
    if row["state"] == "refused":
        reasons = " ".join(reason["sentence"] for reason in row["inspection"]["reasons"])
        raise CallRefused(422, "file_refused", f"{path.name} was refused: {reasons}")
    return row


def add_upload(verbs: Verbs) -> None:
    command = verbs.add_parser("upload", help="upload a file and wait for its inspection")
    command.add_argument("file", type=Path, help="the file")
    command.add_argument(
        "--kind", choices=["model", "dataset"], required=True, help="ONNX, or Parquet"
    )
    add_system(command)
    command.set_defaults(
        run=lambda client, o: upload(client, system_of(client, o.system), o.kind, o.file)
    )


def add_model(verbs: Verbs) -> None:
    command = verbs.add_parser("model", help="register and list model versions")
    actions = command.add_subparsers(required=True)
    register = actions.add_parser("register", help="upload an ONNX file and register it")
    register.add_argument("name", help="the model's name; the same name makes its next version")
    register.add_argument("file", type=Path, help="the ONNX file")
    add_system(register)
    register.add_argument(
        "--signature",
        type=Path,
        required=True,
        help="JSON file, described in docs/reference/signature.md",
    )
    register.add_argument("--method", required=True, help="e.g. GradientBoostingClassifier")
    register.add_argument(
        "--training-data",
        action="append",
        required=True,
        help="sha256 of a registered dataset; repeat for several",
    )
    register.add_argument("--commit", default="", help="of the code that trained it")
    register.add_argument(
        "--parameter", action="append", default=[], help="name=value; repeat for several"
    )
    register.set_defaults(run=register_model)
    shown = ("id", "model", "number", "task", "method", "digest", "createdAt")
    add_list(actions, "model-versions", "model versions", shown)


def add_list(actions: Verbs, rows: str, what: str, shown: tuple[str, ...]) -> None:
    """`list`: the rows of a system with what tells them apart, newest first."""
    listing = actions.add_parser("list", help=f"{what} of a system, newest first")
    add_system(listing)

    def run(client: Client, o: argparse.Namespace) -> list[JSON]:
        found = client.all(f"systems/{system_of(client, o.system)}/{rows}")
        return [{name: row[name] for name in shown} for row in found]

    listing.set_defaults(run=run)


def register_model(client: Client, o: argparse.Namespace) -> JSON:
    system = system_of(client, o.system)
    signature = json.loads(o.signature.read_text(encoding="utf-8"))
    row = upload(client, system, "model", o.file)
    body = {
        "model": o.name,
        "upload": row["id"],
        "method": o.method,
        "signature": signature,
        "trainingData": o.training_data,
        "commit": o.commit,
        "parameters": pairs(o.parameter),
    }
    return with_warning(client.post(f"systems/{system}/model-versions", body))


def with_warning(row: JSON) -> JSON:
    """The row; where no evaluation of it is possible, standard error says so at once."""
    if row["notEvaluated"]:
        print(f"muniment: {row['notEvaluated']}", file=sys.stderr)
    return row


def pairs(texts: list[str]) -> dict[str, str]:
    """name=value texts as a map; raises ValueError for one without '='."""
    found = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign:
            raise ValueError(f"Write '{text}' as name=value.")
        found[name] = value
    return found


def add_dataset(verbs: Verbs) -> None:
    command = verbs.add_parser("dataset", help="register and list datasets")
    actions = command.add_subparsers(required=True)
    register = actions.add_parser(
        "register", help="a file to upload, or --sha256 of one that stays"
    )
    register.add_argument("name", help="what people call it")
    register.add_argument("file", type=Path, nargs="?", help="Parquet, to be kept by the platform")
    add_system(register)
    register.add_argument(
        "--role",
        choices=["training", "evaluation", "reference", "production", "labels"],
        required=True,
        help="what it is for",
    )
    register.add_argument("--sha256", default="", help="of a file that stays with you")
    register.add_argument("--rows", type=int, help="of a file that stays with you")
    register.add_argument("--description", default="", help="where the rows come from")
    register.add_argument(
        "--observed", nargs=2, metavar=("FROM", "UNTIL"), help="RFC 3339 times the rows are from"
    )
    register.set_defaults(run=register_dataset)
    shown = ("id", "name", "role", "rows", "sha256", "createdAt")
    add_list(actions, "datasets", "datasets", shown)


def register_dataset(client: Client, o: argparse.Namespace) -> JSON:
    system = system_of(client, o.system)
    body: JSON = {"name": o.name, "role": o.role, "description": o.description}
    if o.file:
        body["upload"] = upload(client, system, "dataset", o.file)["id"]
    else:
        body |= {"sha256": o.sha256, "rows": o.rows or 0}
    if o.observed:
        body |= {"observedFrom": o.observed[0], "observedUntil": o.observed[1]}
    return client.post(f"systems/{system}/datasets", body)


def add_release(verbs: Verbs) -> None:
    command = verbs.add_parser("release", help="make and list releases")
    actions = command.add_subparsers(required=True)
    create = actions.add_parser("create", help="fix model, cut-off and intended use as one digest")
    add_system(create)
    create.add_argument(
        "--model-version", action="append", required=True, help="its id; repeat for several"
    )
    create.add_argument("--cut-off", default="", help="score from which the class is 1")
    create.add_argument(
        "--decision", action="append", default=[], help="name=value, e.g. favourable=0"
    )
    create.add_argument("--preprocessing", default="none", help="what happens before the model")
    create.add_argument("--image", default="", help="the serving image, with its digest")
    create.add_argument("--limitations", default="", help="what it must not be used for")
    create.set_defaults(run=create_release)
    add_list(actions, "releases", "releases", ("id", "number", "digest", "createdAt"))


def create_release(client: Client, o: argparse.Namespace) -> JSON:
    decision = pairs(o.decision)
    if o.cut_off:
        decision["cutOff"] = o.cut_off
    body = {
        "models": o.model_version,
        "decision": decision,
        "preprocessing": o.preprocessing,
        "image": o.image,
        "limitations": o.limitations,
    }
    return with_warning(client.post(f"systems/{system_of(client, o.system)}/releases", body))


ALL = (
    add_systems,
    add_upload,
    add_model,
    add_dataset,
    add_release,
)
