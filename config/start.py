"""What a management command needs before Django starts: its database role and its servers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from urllib.parse import quote

from config.servers import use_servers

PROJECT = Path(__file__).resolve().parents[1]
# Commands that change the schema act as the owner; every other process is the app.
OWNER_COMMANDS = frozenset({"migrate", "prepare_database", "sqlmigrate", "showmigrations"})
SEQUENCER_COMMANDS = frozenset({"run_sequencer"})
# Commands that ask nothing of the database.
OFFLINE_COMMANDS = frozenset(
    {
        "", "help", "version", "check", "makemigrations", "compilemessages", "makemessages",
        "collectstatic", "findstatic", "diffsettings", "spectacular",
    }
)  # fmt: skip


def management_command(arguments: Sequence[str]) -> str:
    """The command of a `manage.py` process, or an empty text for any other process."""
    if len(arguments) < 2 or Path(arguments[0]).name != "manage.py":
        return ""
    return arguments[1]


def database_role(command: str) -> str:
    """The role of PostgreSQL that a command's process connects with."""
    if command in OWNER_COMMANDS:
        return "owner"
    return "sequencer" if command in SEQUENCER_COMMANDS else "app"


def data_folder() -> Path:
    """Where Muniment keeps its keys, artefacts and embedded servers (MUNIMENT_HOME).

    A relative name counts from the project's folder, wherever the command was started.
    """
    return (PROJECT / (os.environ.get("MUNIMENT_HOME") or "var")).resolve()


def use_demo_folder() -> Path:
    """Demo data has a folder of its own and is marked on every page; returns where its log is anchored.

    A folder on the same machine only shows how anchors work: a real one lies elsewhere.
    """
    os.environ["MUNIMENT_DEMO"] = "true"
    os.environ.setdefault("MUNIMENT_HOME", str(PROJECT / "var" / "demo"))
    anchors = data_folder() / "anchored"
    os.environ.setdefault("MUNIMENT_ANCHORS", f"dir:{quote(str(anchors))}")
    return anchors


def needed_servers(arguments: Sequence[str]) -> AbstractContextManager[object]:
    """The embedded servers, where the command needs them and no DATABASE_URL names others.

    Raises:
        ServerError: they did not start.
    """
    helped = any(flag in arguments for flag in ("--help", "-h", "--version"))
    offline = helped or management_command(arguments) in OFFLINE_COMMANDS
    external = os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE")
    if offline or external:
        return nullcontext()
    # The supervisor promises to leave nothing behind; other commands need not wait for the end.
    return use_servers(data_folder(), wait=management_command(arguments) == "up")
