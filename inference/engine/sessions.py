"""Load a model by its digest and run it: no silent fallback, no unchecked answer."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as runtime

from inference.engine import watchdog as watching
from inference.engine.cancelling import Cancel
from inference.engine.outputs import check_outputs
from inference.engine.probes import probe_inputs
from inference.engine.providers import (
    Choice,
    ProviderPolicy,
    assigned_nodes,
    choose_providers,
    refusal_of_assignment,
    runtime_providers,
    session_options,
)
from inference.engine.reasons import EngineError, printable
from inference.engine.tensors import TensorSpec

Arrays = dict[str, Any]

# ONNX Runtime's errors share no base class of their own.
RUNTIME_ERRORS: tuple[type[Exception], ...] = (
    RuntimeError,
    ValueError,
    TypeError,
    *(e for e in vars(runtime).values() if isinstance(e, type) and issubclass(e, Exception)),
)


class Model:
    """A loaded model. Thread-safe: `run` may be called from many threads at once.

    Make it after a fork, never before: the runtime's threads do not survive one.
    """

    def __init__(self, session: ort.InferenceSession, digest: str, policy: ProviderPolicy) -> None:
        self._session = session
        self.digest = digest
        self.policy = policy
        self.inputs = tuple(TensorSpec.from_runtime(arg) for arg in session.get_inputs())
        self.outputs = tuple(TensorSpec.from_runtime(arg) for arg in session.get_outputs())
        self.provider = str(session.get_providers()[0])
        self.passed_over: str | None = None
        self.load_seconds = 0.0
        self.chunk_rows: int | None = None
        self._output_names = [spec.name for spec in self.outputs]
        self._nodes = assigned_nodes(session)

    def nodes_per_provider(self) -> dict[str, int]:
        """Nodes of the optimized graph per provider, read from the runtime's own assignment."""
        return dict(self._nodes)

    @property
    def takes_free_rows(self) -> bool:
        """True where rows of several requests can be joined into one run."""
        specs = (*self.inputs, *self.outputs)
        return bool(self.inputs) and all(s.is_tensor and s.has_free_rows for s in specs)

    def run(
        self,
        inputs: Mapping[str, Any],
        outputs: Sequence[str] | None = None,
        deadline: float | None = None,
        cancel: Cancel | None = None,
    ) -> Arrays:
        """Run once and check the answer: named outputs, each an array of the right length.

        `inputs` are arrays of the declared types and shapes. `deadline` is an instant of
        time.monotonic(); a run past it, or whose `cancel` is set, is ended. Raises EngineError:
        input_refused, run_failed, deadline_exceeded, cancelled, output_unknown,
        scores_not_finite, output_wrong_length.
        """
        answer = self.run_unchecked(inputs, outputs, deadline, cancel)
        check_outputs(answer, self._row_count(inputs), self.outputs)
        return answer

    def run_unchecked(
        self,
        inputs: Mapping[str, Any],
        outputs: Sequence[str] | None = None,
        deadline: float | None = None,
        cancel: Cancel | None = None,
    ) -> Arrays:
        """As `run`, without looking at the answer; for callers that check each part."""
        names = self._output_names if outputs is None else list(outputs)
        if outputs is not None and not set(names) <= set(self._output_names):
            present = ", ".join(printable(name) for name in self._output_names)
            raise EngineError("output_unknown", f"Ask for outputs among: {present}.")
        if deadline is None and cancel is None:
            values = self._run(names, inputs, None)
        else:
            values = self._run_watched(names, inputs, deadline, cancel)
        return dict(zip(names, values, strict=True))

    def warm_up(self) -> bool:
        """One run on a made-up row, so that the first real one is not slow.

        False where the model refuses the made-up row (a text column with fixed categories):
        that says nothing against the model.
        """
        try:
            self.run_unchecked(probe_inputs(self.inputs, rows=1))
        except EngineError:
            return False
        return True

    def _run(self, names: list[str], inputs: Mapping[str, Any], options: Any) -> list[Any]:
        try:
            values: list[Any] = self._session.run(names, inputs, options)
        except RUNTIME_ERRORS as error:
            raise _run_error(error) from error
        return values

    def _run_watched(
        self,
        names: list[str],
        inputs: Mapping[str, Any],
        deadline: float | None,
        cancel: Cancel | None,
    ) -> list[Any]:
        options = ort.RunOptions()
        options.log_severity_level = 4
        watched = watching.Watched(options, deadline, cancel)
        if (already := watched.verdict(time.monotonic())) is not None:
            raise _ended(already)
        watching.watchdog.watch(watched)
        try:
            return self._run(names, inputs, options)
        except EngineError:
            if watched.ended is not None:
                raise _ended(watched.ended) from None
            raise
        finally:
            watching.watchdog.forget(watched)

    def _row_count(self, inputs: Mapping[str, Any]) -> int | None:
        if not self.takes_free_rows:
            return None
        counts = {len(inputs[spec.name]) for spec in self.inputs if spec.name in inputs}
        return counts.pop() if len(counts) == 1 else None


