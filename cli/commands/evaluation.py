from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cli.client import JSON, Client
from cli.commands.evidence import hand_in, signing_account
from cli.commands.registry import add_system, system_of

ENDED = {"completed", "invalid", "failed"}
WAIT_SECONDS = 3600.0


def add_plans(verbs: Any) -> None:
    command = verbs.add_parser("plans", help="evaluation plans of a system, newest first")
    add_system(command)
    command.set_defaults(run=lambda client, o: list_plans(client, system_of(client, o.system)))


def list_plans(client: Client, system: str) -> list[JSON]:
    shown = ("id", "title", "state", "revision", "release", "datasetDigest", "digest")
    rows = client.all(f"systems/{system}/evaluation-plans")
    return [{name: row[name] for name in shown} for row in rows]


def add_evaluate(verbs: Any) -> None:
    command = verbs.add_parser(
        "evaluate",
        help="measure a release; exit 0 measured (also where a criterion does not hold: the gate judges), "
        "1 no valid figure",
    )
    command.add_argument(
        "--release", help="id of the release; where the plan is about one, that one"
    )
    command.add_argument(
        "--plan", help="id of an approved plan; without one the run is exploratory"
    )
    command.add_argument("--dataset", help="needed without a plan: id of a registered dataset")
    command.add_argument("--labels", help="where the labels are a dataset of their own")
    command.add_argument(
        "--device", choices=["cpu", "cuda"], default="cpu", help="where it must run, or fail"
    )
    command.add_argument(
        "--wait", type=float, nargs="?", const=WAIT_SECONDS, metavar="SECONDS",
        help="until it has ended, with its progress (at most an hour unless told)",
    )  # fmt: skip
    command.add_argument(
        "--format", choices=["text", "json"], default="text", help="how the figures are printed"
    )
    command.add_argument(
        "--local",
        action="store_true",
        help="measure here, beside the data, and hand in signed figures: no row leaves",
    )
    command.add_argument("--model", type=Path, help="with --local: the ONNX file of the release")
    command.add_argument("--data", type=Path, help="with --local: the plan's Parquet file")
    command.add_argument(
        "--labels-file", type=Path, help="with --local: where the labels are in a file of their own"
    )
    command.add_argument("--key", type=Path, help="with --local: PEM file to sign with")
    command.set_defaults(run=evaluate)


def evaluate(client: Client, o: argparse.Namespace) -> int:
    if o.local:
        return evaluate_here(client, o)
    if not o.release:
        raise ValueError("Name the release with --release.")
    named = {name: getattr(o, name) for name in ("plan", "dataset", "labels", "device")}
    body = {name: value for name, value in named.items() if value}
    run = client.post(f"releases/{o.release}/evaluations", body)
    if o.wait is not None:
        run = client.wait(
            f"evaluations/{run['id']}", lambda row: row["state"] in ENDED, o.wait, progress()
        )
    print(json.dumps(run, indent=2, sort_keys=True) if o.format == "json" else as_text(run))
    return 1 if run["state"] in {"invalid", "failed"} else 0


def evaluate_here(client: Client, o: argparse.Namespace) -> int:
    """Measure on this machine under an approved plan, sign each figure, hand all of them in."""
    from cli import local  # noqa: PLC0415 (numpy, ONNX Runtime, cryptography: only for this)

    missing = [name for name in ("plan", "model", "data", "key") if not getattr(o, name)]
    if missing:
        raise ValueError(f"--local needs {', '.join(f'--{name}' for name in missing)} as well.")
    asked = asked_of(client, o, signing_account(client, o.key), local)

    def tell(words: str, done: int, total: int) -> None:
        print(f"{words} {done:,} of {total:,}", file=sys.stderr, flush=True)

    made = local.measurements(asked, tell)
    answers = hand_in(client, [local.signed(one, o.key) for one in made])
    handed = [
        {**shown_here(one), "evidence": answer["id"], "shortId": answer["shortId"]}
        for one, answer in zip(made, answers, strict=True)
    ]
    if o.format == "json":
        print(json.dumps(handed, indent=2, sort_keys=True))
    else:
        print("\n".join(["HANDED IN  computed elsewhere and signed", *map(figure, handed)]))
    return 1 if any(one["value"] is None for one in handed) else 0


