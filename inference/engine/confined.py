"""Run one of the engine's child programs in a killable, limited process and hear it out."""

from __future__ import annotations

import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from inference.engine.cancelling import Cancel
from inference.engine.confinement import REQUEST_NAME, peak_memory_bytes
from inference.engine.limits import ProcessLimits

Ending = Literal["exited", "crashed", "out_of_time", "out_of_memory", "cancelled", "garbled"]
Message = dict[str, Any]
log = logging.getLogger(__name__)

_TICK_SECONDS = 0.05
_LINE_BYTES = 4 * 1024 * 1024
_STDERR_BYTES = 4096


@dataclass(slots=True)
class Outcome:
    """How a confined process ended. Times in seconds; memory is the peak resident size, bytes."""

    ending: Ending = "exited"
    messages: list[Message] = field(default_factory=list)
    exit_code: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0
    stderr: str = ""


def read_confined(
    module: str, descriptor: int, limits: ProcessLimits, cancel: Cancel | None = None
) -> Outcome:
    """Run a reader on an open file, from its start, in a private folder.

    A crash is tried once more: a machine that is short of threads or memory ends a reader, too, and
    only a file that crashes it twice may be blamed.
    """
    for is_last in (False, True):
        with tempfile.TemporaryDirectory(prefix="inspect-", ignore_cleanup_errors=True) as folder:
            os.lseek(descriptor, 0, os.SEEK_SET)
            outcome = run_confined(
                module,
                limits.to_json(),
                folder=Path(folder),
                stdin=descriptor,
                limits=limits,
                cancel=cancel,
            )
        if outcome.ending != "crashed" or is_last:
            break
        log.warning(
            "%s crashed (exit %d), once more: %s", module, outcome.exit_code, outcome.stderr
        )
    return outcome


def run_confined(
    module: str,
    request: Message,
    *,
    folder: Path,
    stdin: int,
    limits: ProcessLimits,
    pass_fds: Sequence[int] = (),
    on_message: Callable[[Message], None] | None = None,
    cancel: Cancel | None = None,
) -> Outcome:
    """Run `python -m module` in `folder` (private, empty) and collect its JSON lines.

    The child is killed, with everything it started, at the wall-clock limit, when its
    resident memory passes the limit, on `cancel`, and when what it says is no JSON object.
    `on_message` sees each message as it comes; what it raises ends the child and is raised.
    """
    (folder / REQUEST_NAME).write_text(json.dumps(request), encoding="utf-8")
    pipe, child_end = os.pipe()
    try:
        with (folder / "stderr.txt").open("w+b") as errors:
            process = subprocess.Popen(
                [sys.executable, "-s", "-P", "-m", module],
                stdin=stdin,
                stdout=child_end,
                stderr=errors,
                cwd=folder,
                env=_environment(folder),
                pass_fds=pass_fds,
                start_new_session=True,
            )
            os.close(child_end)
            child_end = -1
            outcome = _Listener(process, pipe, limits, on_message, cancel).listen()
            outcome.stderr = _tail(errors.fileno())
    finally:
        os.close(pipe)
        if child_end >= 0:
            os.close(child_end)
    return outcome


class _Listener:
    def __init__(
        self,
        process: subprocess.Popen[bytes],
        pipe: int,
        limits: ProcessLimits,
        on_message: Callable[[Message], None] | None,
        cancel: Cancel | None,
    ) -> None:
        self._process, self._pipe = process, pipe
        self._limits = limits
        self._on_message = on_message
        self._cancel = cancel
        self._started = time.monotonic()
        self._buffer = b""
        self._outcome = Outcome()

    def listen(self) -> Outcome:
        os.set_blocking(self._pipe, False)
        try:
            self._until_ended()
        finally:
            self._bury()
        self._read()
        return self._judged()

    def _until_ended(self) -> None:
        ended = os.pidfd_open(self._process.pid)
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(ended, selectors.EVENT_READ)
                selector.register(self._pipe, selectors.EVENT_READ)
                while self._outcome.ending == "exited":
                    ready = {key.fd for key, _ in selector.select(_TICK_SECONDS)}
                    if self._pipe in ready and self._read():
                        selector.unregister(self._pipe)
                    if ended in ready:
                        return
                    self._check()
        finally:
            os.close(ended)

    def _read(self) -> bool:
        """Take in what there is; True at the end of the pipe."""
        while self._outcome.ending != "garbled":
            try:
                data = os.read(self._pipe, 65536)
            except BlockingIOError:
                return False
            if not data:
                return True
            self._take(data)
        return True

    def _take(self, data: bytes) -> None:
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        for line in lines:
            message = _parsed(line)
            if message is None:
                self._outcome.ending = "garbled"
                return
            self._keep(message)
        if len(self._buffer) > _LINE_BYTES:
            self._outcome.ending = "garbled"

    def _keep(self, message: Message) -> None:
        self._see_memory(message.pop("peak_memory_bytes", None))
        if message.get("kind") != "progress":
            self._outcome.messages.append(message)
        if len(self._outcome.messages) > 8:
            self._outcome.ending = "garbled"
        elif self._on_message is not None:
            self._on_message(message)

    def _check(self) -> None:
        if time.monotonic() - self._started > self._limits.wall_seconds:
            self._outcome.ending = "out_of_time"
        elif self._cancel is not None and self._cancel.is_set():
            self._outcome.ending = "cancelled"
        else:
            self._see_memory(peak_memory_bytes(self._process.pid))

    def _see_memory(self, peak: Any) -> None:
        if not isinstance(peak, int):
            return
        self._outcome.peak_memory_bytes = max(self._outcome.peak_memory_bytes, peak)
        if self._outcome.peak_memory_bytes > self._limits.memory_bytes:
            self._outcome.ending = "out_of_memory"

    def _bury(self) -> None:
        # Until it is waited for, the dead child keeps its id, so the group cannot be a stranger's.
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            self._process.kill()
        _, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self._outcome.exit_code = self._process.returncode
        self._outcome.cpu_seconds = usage.ru_utime + usage.ru_stime
        self._outcome.seconds = time.monotonic() - self._started

    def _judged(self) -> Outcome:
        outcome = self._outcome
        if outcome.ending != "exited" or outcome.exit_code == 0:
            return outcome
        if outcome.exit_code not in (-signal.SIGXCPU, -signal.SIGKILL):
            outcome.ending = "crashed"
            return outcome
        # Killed, and not by us: by the processor limit, else by the kernel for want of memory.
        out_of_cpu = outcome.cpu_seconds >= self._limits.cpu_seconds - 1
        outcome.ending = "out_of_time" if out_of_cpu else "out_of_memory"
        return outcome


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of ours: no secrets, no proxies. Only where libraries and devices are."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


_KEPT_VARIABLES = ("LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES")


def _parsed(line: bytes) -> Message | None:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None


def _tail(descriptor: int) -> str:
    size = os.fstat(descriptor).st_size
    data = os.pread(descriptor, _STDERR_BYTES, max(0, size - _STDERR_BYTES))
    return data.decode("utf-8", "replace")
