"""The demonstration's own data folder: fresh at each run, and never anybody else's."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import time
from pathlib import Path

from config.servers import Layout
from config.start import PROJECT, data_folder, use_demo_folder

MARK = "this-is-demo-data"
MARK_WORDS = "Made by `make demo`, which deletes this whole folder at its next run.\n"
WHOLE = "the-story-is-whole"
SURVEY = PROJECT / ".cache" / "demo"
PATIENCE_SECONDS = 15.0
USUAL_PORT = 8000


class HomeError(Exception):
    """The folder or the port cannot be used; the sentence says what to do."""


def fresh_home() -> tuple[Path, bool]:
    """An empty, marked home for this run, and whether an earlier demonstration was deleted.

    Raises HomeError for a folder that holds anything but a demonstration, or one in use.
    """
    anchors = use_demo_folder()
    os.environ.setdefault("MUNIMENT_DEMO_CACHE", str(SURVEY))
    home = data_folder()
    os.environ["MUNIMENT_HOME"] = str(home)
    is_old = home.exists() and any(home.iterdir())
    if is_old:
        check_is_demo(home)
        check_is_unused(home)
        wipe(home)
    home.mkdir(mode=0o711, parents=True, exist_ok=True)
    (home / MARK).write_text(MARK_WORDS, encoding="utf-8")
    anchors.mkdir(mode=0o755)
    return home, is_old


def check_is_demo(home: Path) -> None:
    if not (home / MARK).is_file():
        raise HomeError(
            f"{home} is not empty and no demonstration made it. Choose another folder with "
            "MUNIMENT_HOME, or none: then var/demo is taken."
        )


def check_is_unused(home: Path) -> None:
    """The supervisor and the embedded servers each hold a lock while they live."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while is_held(home / "up.lock") or is_held(home / "servers" / "keeper.lock"):
        if time.monotonic() > deadline:
            raise HomeError(f"A demonstration is running on {home}. End it first (Ctrl-C there).")
        time.sleep(0.5)


def is_held(lock: Path) -> bool:
    if not lock.exists():
        return False
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def wipe(home: Path) -> None:
    """Delete what is in the folder, and the servers' data where they lie outside it."""
    layout = Layout(home)
    for folder in {layout.data, layout.sockets} if layout.folder.exists() else set():
        if folder.name.endswith(layout.key) or folder.is_relative_to(home):
            shutil.rmtree(folder, ignore_errors=True)
    for entry in home.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def choose_port() -> int:
    """MUNIMENT_PORT where it is set, else 8000, else any free one."""
    given = os.environ.get("MUNIMENT_PORT")
    if given:
        return int(given)
    port = USUAL_PORT if is_free(USUAL_PORT) else any_free_port()
    os.environ["MUNIMENT_PORT"] = str(port)
    return port


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


def any_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
