from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from cli.client import JSON, Client
from cli.formats import EXIT, as_json, as_junit, as_sarif, as_text

RENDER = {"json": as_json, "junit": as_junit, "sarif": as_sarif}


def add_gate(verbs: Any) -> None:
    command = verbs.add_parser(
        "gate", help="may it ship? exit 0 allow or warn, 1 deny, 2 error, 3 pending"
    )
    command.add_argument("environment", help="e.g. production")
    command.add_argument("--release", required=True, help="id of the release")
    command.add_argument("--wait", type=float, default=0, metavar="SECONDS", help="while pending")
    command.add_argument(
        "--explain", action="store_true", help="every reason, warnings too, with its evidence"
    )
    command.add_argument("--dry-run", action="store_true", help="weigh; leave no receipt")
    command.add_argument(
        "--format", choices=["text", *RENDER], default="text", help="how the decision is written"
    )
    command.add_argument("--output", type=Path, help="write there instead of printing")
    command.set_defaults(run=ask)


def ask(client: Client, o: argparse.Namespace) -> int:
    decision = decide(client, o)
    end = time.monotonic() + o.wait
    while decision["verdict"] == "pending" and time.monotonic() < end:
        time.sleep(min(5.0, max(0.1, end - time.monotonic())))
        decision = decide(client, o)
    show(decision, o, client.site)
    return EXIT[decision["verdict"]]


def decide(client: Client, o: argparse.Namespace) -> JSON:
    body = {"release": o.release, "dryRun": o.dry_run}
    return client.post(f"gates/{o.environment}/decisions", body)


def show(decision: JSON, o: argparse.Namespace, site: str) -> None:
    if o.format == "text":
        text = as_text(decision, explain=o.explain, site=site)
    else:
        text = RENDER[o.format](decision)
    if o.output:
        o.output.write_text(text, encoding="utf-8")
        print(f"{decision['verdict']}: written to {o.output}", file=sys.stderr)
    else:
        print(text)


ALL = (add_gate,)
