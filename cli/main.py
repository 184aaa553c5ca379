"""Arguments, and the exit codes of `muniment`: 0 done, 1 refused or denied, 2 error, 3 waits for a person."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from cli import commands
from cli.client import CallRefused, Client

Run = Callable[[Client, argparse.Namespace], Any]


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="muniment", description=__doc__)
    top.add_argument(
        "--url",
        default=os.environ.get("MUNIMENT_URL", "http://127.0.0.1:8000"),
        help="address of the platform",
    )
    top.set_defaults(is_offline=False)
    top.add_argument(
        "--token",
        default=os.environ.get("MUNIMENT_TOKEN", ""),
        help="of a system, made by its owner",
    )
    verbs = top.add_subparsers(required=True, metavar="COMMAND")
    for add in commands.ALL:
        add(verbs)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    if options.is_offline:
        return int(options.run(options))
    if not options.token:
        return fail(
            "Set MUNIMENT_TOKEN or pass --token. A system's owner creates one under 'Tokens'."
        )
    run: Run = options.run
    try:
        answer = run(Client(options.url, options.token), options)
    except CallRefused as refusal:
        return fail(
            f"{refusal} ({refusal.code}){refusal.details}", 2 if refusal.status in {0, 500} else 1
        )
    except (OSError, TimeoutError, ValueError) as error:
        return fail(str(error))
    if isinstance(answer, int):
        return answer
    if answer is not None:
        print(json.dumps(answer, indent=2, sort_keys=True))
    return 0


def fail(sentence: str, code: int = 2) -> int:
    print(f"muniment: {sentence}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
