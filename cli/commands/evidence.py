from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from cli.client import JSON, Client


def add_evidence(verbs: Any) -> None:
    command = verbs.add_parser("evidence", help="keys and evidence that a pipeline signs")
    actions = command.add_subparsers(required=True)
    keygen = actions.add_parser("keygen", help="make an Ed25519 key and print its public half")
    keygen.add_argument(
        "--out", type=Path, required=True, help="the new file of the private half, mode 0600"
    )
    keygen.set_defaults(run=keygen_run, is_offline=True)
    submit = actions.add_parser("submit", help="hand in a signed statement")
    submit.add_argument("file", type=Path, help="a DSSE envelope; with --key a statement as JSON")
    submit.add_argument("--key", type=Path, help="PEM file to sign the statement with")
    submit.set_defaults(run=submit_run)


def keygen_run(client: Client, o: argparse.Namespace) -> int:
    from cli import local  # noqa: PLC0415 (rooms only where they are needed)

    made = local.create_key(o.out)
    print(made["public"], end="")
    said = f"{made['keyid']}\nThe private half is in {made['file']}. Register the public one: page Keys, Register a key."
    print(said, file=sys.stderr)
    return 0


def submit_run(client: Client, o: argparse.Namespace) -> JSON:
    from cli import local  # noqa: PLC0415

    held = local.read_json(o.file)
    return client.post("evidence", local.signed(held, o.key) if o.key else held)


ALL = (add_evidence,)
