"""One test run's environment variables, data folder and servers."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from config.servers import Layout, ServerError, use_servers
from config.servers.layout import ROLES
from config.servers.process import started_at_tick

PROJECT = Path(__file__).resolve().parents[2]
CACHE = PROJECT / ".cache"
VARIABLES = {
    "owner": "DATABASE_URL",
    "app": "DATABASE_APP_URL",
    "sequencer": "DATABASE_SEQUENCER_URL",
}
# A process of pytest-xdist inherits what its parent set: that is no server of the caller's.
OURS = "MUNIMENT_TEST_SERVERS"
EXTERNAL = "DATABASE_URL" in os.environ and os.environ.get(OURS) != "embedded"
RUN = f"{os.getpid()}_{started_at_tick(os.getpid())}"
_folders: list[Path] = []


def layout() -> Layout:
    """The embedded servers of this checkout's tests, kept between runs."""
    return Layout(CACHE / "servers")


def prepare() -> None:
    """Set what config.settings reads. Nothing is started yet: a test of pure code needs nothing."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ["MUNIMENT_HOME"] = str(open_folder())
    os.environ["MUNIMENT_DB_ROLE"] = "app"
    os.environ["MUNIMENT_BROKER_PREFIX"] = f"test-{RUN}-"
    if not EXTERNAL:
        CACHE.mkdir(mode=0o755, exist_ok=True)
        os.environ[OURS] = "embedded"
        os.environ["REDIS_URL"] = layout().broker_url()
        for role in ROLES:
            os.environ[VARIABLES[role]] = layout().database_url(role)
    else:
        os.environ.setdefault("REDIS_URL", layout().broker_url())
    point_at(database_name())


def forget() -> None:
    for folder in _folders:
        shutil.rmtree(folder, ignore_errors=True)


def open_folder() -> Path:
    """A new temporary folder that the servers' own user may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="mnm-test-"))
    folder.chmod(0o711)
    _folders.append(folder)
    return folder


def database_name() -> str:
    return f"muniment_test_{RUN}"


def url(role: str, database: str | None = None) -> str:
    """A role's URL to the present database, or to another one of the same server."""
    text = os.environ[VARIABLES[role]]
    parts = urlsplit(text)
    return text if database is None else parts._replace(path="/" + quote(database)).geturl()


def point_at(database: str) -> None:
    """Make this process's children use a database; the settings of this one are not touched."""
    for role in ROLES:
        os.environ[VARIABLES[role]] = url(role, database)


def user(role: str) -> str:
    return unquote(urlsplit(os.environ[VARIABLES[role]]).username or "")


@contextmanager
def running_servers() -> Iterator[None]:
    """Hold the embedded servers; a damaged cache is thrown away once."""
    if EXTERNAL:
        yield
        return
    try:
        servers = use_servers(layout().home, durable=False)
    except ServerError:
        shutil.rmtree(layout().data, ignore_errors=True)
        servers = use_servers(layout().home, durable=False)
    with servers:
        yield
