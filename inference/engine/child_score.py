"""The confined program that scores a Parquet file with an admitted model."""

from __future__ import annotations

import os

from inference.engine.confinement import (
    Channel,
    forbid_network_and_programs,
    limit_process,
    take_request,
)
from inference.engine.limits import ProcessLimits


def main() -> None:
    request = take_request()
    limits = ProcessLimits.from_json(request["limits"])
    on_cuda = "CUDAExecutionProvider" in request["policy"]["providers"]
    limit_process(limits, limit_addresses=not on_cuda)
    channel = Channel()
    from inference.engine.parquet_scoring import answer  # noqa: PLC0415 - under the limits only

    forbid_network_and_programs(unix_sockets=on_cuda)
    answer(request, limits, channel.send)
    # All is said: no library's own ending is waited for.
    os._exit(0)


if __name__ == "__main__":
    main()
