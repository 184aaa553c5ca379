"""What a child process does to itself before it touches an untrusted file.

Resource limits come first, before any heavy import; the system-call filter comes after the
imports and before the file is read.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import resource
import signal
import struct
import sys
from pathlib import Path
from typing import Any

from inference.engine.limits import ProcessLimits

REQUEST_NAME = "request.json"

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_SET_MODE_FILTER, _ALL_THREADS = 1, 1
_ALLOW = 0x7FFF0000
_REFUSE_EPERM = 0x00050000 | 1
_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_X32_CALLS = 0x40000000
_ARCHITECTURE_AT, _NUMBER_AT, _FIRST_ARGUMENT_AT = 4, 0, 16
_AF_UNIX = 1

# Audit architecture; calls always refused; socket; tgkill; seccomp. Numbers: Linux's syscall tables.
# Refused: network, new programs, leaving the process group, signals and memory of other
# processes, mounts and namespaces, bpf, io_uring (which would pass by this filter), key rings.
_CALLS: dict[str, tuple[int, tuple[int, ...], int, int, int]] = {
    "x86_64": (
        0xC000003E,
        (
            *(42, 43, 49, 50, 59, 62, 101, 109, 112, 129, 165, 200, 248, 249, 250, 272, 288),
            *(297, 308, 310, 311, 321, 322, 424, 425, 426, 427),
        ),
        41,
        234,
        317,
    ),
    "aarch64": (
        0xC00000B7,
        (
            *(40, 97, 117, 129, 130, 138, 154, 157, 200, 201, 202, 203, 217, 218, 219, 221, 240),
            *(242, 268, 270, 271, 280, 281, 424, 425, 426, 427),
        ),
        198,
        131,
        277,
    ),
}


def take_request() -> dict[str, Any]:
    """Read and remove the parent's request, leaving the working folder empty."""
    path = Path(REQUEST_NAME)
    request: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    path.unlink()
    return request


def limit_process(limits: ProcessLimits, *, limit_addresses: bool = True) -> None:
    """Set this process's resource limits; it dies with its parent and leaves no core file."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, limits.cpu_seconds)
    _limit(resource.RLIMIT_FSIZE, limits.written_bytes)
    _limit(resource.RLIMIT_NOFILE, limits.open_files)
    if limit_addresses:
        _limit(resource.RLIMIT_AS, limits.memory_bytes)


def forbid_network_and_programs(*, unix_sockets: bool = False) -> bool:
    """Refuse (EPERM) sockets, new programs and reaching other processes from now on.

    `unix_sockets` leaves local sockets open, which the CUDA driver uses. Returns False where
    the platform has no system-call filter; the caller reports that.
    """
    table = _CALLS.get(platform.machine())
    if sys.platform != "linux" or table is None:
        return False
    architecture, refused, socket, tgkill, seccomp = table
    program = _program(architecture, refused, socket, tgkill, unix_sockets=unix_sockets)
    if not _prctl(_PR_SET_NO_NEW_PRIVS, 1):
        return False
    return _install(seccomp, program)


class Channel:
    """Where a child writes its answers: JSON lines on what was its standard output.

    Standard output itself is joined to standard error, so that a library that prints cannot
    spoil an answer.
    """

    def __init__(self) -> None:
        self._file = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)

    def send(self, message: dict[str, Any]) -> None:
        message = message | {"peak_memory_bytes": peak_memory_bytes(os.getpid())}
        self._file.write(json.dumps(message) + "\n")
        self._file.flush()


def peak_memory_bytes(pid: int) -> int:
    """Peak resident size of a process since it began its program; 0 where it is not known.

    Not getrusage: its figure starts from that of the process that forked.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    lines = (line.split() for line in status.splitlines() if line.startswith("VmHWM:"))
    return next((int(fields[1]) * 1024 for fields in lines), 0)


def _limit(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (allowed, allowed))


def _prctl(option: int, argument: int) -> bool:
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return int(libc.prctl(option, argument, 0, 0, 0)) == 0


def _install(seccomp: int, program: bytes) -> bool:
    class Filter(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("program", ctypes.c_void_p)]

    buffer = ctypes.create_string_buffer(program, len(program))
    filter_ = Filter(len(program) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    # Threads that libraries started while they were imported are put under the filter too.
    done = libc.syscall(seccomp, _SET_MODE_FILTER, _ALL_THREADS, ctypes.byref(filter_))
    return int(done) == 0


def _program(
    architecture: int, refused: tuple[int, ...], socket: int, tgkill: int, *, unix_sockets: bool
) -> bytes:
    """A classic BPF program over `struct seccomp_data` (Linux, seccomp_filter)."""
    steps = [
        _step(_LOAD, _ARCHITECTURE_AT),
        _step(_JUMP_IF_EQUAL, architecture, 1, 0),
        _step(_RETURN, _REFUSE_EPERM),
        _step(_LOAD, _NUMBER_AT),
        _step(_JUMP_IF_LEAST, _X32_CALLS, 0, 1),
        _step(_RETURN, _REFUSE_EPERM),
    ]
    for number in refused:
        steps += [_step(_JUMP_IF_EQUAL, number, 0, 1), _step(_RETURN, _REFUSE_EPERM)]
    steps += _only_with_first_argument(tgkill, os.getpid())
    # No process asks for family 0xFFFF, so this refuses every socket.
    steps += _only_with_first_argument(socket, _AF_UNIX if unix_sockets else 0xFFFF)
    return b"".join([*steps, _step(_RETURN, _ALLOW)])


def _only_with_first_argument(number: int, argument: int) -> list[bytes]:
    return [
        _step(_JUMP_IF_EQUAL, number, 0, 4),
        _step(_LOAD, _FIRST_ARGUMENT_AT),
        _step(_JUMP_IF_EQUAL, argument, 0, 1),
        _step(_RETURN, _ALLOW),
        _step(_RETURN, _REFUSE_EPERM),
    ]


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)
