from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from cli.client import Client


def add_lineage(verbs: Any) -> None:
    command = verbs.add_parser("lineage", help="OpenLineage events")
    actions = command.add_subparsers(required=True)
    post = actions.add_parser("post", help="post event files (JSON), in the order given")
    post.add_argument("files", type=Path, nargs="+", help="one RunEvent each")
    post.set_defaults(run=post_events)


def post_events(client: Client, o: argparse.Namespace) -> dict[str, Any]:
    for path in o.files:
        client.post("lineage", json.loads(path.read_text(encoding="utf-8")))
    return {"posted": len(o.files)}


ALL = (add_lineage,)
