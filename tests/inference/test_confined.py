"""The confinement itself, tried by a child program that misbehaves on purpose."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from inference.engine import confined
from inference.engine.confined import Outcome, read_confined, run_confined
from inference.engine.limits import MIB, ProcessLimits

PROGRAM = """
import os, signal, socket, sys, time
from inference.engine.confinement import *
from inference.engine.limits import ProcessLimits
request = take_request()
limit_process(ProcessLimits.from_json(request["limits"]))
channel = Channel()
assert forbid_network_and_programs()
def refused(act):
    try:
        act()
    except OSError as error:
        return error.errno
    return None
print("noise on standard output")
{body}
"""


def misbehave(folder: Path, body: str, **limits: Any) -> Outcome:
    (folder / "misbehaving.py").write_text(PROGRAM.replace("{body}", body))
    own = folder / "own"
    own.mkdir()
    allowed = ProcessLimits(**({"wall_seconds": 10.0, "cpu_seconds": 10} | limits))
    with pytest.MonkeyPatch.context() as patch, Path("/dev/null").open("rb") as nothing:
        environment = confined._environment(own)
        environment["PYTHONPATH"] += f":{folder}"
        patch.setattr(confined, "_environment", lambda _: environment)
        return run_confined(
            "misbehaving",
            {"limits": allowed.to_json()},
            folder=own,
            stdin=nothing.fileno(),
            limits=allowed,
        )


def said(outcome: Outcome) -> Any:
    assert outcome.ending == "exited", outcome.stderr
    return outcome.messages[0]["said"]


def test_network_programs_and_other_processes_are_out_of_reach(tmp_path: Path) -> None:
    body = """
acts = [
    lambda: socket.socket(),
    lambda: socket.socket(socket.AF_UNIX),
    lambda: os.execv("/bin/true", ["true"]),
    lambda: os.kill(os.getppid(), 0),
    lambda: os.setsid(),
]
channel.send({"said": [refused(act) for act in acts]})
"""
    assert said(misbehave(tmp_path, body)) == [1, 1, 1, 1, 1]  # EPERM


def test_the_child_sees_no_environment_and_an_empty_folder(tmp_path: Path) -> None:
    body = 'channel.send({"said": [sorted(os.environ), os.listdir("."), os.getcwd()]})'
    names, files, folder = said(misbehave(tmp_path, body))
    assert not [name for name in names if "PROXY" in name.upper() or "DATABASE" in name]
    assert files == ["stderr.txt"]
    assert folder == str(tmp_path / "own")


def test_files_and_memory_are_bounded(tmp_path: Path) -> None:
    body = """
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
def write():
    with open("big", "wb") as file:
        file.write(bytes(3 * 2**20))
try:
    bytearray(2**30)
    memory = "granted"
except MemoryError:
    memory = "refused"
channel.send({"said": [refused(write), memory]})
"""
    outcome = misbehave(tmp_path, body, written_bytes=2 * MIB, memory_bytes=512 * MIB)
    assert said(outcome) == [27, "refused"]  # EFBIG


def test_forked_children_die_with_the_child(tmp_path: Path) -> None:
    body = """
reader, writer = os.pipe()
if os.fork() == 0:
    time.sleep(60)
    os._exit(0)
channel.send({"said": "forked"})
"""
    outcome = misbehave(tmp_path, body)
    assert said(outcome) == "forked"
    assert outcome.seconds < 9


def test_a_child_that_says_no_json_is_ended(tmp_path: Path) -> None:
    body = 'os.write(channel._file.fileno(), b"\\xff not json\\n"); time.sleep(30)'
    assert misbehave(tmp_path, body).ending == "garbled"


def test_a_child_that_says_too_much_is_ended(tmp_path: Path) -> None:
    body = 'while True: os.write(channel._file.fileno(), b"x" * 65536)'
    assert misbehave(tmp_path, body).ending == "garbled"


def test_a_crash_is_told_with_its_exit_code(tmp_path: Path) -> None:
    outcome = misbehave(tmp_path, "os.abort()")
    assert (outcome.ending, outcome.exit_code) == ("crashed", -6)


def test_an_error_is_kept_in_the_tail_of_standard_error(tmp_path: Path) -> None:
    outcome = misbehave(tmp_path, 'raise RuntimeError("why it failed")')
    assert outcome.ending == "crashed"
    assert "why it failed" in outcome.stderr
    assert sys.platform == "linux"


READER = """
import os, pathlib, sys
from inference.engine.confinement import Channel, take_request
take_request()
seen = pathlib.Path({seen!r})
tries = seen.read_text() if seen.exists() else ""
seen.write_text(tries + "x")
if len(tries) < {crashes}:
    os.abort()
Channel().send({{"read": sys.stdin.read()}})
"""


@pytest.mark.parametrize(("crashes", "ending", "tries"), [(1, "exited", 2), (9, "crashed", 2)])
def test_only_a_file_that_crashes_its_reader_twice_is_blamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crashes: int, ending: str, tries: int
) -> None:
    seen, file = tmp_path / "seen", tmp_path / "file"
    file.write_text("whole")
    (tmp_path / "reader.py").write_text(READER.format(seen=str(seen), crashes=crashes))
    environment = confined._environment(tmp_path)
    environment["PYTHONPATH"] += f":{tmp_path}"
    monkeypatch.setattr(confined, "_environment", lambda _: environment)
    with file.open("rb") as opened:
        outcome = read_confined("reader", opened.fileno(), ProcessLimits())
    assert (outcome.ending, len(seen.read_text())) == (ending, tries)
    if ending == "exited":
        assert outcome.messages == [{"read": "whole"}]
