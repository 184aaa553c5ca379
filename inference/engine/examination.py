"""Open, check and first run an uploaded model. Only ever called in a confined process."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from inference.engine.first_run import FirstRun, first_run
from inference.engine.limits import Limits
from inference.engine.reasons import Reason, printable
from inference.engine.static_checks import (
    checker_reasons,
    inferred_shape_reasons,
    operator_counts,
    parameter_count,
    static_reasons,
    weight_reasons,
)

Message = dict[str, Any]


def examine(data: bytes, limits: Limits, confined: bool, send: Callable[[Message], None]) -> None:
    """Send what is found in the model file `data`: once before it is run, once after.

    The first message is all the parent has if the run is killed.
    """
    answer: Message = {"kind": "answer", "confined": confined}
    answer["digest"] = hashlib.sha256(data).hexdigest()
    try:
        model = onnx.ModelProto.FromString(data)
    except DecodeError:
        send(answer | {"reasons": [_as_json(_UNREADABLE)]})
        return
    answer |= _described(model)
    reasons = _static(model, limits)
    answer["reasons"] = [_as_json(reason) for reason in reasons]
    if reasons:
        send(answer)
        return
    answer["operators"] = operator_counts(model)
    answer["parameters"] = parameter_count(model)
    send(answer | {"kind": "described"})
    send(answer | _run_answer(first_run(model, data, answer["digest"])))


def _static(model: onnx.ModelProto, limits: Limits) -> list[Reason]:
    """The cheap checks first; the later ones may trust what the earlier ones let through."""
    return (
        static_reasons(model, limits)
        or weight_reasons(model)
        or checker_reasons(model)
        or inferred_shape_reasons(model, limits)
    )


def _described(model: Any) -> dict[str, Any]:
    standard = [o.version for o in model.opset_import if o.domain in ("", "ai.onnx")]
    return {
        "opset": max(standard, default=0),
        "ir_version": int(model.ir_version),
        "producer": printable(f"{model.producer_name} {model.producer_version}".strip(), 200),
        "node_count": len(model.graph.node),
    }


def _run_answer(result: FirstRun) -> dict[str, Any]:
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
