"""Join the rows of waiting requests into one run, and give each caller exactly its own."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

import numpy as np

from inference.engine.cancelling import Cancel
from inference.engine.outputs import check_outputs
from inference.engine.reasons import EngineError, Overloaded
from inference.engine.tensors import TensorSpec

Arrays = dict[str, Any]


class Runner(Protocol):
    """What a batcher drives; `inference.engine.sessions.Model` is one."""

    @property
    def outputs(self) -> tuple[TensorSpec, ...]: ...

    @property
    def takes_free_rows(self) -> bool: ...

    def run_unchecked(
        self,
        inputs: Mapping[str, Any],
        outputs: Sequence[str] | None = None,
        deadline: float | None = None,
        cancel: Cancel | None = None,
    ) -> Arrays: ...


@dataclass(eq=False, slots=True)
class _Request:
    inputs: Mapping[str, Any]
    outputs: tuple[str, ...] | None
    deadline: float | None
    cancel: Cancel | None
    rows: int
    kind: tuple[Any, ...]
    future: Future[Arrays] = field(default_factory=Future)

    def unwanted(self) -> EngineError | None:
        if self.future.cancelled() or (self.cancel is not None and self.cancel.is_set()):
            return EngineError("cancelled", "The request was cancelled.")
        if self.deadline is not None and time.monotonic() >= self.deadline:
            return _late()
        return None


class _NobodyWaits:
    """Set once every member of a run was cancelled or is past its deadline."""

    def __init__(self, members: Sequence[_Request]) -> None:
        self._members = members

    def is_set(self) -> bool:
        return all(member.unwanted() is not None for member in self._members)


class Batcher:
    """One dispatcher thread for one model: it takes what is queued and never waits for more.

    Only requests with the same inputs, element types, later axes and wanted outputs are
    joined, up to `max_rows` rows a run. At most `max_queued_rows` rows wait; more are refused
    with Overloaded. When a joined run fails, its members are run one by one, so that a bad row
    fails alone. Use as a context manager, or call `close`.
    """

    def __init__(self, model: Runner, max_rows: int = 64, max_queued_rows: int = 1024) -> None:
        self._model = model
        self._max_rows = max_rows if model.takes_free_rows else 1
        self._max_queued_rows = max_queued_rows
        self._queue: deque[_Request] = deque()
        self._queued_rows = 0
        self._seconds_a_row = 0.001
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._dispatch, name="batcher", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(
        self,
        inputs: Mapping[str, Any],
        outputs: Sequence[str] | None = None,
        deadline: float | None = None,
        cancel: Cancel | None = None,
    ) -> Future[Arrays]:
        """Queue one request of one or more rows; the future gets what `Model.run` would give.

        `deadline` is an instant of time.monotonic(). Raises Overloaded when the queue is full
        and EngineError (input_refused, batcher_closed) at once.
        """
        request = _request(inputs, outputs, deadline, cancel)
        with self._changed:
            if self._closed:
                raise _closed()
            if self._queue and self._queued_rows + request.rows > self._max_queued_rows:
                raise Overloaded(max(0.05, self._queued_rows * self._seconds_a_row))
            self._queue.append(request)
            self._queued_rows += request.rows
            self._changed.notify()
        return request.future

    def infer(
        self,
        inputs: Mapping[str, Any],
        outputs: Sequence[str] | None = None,
        deadline: float | None = None,
        cancel: Cancel | None = None,
    ) -> Arrays:
        """`submit` and wait, no longer than the deadline (EngineError deadline_exceeded)."""
        future = self.submit(inputs, outputs, deadline, cancel)
        timeout = None if deadline is None else max(0.0, deadline - time.monotonic())
        try:
            return future.result(timeout)
        except FutureTimeout:
            future.cancel()
            raise _late() from None

    def close(self) -> None:
        """End the dispatcher after the run in progress; what still waits is refused."""
        with self._changed:
            self._closed = True
            waiting, self._queue = list(self._queue), deque()
            self._changed.notify()
        for request in waiting:
            if request.future.set_running_or_notify_cancel():
                _fail(request, _closed())
        self._thread.join()

    def _dispatch(self) -> None:
        while (members := self._next_members()) is not None:
            wanted = []
            for member in members:
                # From here on the caller cannot cancel the future under our hands.
                if not member.future.set_running_or_notify_cancel():
                    continue
                if (error := member.unwanted()) is None:
                    wanted.append(member)
                else:
                    _fail(member, error)
            if wanted:
                self._run(wanted)

    def _next_members(self) -> list[_Request] | None:
        """The oldest request and all that can join it, in order; None once closed."""
        with self._changed:
            while not self._queue and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            members, rows, left = [self._queue.popleft()], 0, deque[_Request]()
            rows = members[0].rows
            while self._queue and rows < self._max_rows:
                request = self._queue.popleft()
                if request.kind == members[0].kind and rows + request.rows <= self._max_rows:
                    members.append(request)
                    rows += request.rows
                else:
                    left.append(request)
            self._queue.extendleft(reversed(left))
            self._queued_rows -= rows
            return members

    def _run(self, members: Sequence[_Request]) -> None:
        started = time.monotonic()
        rows = sum(member.rows for member in members)
        try:
            parts = self._parts(members, rows)
        except Exception as error:  # noqa: BLE001 - the dispatcher must outlive any request
            self._run_failed(members, error)
            return
        self._seconds_a_row += 0.1 * ((time.monotonic() - started) / rows - self._seconds_a_row)
        for member, part in zip(members, parts, strict=True):
            self._answer(member, part)

    def _run_failed(self, members: Sequence[_Request], error: Exception) -> None:
        if len(members) == 1:
            _fail(members[0], members[0].unwanted() or error)
            return
        for member in members:
            if (unwanted := member.unwanted()) is not None:
                _fail(member, unwanted)
            else:
                self._run([member])

    def _parts(self, members: Sequence[_Request], rows: int) -> list[Arrays]:
        """Each member's part of one joined run. Raises where the answer cannot be divided."""
        first = members[0]
        inputs = first.inputs
        if len(members) > 1:
            inputs = {
                name: np.concatenate([m.inputs[name] for m in members]) for name in first.inputs
            }
        deadlines = [member.deadline for member in members]
        timed = [deadline for deadline in deadlines if deadline is not None]
        deadline = max(timed) if len(timed) == len(members) else None
        watch = any(m.cancel is not None for m in members)
        cancel = _NobodyWaits(members) if watch else None
        answer = self._model.run_unchecked(inputs, first.outputs, deadline, cancel)
        if len(members) == 1:
            return [answer]
        if any(value.shape[:1] != (rows,) for value in answer.values()):
            raise EngineError("output_wrong_length", "The model did not answer row by row.")
        parts, start = [], 0
        for member in members:
            stop = start + member.rows
            parts.append({name: value[start:stop].copy() for name, value in answer.items()})
            start = stop
        return parts

    def _answer(self, member: _Request, part: Arrays) -> None:
        try:
            if (error := member.unwanted()) is not None:
                raise error
            rows = member.rows if self._model.takes_free_rows else None
            check_outputs(part, rows, self._model.outputs)
        except EngineError as error:
            _fail(member, error)
        else:
            member.future.set_result(part)


def _request(
    inputs: Mapping[str, Any],
    outputs: Sequence[str] | None,
    deadline: float | None,
    cancel: Cancel | None,
) -> _Request:
    lengths = {value.shape[0] for value in inputs.values() if value.ndim > 0}
    if len(lengths) != 1 or lengths == {0}:
        sentence = "Send the same number of rows, at least one, for every input."
        raise EngineError("input_refused", sentence)
    wanted = None if outputs is None else tuple(outputs)
    kind = (
        wanted,
        tuple(sorted((n, v.dtype.str, v.shape[1:], v.ndim) for n, v in inputs.items())),
    )
    return _Request(inputs, wanted, deadline, cancel, lengths.pop(), kind)


def _fail(request: _Request, error: Exception) -> None:
    request.future.set_exception(error)


def _late() -> EngineError:
    sentence = "The request was not answered before its deadline. Allow more time or ask later."
    return EngineError("deadline_exceeded", sentence)


def _closed() -> EngineError:
    return EngineError("batcher_closed", "The model is being unloaded. Ask again.")