def asked_of(client: Client, o: argparse.Namespace, you: JSON, local: Any) -> Any:
    """What the platform knows of plan, release, model and rows; refuses files that are not those."""
    plan = client.get(f"evaluation-plans/{o.plan}")
    if plan["state"] != "approved":
        raise ValueError(f"This plan is {plan['state']}. Have it approved first.")
    if not (o.release or plan["release"]):
        raise ValueError("This plan is about a model version. Name the release with --release.")
    release = client.get(f"releases/{o.release or plan['release']}")
    digest = local.digest_of(o.model)
    versions = client.all(f"systems/{release['system']}/model-versions")
    version = next((one for one in versions if one["digest"] == digest), None)
    if version is None or digest not in {one["digest"] for one in release["manifest"]["models"]}:
        raise ValueError(f"{o.model} is no model of this release (its digest is {digest}).")
    rows = local.digest_of(o.data)
    if rows != plan["datasetDigest"]:
        raise ValueError(f"{o.data} is not the plan's data: its digest is {rows}.")
    datasets = list(client.all(f"systems/{release['system']}/datasets"))
    check_labels(plan, datasets, local.digest_of(o.labels_file) if o.labels_file else None)
    return local.Asked(
        release=release,
        signature=version["signature"],
        plan=plan,
        dataset=next(one for one in datasets if one["sha256"] == rows),
        you=you,
        model=o.model,
        data=o.data,
        labels=o.labels_file,
        device=o.device,
    )


def check_labels(plan: JSON, datasets: list[JSON], digest: str | None) -> None:
    planned = next((one["sha256"] for one in datasets if one["id"] == plan["labels"]), None)
    if planned != digest:
        wanted = f"a labels file of digest {planned}" if planned else "no labels file"
        raise ValueError(f"The plan names {wanted} (--labels-file).")


def shown_here(made: JSON) -> JSON:
    said = made["predicate"]
    series, run = said["series"], said["run"]
    return {
        "check": series["check"],
        "slice": series["slice"],
        "value": said["value"],
        "reason": run["reason"],
    }


def progress() -> Callable[[JSON], None]:
    """Tells each new state of the work once, on standard error."""
    last = ""

    def show(row: JSON) -> None:
        nonlocal last
        line = progress_line(row)
        if line != last:
            print(line, file=sys.stderr, flush=True)
            last = line

    return show


def progress_line(row: JSON) -> str:
    said = row["progress"]
    if row["state"] != "running" or not said["text"]:
        return str(row["state"])
    share = f" {said['done']:,} of {said['total']:,}" if said["total"] else ""
    return f"{said['text']}{share}"


def as_text(run: JSON) -> str:
    under = f"under plan revision {run['plan']['revision']}" if run["plan"] else "exploratory"
    head = f"{run['state'].upper()}  attempt {run['attempt']}, {under}, evaluation {run['id']}"
    lines = [head, *([f"  {run['reason']}"] if run["reason"] else [])]
    if run["results"] and not run["plan"]:
        lines.append("  Without an approved plan these figures satisfy no requirement.")
    figures = [figure(one) for one in run["results"]]
    return "\n".join([*lines, *figures, *left_out(run), *count_of_criteria(run)])


def count_of_criteria(run: JSON) -> Iterator[str]:
    asked = [one for one in run["results"] if one.get("asked")]
    if asked:
        failed = sum(one["verdict"] != "holds" for one in asked)
        yield f"{failed} of {len(asked)} criteria not held"


def figure(one: JSON) -> str:
    name = f"  {one['check']:<28}{one['slice']:<8}"
    value = one["value"]
    if value is None:
        return f"{name}no valid figure: {one['reason']}{held(one)}"
    unit = "" if value["unit"] == "1" else f" {value['unit']}"
    interval = (
        f"  [{short(value['lower'])}, {short(value['upper'])}]"
        if value["lower"] is not None
        else ""
    )
    return f"{name}{short(value['value'])}{unit}{interval}  n {value['n']:,}  {one['shortId']}{held(one)}"


def held(one: JSON) -> str:
    """Whether it holds and what is asked; nothing where the plan does not ask."""
    return f"  {one['verdict']} ({one['asked']})" if one.get("asked") else ""


def short(decimal: str) -> str:
    """Four significant digits; the evidence holds them all."""
    return f"{float(decimal):.4g}"


def left_out(run: JSON) -> Iterator[str]:
    """Groups too small to be in a ratio, once each."""
    said = set()
    for one in run["results"]:
        for group in one["leftOut"]:
            words = f"  left out of the ratios: {group['slice']} ({group['reason']})"
            if words not in said:
                said.add(words)
                yield words


ALL = (add_plans, add_evaluate)
