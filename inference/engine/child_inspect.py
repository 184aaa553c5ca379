"""The confined program that opens an uploaded model: limits itself, reads it once, answers."""

from __future__ import annotations

import os

from inference.engine.confinement import (
    Channel,
    forbid_network_and_programs,
    limit_process,
    take_request,
)
from inference.engine.limits import Limits


def main() -> None:
    limits = Limits.from_json(take_request())
    limit_process(limits)
    channel = Channel()
    from inference.engine.examination import examine  # noqa: PLC0415 - under the limits only

    confined = forbid_network_and_programs()
    with os.fdopen(0, "rb", closefd=False) as file:
        data = file.read(limits.file_bytes + 1)
    examine(data, limits, confined, channel.send)
    # All is said: no library's own ending is waited for.
    os._exit(0)


if __name__ == "__main__":
    main()
