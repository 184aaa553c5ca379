from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cli.client import JSON, CallRefused, Client
from cli.commands.evidence import hand_in, signing_account
from cli.commands.registry import add_system, system_of, upload

LABELS_SECONDS = 600.0
RUN_SECONDS = 600.0
CHECKING, RUNNING = "checking", "running"


def add_batch(verbs: Any) -> None:
    command = verbs.add_parser("batch", help="rows that a live release decided about")
    actions = command.add_subparsers(required=True)
    deliver = actions.add_parser("deliver", help="upload rows of a period, without labels")
    deliver.add_argument("name", help="what people call it, e.g. 2026-10")
    deliver.add_argument("file", type=Path, help="Parquet")
    add_system(deliver)
    deliver.add_argument(
        "--observed",
        nargs=2,
        metavar=("FROM", "UNTIL"),
        required=True,
        help="RFC 3339 times the rows are from",
    )
    deliver.add_argument("--key", default="id", help="column that tells rows apart (id)")
    deliver.add_argument("--replay", action="store_true", help="rows of the past, shown as such")
    deliver.add_argument("--note", default="", help="what a reader should know")
    deliver.set_defaults(run=deliver_batch)
    labels = actions.add_parser("labels", help="upload the labels of a batch; exit 1 if refused")
    labels.add_argument("batch", help="id of the batch")
    labels.add_argument("file", type=Path, help="Parquet: the key and the label")
    labels.add_argument("--wait", action="store_true", help="until they are measured or refused")
    labels.set_defaults(run=deliver_labels)
    listing = actions.add_parser("list", help="batches of a system, newest first")
    add_system(listing)
    listing.set_defaults(
        run=lambda client, o: list(client.all(f"systems/{system_of(client, o.system)}/batches"))
    )


def deliver_batch(client: Client, o: argparse.Namespace) -> JSON:
    system = system_of(client, o.system)
    body = {
        "name": o.name,
        "upload": upload(client, system, "dataset", o.file)["id"],
        "observedFrom": o.observed[0],
        "observedUntil": o.observed[1],
        "key": o.key,
        "replay": o.replay,
        "note": o.note,
    }
    return client.post(f"systems/{system}/batches", body)


def deliver_labels(client: Client, o: argparse.Namespace) -> JSON:
    batch = client.get(f"batches/{o.batch}")
    row = upload(client, batch["system"], "dataset", o.file)
    batch = client.post(f"batches/{o.batch}/labels", {"upload": row["id"]})
    if not o.wait:
        return batch
    batch = client.wait(
        f"batches/{o.batch}", lambda one: one["labels"]["state"] != CHECKING, LABELS_SECONDS
    )
    if batch["labels"]["state"] == "refused":
        raise CallRefused(422, "labels_refused", str(batch["labels"]["reason"]))
    return batch


def add_monitors(verbs: Any) -> None:
    command = verbs.add_parser("monitors", help="monitors of a system, newest first")
    add_system(command)
    command.set_defaults(
        run=lambda client, o: list(client.all(f"systems/{system_of(client, o.system)}/monitors"))
    )


def add_monitor(verbs: Any) -> None:
    command = verbs.add_parser("monitor", help="run a monitor out of turn")
    actions = command.add_subparsers(required=True)
    run = actions.add_parser(
        "run", help="compare the next batch now; with --wait exit 1 unless it was compared"
    )
    run.add_argument("monitor", help="id of the monitor")
    run.add_argument("--wait", action="store_true", help="until the run has ended")
    run.set_defaults(run=run_monitor)


def run_monitor(client: Client, o: argparse.Namespace) -> JSON:
    run = client.post(f"monitors/{o.monitor}/runs", {})
    if not o.wait:
        return run
    run = client.wait(
        f"monitor-runs/{run['id']}", lambda one: one["status"] != RUNNING, RUN_SECONDS
    )
    if run["status"] != "completed":
        raise CallRefused(422, f"run_{run['status']}", f"Not compared: {run['reason']}")
    return run


def add_alerts(verbs: Any) -> None:
    command = verbs.add_parser("alerts", help="alerts of a system, newest first")
    add_system(command)
    command.set_defaults(
        run=lambda client, o: list(client.all(f"systems/{system_of(client, o.system)}/alerts"))
    )


def add_profile(verbs: Any) -> None:
    command = verbs.add_parser(
        "profile", help="compare rows with a monitor's reference, beside the data; exit 1 drifted"
    )
    command.add_argument(
        "--local", action="store_true", required=True, help="here: no row leaves, only figures"
    )
    command.add_argument("--monitor", required=True, help="id of the monitor")
    command.add_argument("--model", type=Path, required=True, help="the ONNX file of the release")
    command.add_argument("--reference", type=Path, required=True, help="Parquet of the reference")
    command.add_argument(
        "--data", type=Path, required=True, help="Parquet of the rows, registered by its digest"
    )
    command.add_argument(
        "--observed",
        nargs=2,
        metavar=("FROM", "UNTIL"),
        required=True,
        help="RFC 3339 times the rows are from",
    )
    command.add_argument("--key", type=Path, required=True, help="PEM file to sign with")
    command.set_defaults(run=profile)


def profile(client: Client, o: argparse.Namespace) -> int:
    """Compare on this machine, sign, hand in."""
    from cli import local  # noqa: PLC0415 (numpy, ONNX Runtime, cryptography: only for this)

    you = signing_account(client, o.key)
    monitor = client.get(f"monitors/{o.monitor}")
    release = client.get(f"releases/{monitor['release']}")
    versions = client.all(f"systems/{release['system']}/model-versions")
    digests = {path: local.digest_of(path) for path in (o.model, o.reference, o.data)}
    version = next((one for one in versions if one["digest"] == digests[o.model]), None)
    if version is None:
        raise ValueError(f"{o.model} is no model of this system (digest {digests[o.model]}).")
    held = {one["sha256"]: one for one in client.all(f"systems/{release['system']}/datasets")}
    if digests[o.reference] != monitor["referenceDigest"]:
        raise ValueError(f"{o.reference} is not the monitor's reference.")
    if digests[o.data] not in held:
        raise ValueError(
            "Register the rows first: muniment dataset register NAME --role production "
            f"--sha256 {digests[o.data]} --rows {local.rows_of(o.data)}"
        )
    asked = local.Watched(
        monitor=monitor,
        release=release,
        signature=version["signature"],
        reference=held[digests[o.reference]],
        dataset=held[digests[o.data]],
        you=you,
        model=o.model,
        reference_file=o.reference,
        data=o.data,
        observed=(o.observed[0], o.observed[1]),
    )
    made = local.drift(asked, lambda words, done, total: None)
    (answer,) = hand_in(client, [local.signed(made, o.key)])
    said = made["predicate"]
    drifted = [one["column"] for one in said["columns"] if one["drifted"]]
    print(f"{said['status'].upper()}  {answer['shortId']}  drifted: {', '.join(drifted) or 'none'}")
    return 1 if drifted or said["status"] != "completed" else 0


ALL = (add_profile, add_batch, add_monitors, add_monitor, add_alerts)
