#!/usr/bin/env python
"""Muniment's command line for operators."""

from __future__ import annotations

import os
import sys

from config.servers import ServerError
from config.start import management_command, needed_servers, use_demo_folder


def main(arguments: list[str]) -> int:
    """Run one management command, with the servers it needs; returns its exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if management_command(arguments) == "up" and "--demo" in arguments:
        use_demo_folder().mkdir(mode=0o755, parents=True, exist_ok=True)
    try:
        servers = needed_servers(arguments)
    except ServerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    with servers:
        # Late: the settings read the passwords that a first start of the servers writes.
        from django.core.management import execute_from_command_line  # noqa: PLC0415

        from governance.audit.closing import LogClosed  # noqa: PLC0415

        try:
            execute_from_command_line(arguments)
        except LogClosed as closed:
            sys.stderr.write(f"{closed.sentence}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
