"""What a pipeline hands in, checked before anything is written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from governance.audit import canonical
from governance.identity.errors import InvalidInput

SHA256 = re.compile(r"[0-9a-f]{64}")
DTYPES = {"float", "int", "string", "bool"}
TASKS = {"binary", "multiclass", "regression"}
SIGNATURE_KEYS = {
    "task",
    "columns",
    "score",
    "positive",
    "positive_label",
    "label",
    "label_column",
    "classes",
    "protected",
    "decision",
}


def check_digests(digests: Sequence[str], pointer: str) -> list[str]:
    for position, digest in enumerate(digests):
        if not SHA256.fullmatch(digest):
            raise InvalidInput(
                "digest",
                "Give each dataset by the sha256 of its file: 64 lower-case hex digits.",
                f"{pointer}/{position}",
            )
    return list(digests)


def check_signature(signature: Mapping[str, Any], inspection: Mapping[str, Any]) -> None:
    """Raises InvalidInput where the signature is malformed or names tensors the file does not have."""
    missing = sorted({"task", "columns", "score"} - set(signature))
    unknown = sorted(set(signature) - SIGNATURE_KEYS)
    if missing or unknown:
        raise refused(f"Missing: {missing}. Unknown: {unknown}.")
    if signature["task"] not in TASKS:
        raise refused(f"'task' must be one of {sorted(TASKS)}.", "/task")
    check_columns(signature["columns"])
    check_tensors(signature, inspection)
    try:
        canonical.dumps(dict(signature))
    except (ValueError, TypeError) as error:
        raise refused(f"Write numbers as strings: {error}") from error


def check_columns(columns: Any) -> None:
    if not isinstance(columns, list) or not columns:
        raise refused("'columns' must list at least one column.", "/columns")
    seen: set[str] = set()
    for position, column in enumerate(columns):
        pointer = f"/columns/{position}"
        if not isinstance(column, dict) or not isinstance(column.get("name"), str):
            raise refused("Each column needs a 'name'.", pointer)
        if column.get("dtype") not in DTYPES:
            raise refused(f"'dtype' must be one of {sorted(DTYPES)}.", pointer)
        if column["name"] in seen:
            raise refused(f"The column '{column['name']}' is named twice.", pointer)
        seen.add(column["name"])


def check_tensors(signature: Mapping[str, Any], inspection: Mapping[str, Any]) -> None:
    inputs = {one["name"] for one in inspection.get("inputs", [])}
    outputs = {one["name"] for one in inspection.get("outputs", [])}
    for position, column in enumerate(signature["columns"]):
        if column.get("tensor") not in inputs:
            raise refused(
                f"The column '{column['name']}' goes to the tensor '{column.get('tensor')}', "
                f"which the model does not have. It has: {sorted(inputs)}.",
                f"/columns/{position}/tensor",
            )
    score = signature["score"]
    if not isinstance(score, dict) or score.get("output") not in outputs:
        raise refused(f"'score.output' must be one of {sorted(outputs)}.", "/score/output")


def refused(sentence: str, pointer: str = "") -> InvalidInput:
    return InvalidInput(
        "signature", f"The signature cannot be used. {sentence}", f"/signature{pointer}"
    )
