from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from config.servers.errors import ServerError
from config.servers.layout import DATABASE, ROLES, SUPERUSER, Layout, role_name
from config.servers.process import identity, server_environment, spawn_server, stop
from config.servers.programs import postgres_programs

START_SECONDS = 60.0
STOP_SECONDS = 30.0
HOST_BASED_AUTHENTICATION = "local all all scram-sha-256\n"


@dataclass
class PostgreSQL:
    """One PostgreSQL on a unix socket: no TCP, scram-sha-256 for every role."""

    layout: Layout
    durable: bool = True
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def data(self) -> Path:
        return self.layout.data / "postgresql"

    @property
    def log(self) -> Path:
        return self.layout.data / "postgresql.log"

    def start(self) -> None:
        """Start, wait until it answers, and make sure roles and database exist.

        Raises:
            ServerError: with the end of the server's log.
        """
        programs = postgres_programs(self.layout)
        if not self.data.exists():
            self._initialise(programs)
        (self.data / "pg_hba.conf").write_text(HOST_BASED_AUTHENTICATION)
        # SIGINT is PostgreSQL's fast shutdown: sessions end, data is flushed.
        self.process = spawn_server(
            [str(programs / "postgres"), "-D", str(self.data), *self._options()],
            self.layout.account,
            self.data,
            self.log,
            signal.SIGINT,
        )
        self._wait_until_ready()
        prepare_cluster(self.layout)

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process, signal.SIGINT, STOP_SECONDS)

    def _options(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.layout.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "120",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "password_encryption": "scram-sha-256",
        }
        if not self.durable:
            settings |= {"fsync": "off", "full_page_writes": "off"}
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _initialise(self, programs: Path) -> None:
        draft = self.data.with_name("postgresql.new")
        shutil.rmtree(draft, ignore_errors=True)
        with _private_file(self.layout, self.layout.passwords()["superuser"]) as password_file:
            done = subprocess.run(
                [
                    str(programs / "initdb"), "-D", str(draft), "-U", SUPERUSER,
                    f"--pwfile={password_file}", "--auth=scram-sha-256", "--encoding=UTF8",
                    "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions",
                    *([] if self.durable else ["--no-sync"]),
                ],
                text=True, capture_output=True, check=False, cwd=self.layout.data,
                env=server_environment(), **identity(self.layout.account),
            )  # fmt: skip
        if done.returncode != 0:
            raise ServerError(f"initdb failed: {done.stderr.strip()}")
        # Only a finished cluster gets the final name: a kill leaves nothing half made.
        draft.rename(self.data)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                raise ServerError(f"PostgreSQL ended at start.\n{tail(self.log)}")
            try:
                psycopg.connect(self.layout.superuser_url(), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise ServerError(
            f"PostgreSQL did not answer within {START_SECONDS:.0f} s.\n{tail(self.log)}"
        )


@contextmanager
def _private_file(layout: Layout, text: str) -> Iterator[Path]:
    """A file of mode 0600 that only the servers' user reads, gone afterwards."""
    path = layout.data / "password.new"
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.fchown(descriptor, layout.account.uid, layout.account.gid)
        with os.fdopen(descriptor, "w") as file:
            file.write(text + "\n")
        yield path
    finally:
        path.unlink()


def prepare_cluster(layout: Layout) -> None:
    """Roles with their passwords and the database that the owner owns; safe to repeat."""
    passwords = layout.passwords()
    with psycopg.connect(layout.superuser_url(), autocommit=True) as connection:
        roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role in ROLES:
            verb = "ALTER" if role_name(role) in roles else "CREATE"
            rights = "CREATEDB" if role == "owner" else "NOCREATEDB"
            connection.execute(
                sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEROLE {} PASSWORD {}").format(
                    sql.SQL(verb), sql.Identifier(role_name(role)), sql.SQL(rights),
                    sql.Literal(passwords[role]),
                )
            )  # fmt: skip
        names = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        if DATABASE not in names:
            create = sql.SQL("CREATE DATABASE {} OWNER {}")
            owner = sql.Identifier(role_name("owner"))
            connection.execute(create.format(sql.Identifier(DATABASE), owner))


def tail(log: Path, size: int = 2000) -> str:
    """The last `size` bytes of a log, or an empty text where there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - size))
            return file.read().decode(errors="replace")
    except OSError:
        return ""
