"""An installation of its own for measuring: embedded servers in a temporary folder, migrated, with people."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from governance.audit.sequencer import Sequencer

PROJECT = Path(__file__).resolve().parents[1]


@contextmanager
def installation() -> Iterator[Path]:
    """Django set up as the role app on fresh embedded servers; everything is removed afterwards."""
    home = Path(tempfile.mkdtemp(prefix="mnm-bench-"))
    home.chmod(0o755)
    os.environ["MUNIMENT_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    from config.servers import use_servers  # noqa: PLC0415 (reads the environment just set)

    try:
        with use_servers(home):
            migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
            subprocess.run(migrate, cwd=PROJECT, check=True)
            import django  # noqa: PLC0415

            django.setup()
            yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def sequencer(home: Path) -> Iterator[Sequencer]:
    """A sequencer on a connection of its own."""
    import psycopg  # noqa: PLC0415

    from config.servers import Layout  # noqa: PLC0415
    from governance.audit.logkey import SignerHome  # noqa: PLC0415
    from governance.audit.sequencer import Sequencer as Real  # noqa: PLC0415

    with psycopg.connect(Layout(home).database_url("sequencer")) as connection:
        yield Real(connection, SignerHome(home / "keys"))


def register_systems(cast: Any, number: int) -> None:
    """So many systems of the cast's organisation that were only registered."""
    from governance.registry import actions  # noqa: PLC0415
    from tests.cast import PROFILE  # noqa: PLC0415

    for n in range(number):
        actions.register_system(
            cast.organisation,
            f"System {n:04d}",
            role="deployer",
            tier="high",
            tier_reason="Annex III",
            profile=PROFILE,
            owner=cast.person("owen"),
            by=cast.by("owen"),
        )
