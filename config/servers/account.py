from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from config.servers.errors import ServerError

SYSTEM_ACCOUNT = "muniment"


@dataclass(frozen=True)
class ServerAccount:
    """The operating-system user that the servers run as."""

    name: str
    uid: int
    gid: int

    @property
    def is_this_process(self) -> bool:
        return self.uid == os.geteuid()


def server_account() -> ServerAccount:
    """This process's own user, or a system user when root asks: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return ServerAccount(str(os.geteuid()), os.geteuid(), os.getegid())
    return _existing(SYSTEM_ACCOUNT) or _created(SYSTEM_ACCOUNT) or _nobody()


def _existing(name: str) -> ServerAccount | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return ServerAccount(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _created(name: str) -> ServerAccount | None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return None
    group = "--gid" if _group_exists(name) else "--user-group"
    command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", group]
    command += [name, name] if group == "--gid" else [name]
    # Two starters may race here; whoever loses finds the account in place.
    subprocess.run(command, check=False, capture_output=True)
    return _existing(name)


def _group_exists(name: str) -> bool:
    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True


def _nobody() -> ServerAccount:
    account = _existing("nobody")
    if account is None:
        raise ServerError(
            "PostgreSQL does not run as root, and no system user could be created. "
            f"Create one (useradd --system {SYSTEM_ACCOUNT}) or start Muniment as another user."
        )
    return account


def can_enter(account: ServerAccount, folder: Path) -> bool:
    """Whether the account may traverse every folder down to and including `folder`."""
    if account.is_this_process:
        return True
    return all(_may_traverse(account, part) for part in [*folder.parents, folder] if part.exists())


def _may_traverse(account: ServerAccount, folder: Path) -> bool:
    status = folder.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & 0o100)
    if status.st_gid == account.gid:
        return bool(status.st_mode & 0o010)
    return bool(status.st_mode & 0o001)
