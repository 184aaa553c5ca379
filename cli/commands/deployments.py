from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from cli.client import JSON, Client
from cli.commands.registry import add_system, system_of

PASSED = {"allow", "warn"}


def add_deploy(verbs: Any) -> None:
    command = verbs.add_parser(
        "deploy",
        help="record that a release is live from now on; exit 1 where the gate has not let it pass",
    )
    command.add_argument("environment", help="e.g. production")
    command.add_argument("--release", required=True, help="id of the release")
    add_system(command)
    command.set_defaults(run=deploy)


def deploy(client: Client, o: argparse.Namespace) -> int:
    body = {"release": o.release, "environment": o.environment}
    return told(client.post(f"systems/{system_of(client, o.system)}/deployments", body))


def add_rollback(verbs: Any) -> None:
    command = verbs.add_parser(
        "rollback",
        help="put the release before back into service; exit 1 where the policy refuses it",
    )
    command.add_argument("environment", help="e.g. production")
    add_system(command)
    command.set_defaults(run=roll_back)


def roll_back(client: Client, o: argparse.Namespace) -> int:
    body = {"environment": o.environment}
    return told(client.post(f"systems/{system_of(client, o.system)}/rollback", body))


def told(row: JSON) -> int:
    """Print what was recorded, and on standard error that the gate had not let it pass."""
    print(json.dumps(row, indent=2, sort_keys=True))
    gate = row["gate"]
    if gate and gate["verdict"] in PASSED:
        return 0
    said = f"{gate['verdict']}, {gate['decidedAt'][:10]}" if gate else "never asked"
    print(
        f"muniment: Recorded. The gate has not let this release pass for {row['environment']} "
        f"({said}): the compliance officer is told and the inventory shows it. "
        f"Ask: muniment gate {row['environment']} --release {row['release']} --explain",
        file=sys.stderr,
    )
    return 1


ALL = (add_deploy, add_rollback)
