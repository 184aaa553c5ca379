"""The demonstration's data: found whole, or made by playing the story; the drill works on a copy."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from config.servers import Layout
from config.servers.layout import own_folder
from config.start import PROJECT, data_folder, use_demo_folder
from demo.home import MARK, MARK_WORDS, WHOLE, HomeError, check_is_demo, check_is_unused, wipe

MARK_OF_DRILL = "this-is-the-drill's"
WORDS = "Made by `make audit-drill`, which deletes this whole folder at its next run.\n"


def played_home(say: Callable[[str], None]) -> Path:
    """The folder of a story that was played to its end; plays it where there is none. Raises HomeError."""
    use_demo_folder()
    home = data_folder()
    if home.exists() and any(home.iterdir()):
        check_is_demo(home)
        check_is_unused(home)
    if (home / WHOLE).is_file():
        say(f"The data of the last `make demo`: {home}")
        return home
    say("There is no whole story yet: it is played first.")
    done = subprocess.run([sys.executable, "-m", "demo", "--exit"], cwd=PROJECT, check=False)
    if done.returncode != 0:
        raise HomeError("The story did not do what it must, so that there is nothing to check.")
    return home


def fresh_drill(home: Path) -> Path:
    """An empty folder beside the demonstration's, for the copy and for what the auditor takes along."""
    folder = home.with_name(f"{home.name}-drill")
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK_OF_DRILL).is_file():
            raise HomeError(f"{folder} is not empty and no drill made it. Move it away.")
        forget_copy(folder / "platform")
        wipe(folder)
    folder.mkdir(mode=0o711, exist_ok=True)
    (folder / MARK_OF_DRILL).write_text(WORDS, encoding="utf-8")
    return folder


def copy_of(home: Path, folder: Path) -> Path:
    """The demonstration's data at another place: what the drill does to them, it does to the copy."""
    copy = folder / "platform"
    copy.mkdir(mode=0o711)
    (copy / MARK).write_text(MARK_WORDS, encoding="utf-8")
    for part in home.iterdir():
        if part.is_dir() and part.name != "servers":
            copy_tree(part, copy / part.name)
        elif part.is_file():
            shutil.copy2(part, copy / part.name)
    copy_servers(Layout(home), Layout(copy))
    os.environ["MUNIMENT_HOME"] = str(copy)
    # The copy's own, whatever places the operator's environment names.
    os.environ.pop("MUNIMENT_ANCHORS", None)
    use_demo_folder()
    return copy


def copy_servers(old: Layout, new: Layout) -> None:
    """The passwords and the database's files; locks and state are those of processes that have ended."""
    new.folder.mkdir(mode=0o711)
    shutil.copy2(old.passwords_file, new.passwords_file)
    new.prepare()
    shutil.rmtree(new.data)
    copy_tree(old.data, new.data)
    own_folder(new.data, new.account)


def copy_tree(old: Path, new: Path) -> None:
    """Copy a folder with modes and owners: PostgreSQL's files belong to its own user."""
    shutil.copytree(old, new, symlinks=True, ignore=shutil.ignore_patterns("postmaster.pid"))
    for path in (new, *new.rglob("*")):
        status = (old / path.relative_to(new)).lstat()
        if not stat.S_ISLNK(status.st_mode):
            os.chown(path, status.st_uid, status.st_gid)


def forget_copy(copy: Path) -> None:
    """Delete the copy, its database's files included."""
    if copy.exists():
        check_is_demo(copy)
        check_is_unused(copy)
        wipe(copy)
        copy.rmdir()
