from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from config.servers.account import ServerAccount, can_enter, server_account
from config.servers.errors import ServerError

Role = Literal["owner", "app", "sequencer"]
ROLES: tuple[Role, ...] = ("owner", "app", "sequencer")
SUPERUSER = "muniment_superuser"
DATABASE = "muniment"
POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "valkey.sock"
SOCKET_PATH_LIMIT = 100
SHARED_DATA_ROOT = Path("/var/lib/muniment")


def role_name(role: Role) -> str:
    return f"muniment_{role}"


@dataclass(frozen=True)
class Layout:
    """Where the embedded servers of one data folder keep their files.

    `folder` holds the state, the locks and the passwords and belongs to whoever starts
    Muniment; `data` and `sockets` belong to the servers' own user.
    """

    home: Path

    @cached_property
    def key(self) -> str:
        return hashlib.sha256(str(self.home.resolve()).encode()).hexdigest()[:12]

    @cached_property
    def account(self) -> ServerAccount:
        return server_account()

    @property
    def folder(self) -> Path:
        return self.home / "servers"

    @property
    def state_file(self) -> Path:
        return self.folder / "state.json"

    @property
    def users_lock(self) -> Path:
        return self.folder / "users.lock"

    @property
    def keeper_lock(self) -> Path:
        return self.folder / "keeper.lock"

    @property
    def keeper_log(self) -> Path:
        return self.folder / "keeper.log"

    @property
    def passwords_file(self) -> Path:
        return self.folder / "passwords.json"

    @cached_property
    def data(self) -> Path:
        """Inside the data folder, or in /var/lib where the servers' user cannot enter it.

        A link in the data folder then says where, and holds when folders move.
        """
        inside = self.folder / "data"
        if inside.is_symlink():
            return inside.readlink()
        return inside if can_enter(self.account, self.folder) else SHARED_DATA_ROOT / self.key

    @cached_property
    def sockets(self) -> Path:
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        if runtime and self.account.is_this_process and Path(runtime).is_dir():
            folder = Path(runtime) / f"mnm-{self.key}"
            if _fits(folder):
                return folder
        return Path("/tmp") / f"mnm-{self.key}"  # noqa: S108 - owner and mode are checked

    @property
    def postgres_socket(self) -> Path:
        return self.sockets / POSTGRES_SOCKET

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / VALKEY_SOCKET

    def prepare(self) -> None:
        """Create the folders and the passwords.

        Raises:
            ServerError: a folder exists and belongs to somebody else.
        """
        # 0711: the servers' user passes through to its data and can list nothing.
        self.home.mkdir(mode=0o711, parents=True, exist_ok=True)
        self.folder.mkdir(mode=0o711, exist_ok=True)
        if self.data.parent == SHARED_DATA_ROOT:
            self._prepare_elsewhere()
        own_folder(self.data, self.account)
        own_folder(self.sockets, self.account)
        self.passwords()

    def _prepare_elsewhere(self) -> None:
        SHARED_DATA_ROOT.mkdir(mode=0o711, parents=True, exist_ok=True)
        try:
            (self.folder / "data").symlink_to(self.data)
        except FileExistsError:
            return
        sys.stderr.write(
            f"The database's files are in {self.data}: the user {self.account.name}, as whom "
            f"PostgreSQL runs, may not enter {self.folder}.\n"
        )

    def passwords(self) -> dict[str, str]:
        """Passwords by database role, generated once into a file only its owner reads."""
        if not self.passwords_file.exists():
            self.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
            _write_once(self.passwords_file, {r: secrets.token_urlsafe(24) for r in _ALL_ROLES})
        return dict(json.loads(self.passwords_file.read_text()))

    def database_url(self, role: Role, database: str = DATABASE) -> str:
        return self._url(role_name(role), self.passwords()[role], database)

    def superuser_url(self, database: str = "postgres") -> str:
        return self._url(SUPERUSER, self.passwords()["superuser"], database)

    def broker_url(self) -> str:
        return f"redis+socket://{self.valkey_socket}"

    def _url(self, user: str, password: str, database: str) -> str:
        host = quote(str(self.sockets), safe="")
        return f"postgresql://{user}:{quote(password, safe='')}@{host}:5432/{database}"


_ALL_ROLES = ("superuser", *ROLES)


def own_folder(folder: Path, account: ServerAccount) -> None:
    """Make `folder` with mode 0700 for the account, or prove that it already is so."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        _demand_owned(folder, account)
        return
    os.chown(folder, account.uid, account.gid)


def _demand_owned(folder: Path, account: ServerAccount) -> None:
    status = folder.lstat()
    private = (status.st_mode & 0o170077) == 0o040000
    if private and status.st_uid == account.uid:
        return
    raise ServerError(
        f"{folder} exists but is not a private folder (mode 0700) of user {account.name}. "
        "Remove it, or choose another data folder with MUNIMENT_HOME."
    )


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder / POSTGRES_SOCKET)) < SOCKET_PATH_LIMIT


def _write_once(path: Path, content: dict[str, str]) -> None:
    """Write under a lock and by rename, so that two first starts agree on one content."""
    with (path.with_suffix(".lock")).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists():
            return
        draft = path.with_suffix(".new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
