from __future__ import annotations

import os
import stat
from pathlib import Path

import psycopg
import pytest

from config.servers import Layout, ServerError
from config.servers import layout as layout_module
from config.servers.layout import ROLES, SOCKET_PATH_LIMIT, own_folder
from config.servers.process import started_at_tick
from tests.environment.session import open_folder
from tests.platform.conftest import keeper_pid, server_processes
from tests.platform.processes import descendants_of


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def listening_inodes() -> set[str]:
    lines = [
        line.split()
        for name in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
    ]
    return {fields[9] for fields in lines if fields[3] == "0A"}


def sockets_of(pid: int) -> set[str]:
    links = {
        str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()
    }
    return {link.removeprefix("socket:[").rstrip("]") for link in links if "socket:[" in link}


def test_servers_listen_on_no_network(running: Layout) -> None:
    listening = listening_inodes()
    for pid in descendants_of(keeper_pid(running)):
        assert not sockets_of(pid) & listening


def test_folders_are_private_and_short_enough_for_a_socket(running: Layout) -> None:
    assert mode(running.data) == mode(running.sockets) == 0o700
    assert mode(running.passwords_file) == 0o600
    assert len(os.fsencode(running.postgres_socket)) < SOCKET_PATH_LIMIT


def test_servers_never_run_as_root(running: Layout) -> None:
    owners = {Path(f"/proc/{pid}").stat().st_uid for pid in descendants_of(keeper_pid(running))}
    assert owners == {running.account.uid}
    assert 0 not in owners


@pytest.mark.parametrize("role", ROLES)
def test_a_role_needs_its_own_password(running: Layout, role: str) -> None:
    url = running.database_url("app" if role != "app" else "owner").replace(
        "muniment_app" if role != "app" else "muniment_owner", f"muniment_{role}"
    )
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)


def test_servers_see_no_variable_of_ours(running: Layout) -> None:
    for pid in descendants_of(keeper_pid(running)):
        names = {
            entry.partition(b"=")[0]
            for entry in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        }
        assert not {name for name in names if name.startswith((b"DATABASE", b"MUNIMENT"))}


def test_passwords_stand_on_no_command_line(running: Layout) -> None:
    lines = " ".join(server_processes(running).values())
    assert not [word for word in running.passwords().values() if word in lines]


def test_database_keeps_utf8_utc_and_checksums(running: Layout) -> None:
    with psycopg.connect(running.database_url("app")) as connection:
        for name, value in [
            ("server_encoding", "UTF8"), ("TimeZone", "UTC"), ("data_checksums", "on"),
            ("fsync", "on"), ("password_encryption", "scram-sha-256"),
        ]:  # fmt: skip
            assert connection.execute(f"SHOW {name}").fetchone() == (value,)


def test_socket_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    open_to_all = tmp_path / "sockets"
    open_to_all.mkdir()
    open_to_all.chmod(0o755)
    with pytest.raises(ServerError, match="not a private folder"):
        own_folder(open_to_all, layout.account)


def test_link_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc")
    with pytest.raises(ServerError, match="not a private folder"):
        own_folder(tmp_path / "link", Layout(tmp_path).account)


def test_process_that_ended_has_no_start_time() -> None:
    assert started_at_tick(os.getpid())
    assert started_at_tick(2**22 + 1) is None


def test_closed_data_folder_sends_the_files_elsewhere_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = open_folder() / "elsewhere"
    monkeypatch.setattr(layout_module, "SHARED_DATA_ROOT", elsewhere)
    monkeypatch.setattr(layout_module, "can_enter", lambda *_: False)
    layout = Layout(tmp_path)
    layout.prepare()
    assert layout.data == elsewhere / layout.key
    assert mode(layout.data) == 0o700
    assert str(layout.data) in capsys.readouterr().err
    Layout(tmp_path).prepare()
    assert capsys.readouterr().err == ""
    monkeypatch.undo()
    assert Layout(tmp_path).data == layout.data
