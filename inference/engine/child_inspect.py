"""The confined program that opens an uploaded model: limits itself, reads it once, answers."""

from __future__ import annotations

import hashlib
import os
from typing import Any

from inference.engine.confinement import (
    Channel,
    forbid_network_and_programs,
    limit_process,
    take_request,
)
from inference.engine.limits import Limits
from inference.engine.reasons import Reason, printable


def main() -> None:
    limits = Limits.from_json(take_request())
    limit_process(limits)
    channel = Channel()
    # Only now: what is imported must already be under the limits, and before the filter.
    import onnx
    from google.protobuf.message import DecodeError

    from inference.engine import first_run, static_checks

    answer: dict[str, Any] = {"kind": "answer", "confined": forbid_network_and_programs()}
    with os.fdopen(0, "rb", closefd=False) as file:
        data = file.read(limits.file_bytes + 1)
    answer["digest"] = hashlib.sha256(data).hexdigest()
    try:
        model = onnx.ModelProto.FromString(data)
    except DecodeError:
        channel.send(answer | {"reasons": [_as_json(_UNREADABLE)]})
        return
    answer |= _described(model)
    reasons = static_checks.static_reasons(model, limits)
    if not reasons:
        reasons = (
            static_checks.weight_reasons(model)
            or static_checks.checker_reasons(model)
            or static_checks.inferred_shape_reasons(model, limits)
        )
    answer["reasons"] = [_as_json(reason) for reason in reasons]
    if reasons:
        channel.send(answer)
        return
    answer["operators"] = static_checks.operator_counts(model)
    answer["parameters"] = static_checks.parameter_count(model)
    # Sent before the run too: if the run is killed, the parent still knows what it was.
    channel.send(answer | {"kind": "described"})
    result = first_run.first_run(model, data, answer["digest"])
    channel.send(answer | _run_answer(result))


def _described(model: Any) -> dict[str, Any]:
    standard = [o.version for o in model.opset_import if o.domain in ("", "ai.onnx")]
    return {
        "opset": max(standard, default=0),
        "ir_version": int(model.ir_version),
        "producer": printable(f"{model.producer_name} {model.producer_version}".strip(), 200),
        "node_count": len(model.graph.node),
    }


def _run_answer(result: Any) -> dict[str, Any]:
    return {
        "reasons": [_as_json(reason) for reason in result.reasons],
        "inputs": [spec.to_json() for spec in result.inputs],
        "outputs": [spec.to_json() for spec in result.outputs],
        "nodes": result.nodes,
        "rows_independent": result.rows_independent,
    }


def _as_json(reason: Reason) -> dict[str, str]:
    return {"code": reason.code, "sentence": reason.sentence}


_UNREADABLE = Reason(
    "not_onnx",
    "This file cannot be read as an ONNX model: it is another format, damaged, cut short, or "
    "nested too deep. Export the model again, check that onnx.load opens it, and upload it.",
)


if __name__ == "__main__":
    main()
