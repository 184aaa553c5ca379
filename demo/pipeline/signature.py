"""What the model takes and gives, in the platform's words."""

from __future__ import annotations

from typing import Any

from demo.data.columns import COLUMNS, LABEL, PROTECTED
from demo.pipeline.convert import INPUT, SCORE_OUTPUT

CUT_OFF = "0.5"


def signature() -> dict[str, Any]:
    """A place is offered to those predicted not employed: decided "0" is favourable."""
    return {
        "task": "binary",
        "columns": [
            {"name": column.name, "dtype": column.dtype, "tensor": INPUT} for column in COLUMNS
        ],
        "score": {"output": SCORE_OUTPUT, "index": 1},
        "label": LABEL,
        "positive": "1",
        "protected": list(PROTECTED),
        "decision": {"cutOff": CUT_OFF, "favourable": "0"},
    }
