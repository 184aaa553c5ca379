"""Inspect an uploaded model file. The file is hostile: only a confined child opens it."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Self

from inference.engine.cancelling import Cancel
from inference.engine.confined import Message, Outcome, read_confined
from inference.engine.file_kind import HEAD_BYTES, refuse_other_formats
from inference.engine.limits import Limits
from inference.engine.reasons import Reason, printable
from inference.engine.tensors import TensorSpec

_MOST_REASONS = 20


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is known of a model file. `admitted` only when nothing speaks against it.

    `digest` is SHA-256 in hex (None when the file was not read). `operators` counts
    "domain::operator"; `nodes` counts nodes per execution provider as the runtime assigned
    them; `parameters` counts constants and the weights of trees. `rows_independent` is False
    where a row's answer depends on the other rows of its batch. `confined` tells whether the
    system-call filter was in force. Seconds are wall time; memory is the child's peak, bytes.
    """

    admitted: bool
    digest: str | None = None
    size: int = 0
    reasons: tuple[Reason, ...] = ()
    opset: int | None = None
    ir_version: int | None = None
    producer: str = ""
    inputs: tuple[TensorSpec, ...] = ()
    outputs: tuple[TensorSpec, ...] = ()
    operators: dict[str, int] = field(default_factory=dict)
    node_count: int = 0
    parameters: int = 0
    nodes: dict[str, int] = field(default_factory=dict)
    rows_independent: bool | None = None
    runtime: dict[str, str] = field(default_factory=dict)
    confined: bool = False
    seconds: float = 0.0
    peak_memory_bytes: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain values, as `from_json` takes them."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(
            **(
                data
                | {
                    "reasons": tuple(Reason(**reason) for reason in data["reasons"]),
                    "inputs": tuple(TensorSpec.from_json(spec) for spec in data["inputs"]),
                    "outputs": tuple(TensorSpec.from_json(spec) for spec in data["outputs"]),
                }
            )
        )


def inspect_model(
    path: Path, limits: Limits | None = None, cancel: Cancel | None = None
) -> Inspection:
    """Say whether the file at `path` may be admitted, and what it is. Never raises for a file.

    The child that opens the file is killed at the limits; a killed or crashed child is a
    refusal with its reason.
    """
    limits = limits or Limits()
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        return _refused("file_unreadable", f"The file cannot be opened: {error.strerror}.")
    try:
        return _inspect(descriptor, limits, cancel)
    except OSError as error:
        return _refused("file_unreadable", f"The file cannot be inspected: {error.strerror}.")
    finally:
        os.close(descriptor)


def _inspect(descriptor: int, limits: Limits, cancel: Cancel | None) -> Inspection:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        return _refused("file_unreadable", "This is no ordinary file. Upload an .onnx file.")
    size = status.st_size
    if size == 0:
        return _refused("not_onnx", "The file is empty. Upload the model again.")
    if size > limits.file_bytes:
        sentence = f"The file has {size} bytes; at most {limits.file_bytes} are admitted."
        return _refused("file_too_large", sentence, size=size)
    digest = _digest(descriptor)
    other = refuse_other_formats(os.pread(descriptor, HEAD_BYTES, 0))
    if other is not None:
        return _refused(other.code, other.sentence, digest=digest, size=size)
    outcome = read_confined("inference.engine.child_inspect", descriptor, limits, cancel)
    return _judged(outcome, digest, size, limits)


def _judged(outcome: Outcome, digest: str, size: int, limits: Limits) -> Inspection:
    said = outcome.messages[-1] if outcome.messages else {}
    try:
        inspection = _from_message(said, digest, size, outcome)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return _refused("inspection_failed", _GARBLED, digest=digest, size=size)
    reasons = list(inspection.reasons)
    if said.get("digest", digest) != digest:
        reasons.insert(0, Reason("file_changed", "The file changed while it was read. Try again."))
    if outcome.ending != "exited":
        reasons.insert(0, _ending_reason(outcome, bool(said), limits))
    if not reasons and said.get("kind") != "answer":
        reasons.append(Reason("inspection_failed", _GARBLED))
    changes = {"reasons": tuple(reasons[:_MOST_REASONS]), "admitted": not reasons}
    return Inspection(**(_shallow(inspection) | changes))


def _from_message(said: Message, digest: str, size: int, outcome: Outcome) -> Inspection:
    """Take nothing from the child that has another type or length than expected."""
    independent = said.get("rows_independent")
    return Inspection(
        admitted=False,
        digest=digest,
        size=size,
        reasons=tuple(
            Reason(printable(r["code"], 64), printable(r["sentence"], 800))
            for r in said.get("reasons", [])
        ),
        opset=int(said["opset"]) if "opset" in said else None,
        ir_version=int(said["ir_version"]) if "ir_version" in said else None,
        producer=printable(said.get("producer", ""), 200),
        inputs=tuple(TensorSpec.from_json(spec) for spec in said.get("inputs", [])),
        outputs=tuple(TensorSpec.from_json(spec) for spec in said.get("outputs", [])),
        operators=_counts(said.get("operators", {})),
        node_count=int(said.get("node_count", 0)),
        parameters=int(said.get("parameters", 0)),
        nodes=_counts(said.get("nodes", {})),
        rows_independent=independent if isinstance(independent, bool) else None,
        runtime=runtime_versions(),
        confined=said.get("confined") is True,
        seconds=outcome.seconds,
        peak_memory_bytes=outcome.peak_memory_bytes,
    )


def runtime_versions() -> dict[str, str]:
    """Versions of the packages an inspection relies on, read from their metadata."""
    found = {}
    for name in ("onnx", "onnxruntime", "onnxruntime-gpu", "numpy"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _ending_reason(outcome: Outcome, was_described: bool, limits: Limits) -> Reason:
    when = "while it was run for the first time" if was_described else "while it was read"
    sentences = {
        "out_of_time": f"The model was ended {when}: it used more than {limits.wall_seconds:g} s "
        f"of time or {limits.cpu_seconds} s of processor. It may loop without end; check it.",
        "out_of_memory": f"The model was ended {when}: it asked for more than "
        f"{limits.memory_bytes // 2**20} MiB of memory. Check its shapes.",
        "crashed": f"The reader or the runtime crashed {when} (exit {outcome.exit_code}). The "
        "file is damaged or made to do harm. Export it again.",
        "cancelled": "The inspection was cancelled. Start it again.",
        "garbled": _GARBLED,
    }
    return Reason(f"inspection_{outcome.ending}", sentences[outcome.ending])


def _counts(data: Any) -> dict[str, int]:
    return {printable(name): int(count) for name, count in list(data.items())[:1000]}


def _shallow(inspection: Inspection) -> dict[str, Any]:
    return {name: getattr(inspection, name) for name in Inspection.__slots__}


def _digest(descriptor: int) -> str:
    with os.fdopen(os.dup(descriptor), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refused(code: str, sentence: str, digest: str | None = None, size: int = 0) -> Inspection:
    reason = Reason(code, sentence)
    return Inspection(
        admitted=False,
        digest=digest,
        size=size,
        reasons=(reason,),
        runtime=runtime_versions(),
    )


_GARBLED = "The inspection gave no readable answer. The file is damaged or made to do harm."
