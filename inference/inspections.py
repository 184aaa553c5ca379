"""Inspections as the registry keeps them (JSON), and back. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from inference.engine.inspection import Inspection
from inference.engine.reasons import Reason
from inference.engine.tensors import TensorSpec
from inference.tables.inspection import TableInspection

JSON = dict[str, Any]


def model_findings(found: Inspection) -> JSON:
    """What `finish_inspection` keeps of a model: the checks it passed, reasons, tensors, operators."""
    return {
        "checks": model_checks(found),
        "reasons": listed(found.reasons),
        "inputs": [spec.to_json() for spec in found.inputs],
        "outputs": [spec.to_json() for spec in found.outputs],
        "operators": found.operators,
        "opset": found.opset,
        "irVersion": found.ir_version,
        "producer": found.producer,
        "nodeCount": found.node_count,
        "parameters": found.parameters,
        "nodes": found.nodes,
        "rowsIndependent": found.rows_independent,
        "runtime": found.runtime,
        "confined": found.confined,
        "seconds": round(found.seconds, 3),
        "peakMemoryBytes": found.peak_memory_bytes,
    }


def model_checks(found: Inspection) -> list[str]:
    """The checks a model file passed, in the order they are made; all of them when admitted."""
    passed = {
        "file-kind": found.opset is not None,
        "onnx-readable": found.opset is not None,
        "graph-and-weights": bool(found.operators),
        "runtime-loads": bool(found.nodes),
        "first-run": found.admitted,
        "confined-process": found.confined,
    }
    return [name for name, is_passed in passed.items() if is_passed]


def inspection_of(findings: Mapping[str, Any]) -> Inspection:
    """The parts that matching a signature needs. Raises KeyError for findings of another origin."""
    return Inspection(
        admitted=not findings["reasons"],
        inputs=tuple(TensorSpec.from_json(spec) for spec in findings["inputs"]),
        outputs=tuple(TensorSpec.from_json(spec) for spec in findings["outputs"]),
        rows_independent=findings["rowsIndependent"],
    )


def table_findings(found: TableInspection) -> JSON:
    """What `finish_inspection` keeps of a dataset; `columns` are names, `schema` says their types."""
    return {
        "checks": table_checks(found),
        "reasons": listed(found.reasons),
        "format": found.format,
        "rows": found.rows,
        "rowGroups": found.row_groups,
        "columns": [column.name for column in found.columns],
        "schema": [asdict(column) for column in found.columns],
        "confined": found.confined,
        "seconds": round(found.seconds, 3),
        "peakMemoryBytes": found.peak_memory_bytes,
    }


def table_checks(found: TableInspection) -> list[str]:
    passed = {
        "file-kind": bool(found.format),
        "size-and-columns": bool(found.columns),
        "read-through": found.admitted,
        "confined-process": found.confined,
    }
    return [name for name, is_passed in passed.items() if is_passed]


def listed(reasons: tuple[Reason, ...]) -> list[JSON]:
    return [asdict(reason) for reason in reasons]