def open_model(path: Path, digest: str, policy: ProviderPolicy | None = None) -> Model:
    """Load the file at `path` if its bytes have the SHA-256 `digest` (hex, "sha256:" allowed).

    The file is read once; the bytes that were hashed are the bytes that are loaded. Raises
    EngineError: file_unreadable, digest_mismatch, provider_unknown, provider_unavailable,
    provider_not_used, model_refused.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise EngineError("file_unreadable", f"The model file: {error.strerror}.") from error
    with os.fdopen(descriptor, "rb") as file:
        data = file.read()
    return load_model(data, digest, policy)


def load_model(
    data: bytes, digest: str, policy: ProviderPolicy | None = None, *, warm_up: bool = True
) -> Model:
    """As `open_model`, from bytes already read."""
    policy = policy or ProviderPolicy()
    found = hashlib.sha256(data).hexdigest()
    if found != digest.removeprefix("sha256:"):
        sentence = f"The model file has digest {found}, not {digest}; it was changed. Not loaded."
        raise EngineError("digest_mismatch", sentence)
    started = time.perf_counter()
    model = _placed(data, found, policy)
    if warm_up:
        model.warm_up()
    model.load_seconds = time.perf_counter() - started
    return model


def _placed(data: bytes, digest: str, policy: ProviderPolicy) -> Model:
    choice = choose_providers(policy)
    model = _session(data, digest, choice, policy)
    wanted = choice.names[0]
    refusal = refusal_of_assignment(
        wanted, model._session.get_providers(), model.nodes_per_provider(), policy
    )
    if refusal is None:
        model.passed_over = choice.passed_over
        return model
    rest = tuple(name for name in policy.providers if name != wanted and name in choice.names)
    if policy.mode == "require" or not rest:
        sentence = f"{refusal}. Allow another provider or mend the device."
        raise EngineError("provider_not_used", sentence)
    model = _session(data, digest, Choice(rest, None), policy)
    model.passed_over = refusal
    return model


def _session(data: bytes, digest: str, choice: Choice, policy: ProviderPolicy) -> Model:
    try:
        session = ort.InferenceSession(
            data,
            session_options(policy),
            providers=runtime_providers(choice, policy),
            enable_fallback=0,
            read_config_from_model=0,
        )
        return Model(session, digest, policy)
    except RUNTIME_ERRORS as error:
        why = printable(error, 300)
        sentence = f"ONNX Runtime refuses this model ({why}). Export it again."
        raise EngineError("model_refused", sentence) from error


def _run_error(error: Exception) -> EngineError:
    refused = isinstance(error, (runtime.InvalidArgument, ValueError, TypeError))
    code = "input_refused" if refused else "run_failed"
    what = "does not take this input" if refused else "failed while running"
    return EngineError(code, f"The model {what} ({printable(error, 300)}).")


def _ended(why: str) -> EngineError:
    if why == "cancelled":
        return EngineError(why, "The run was ended because it was no longer wanted.")
    return EngineError(
        why, "The run was ended at its deadline. Allow more time or send fewer rows."
    )
