"""The confined program that reads an uploaded table once, from its first row to its last."""

from __future__ import annotations

import os

from inference.engine.confinement import (
    Channel,
    forbid_network_and_programs,
    limit_process,
    take_request,
)
from inference.tables.limits import TableLimits


def main() -> None:
    limits = TableLimits.from_json(take_request())
    limit_process(limits)
    channel = Channel()
    from inference.tables.examination import examine  # noqa: PLC0415 - under the limits only

    confined = forbid_network_and_programs()
    with os.fdopen(0, "rb", closefd=False) as file:
        channel.send(examine(file, limits) | {"confined": confined})


if __name__ == "__main__":
    main()
