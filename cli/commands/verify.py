from __future__ import annotations

from typing import Any

from verifier.main import arguments_of, run


def add_verify(verbs: Any) -> None:
    command = verbs.add_parser(
        "verify",
        help="does a package or report hold? offline, no token; exit 0 it holds, 1 changed, 2 not checked, "
        "3 nothing outside vouches",
    )
    arguments_of(command)
    command.set_defaults(run=run, is_offline=True)


ALL = (add_verify,)
