from __future__ import annotations

import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from config.servers.errors import ServerError
from config.servers.layout import Layout, own_folder
from config.servers.postgresql import tail
from config.servers.process import spawn_server, stop
from config.servers.programs import valkey_program

START_SECONDS = 60.0
STOP_SECONDS = 15.0


@dataclass
class Valkey:
    """One Valkey (or Redis) on a unix socket, with an append-only file synced every second."""

    layout: Layout
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def data(self) -> Path:
        return self.layout.data / "valkey"

    @property
    def log(self) -> Path:
        return self.layout.data / "valkey.log"

    def start(self) -> None:
        """Start and wait until it answers a ping.

        Raises:
            ServerError: with the end of the server's log.
        """
        program = valkey_program(self.layout)
        own_folder(self.data, self.layout.account)
        self.process = spawn_server(
            [str(program), *self._options()],
            self.layout.account, self.data, self.log, signal.SIGTERM,
        )  # fmt: skip
        self._wait_until_ready()

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process, signal.SIGTERM, STOP_SECONDS)

    def _options(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self.layout.valkey_socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "daemonize": "no",
            "maxmemory-policy": "noeviction",
        }
        return [part for name, value in settings.items() for part in (f"--{name}", value)]

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                raise ServerError(f"Valkey ended at start.\n{tail(self.log)}")
            if answers_ping(self.layout.valkey_socket):
                return
            time.sleep(0.05)
        raise ServerError(f"Valkey did not answer within {START_SECONDS:.0f} s.\n{tail(self.log)}")


def answers_ping(path: Path) -> bool:
    """Whether a server on the socket answers PING with PONG (loading or absent: no)."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False
