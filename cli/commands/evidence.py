from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
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

    try:
        made = local.create_key(o.out)
    except FileExistsError:
        raise ValueError(
            f"The file {o.out} exists, and no key is replaced. Give another name with --out."
        ) from None
    print(made["public"], end="")
    said = f"{made['keyid']}\nThe private half is in {made['file']}. Register the public one: page Keys, Register a key."
    print(said, file=sys.stderr)
    return 0


def submit_run(client: Client, o: argparse.Namespace) -> JSON:
    from cli import local  # noqa: PLC0415

    held = local.read_json(o.file)
    if o.key:
        return client.post("evidence", local.signed(held, o.key))
    if isinstance(held, dict) and "_type" in held:
        raise ValueError(f"{o.file} is a plain statement. Give --key: it signs the statement.")
    return client.post("evidence", held)


def signing_account(client: Client, key: Path) -> JSON:
    """Account and person of the token, once the key may sign for them. Raises ValueError where it may not."""
    from cli import local  # noqa: PLC0415

    keyid, held = local.keyid_of(key), client.get("keys")
    you: JSON = held["you"]
    row = next((one for one in held["statements"] if one["keyid"] == keyid), None)
    if row is None or row["account"] != you["account"]:
        raise ValueError(
            f"The key in {key} ({keyid}) is not registered for this token's account. "
            "Register it: page Keys, Register a key."
        )
    if row["revocations"] or has_passed(row["expires"]):
        ended = "revoked" if row["revocations"] else "expired"
        raise ValueError(f"The key in {key} ({keyid}) is {ended}. Make and register a new one.")
    return you


def has_passed(time: str | None) -> bool:
    return time is not None and datetime.fromisoformat(time) <= datetime.now(UTC)


def hand_in(client: Client, envelopes: list[JSON]) -> list[JSON]:
    """Hand in one after the other. What did not arrive, for whatever reason, is kept in files here."""
    answers: list[JSON] = []
    try:
        for one in envelopes:
            answers.append(client.post("evidence", one))  # noqa: PERF401 (those that arrived must stay)
    finally:
        if left := envelopes[len(answers) :]:
            keep(left)
    return answers


def keep(envelopes: list[JSON]) -> None:
    """Write each into a file of a new folder, and say on standard error how it is handed in later."""
    folder = Path(f"not-handed-in-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
    folder.mkdir()
    for number, one in enumerate(envelopes, start=1):
        (folder / f"{number}.json").write_text(json.dumps(one), encoding="utf-8")
    print(
        f"muniment: {len(envelopes)} signed and not handed in; they are kept in {folder}. "
        f"Hand in each later: muniment evidence submit {folder}/1.json",
        file=sys.stderr,
    )


ALL = (add_evidence,)
