"""The signature of a model: how a table's columns become tensors, and what the score means."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

Task = Literal["binary", "multiclass", "regression"]
ColumnType = Literal["float", "int", "string", "bool"]
Encoding = Literal["value", "null-as-nan"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table and the tensor it feeds.

    Encoding `value` hands values over as they are and takes no missing ones; `null-as-nan`
    (floats only) hands a missing value over as NaN, for models that know what to do with it.
    """

    name: str
    dtype: ColumnType
    tensor: str
    encoding: Encoding = "value"


@dataclass(frozen=True, slots=True)
class ScoreOutput:
    """The output that is the score, and which of its columns (None: the only one, or all)."""

    output: str
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A score at or above `cut_off` (a decimal) is decided "1"; `favourable` is for the person."""

    cut_off: str
    favourable: Literal["0", "1"]

    @property
    def threshold(self) -> float:
        return float(self.cut_off)


@dataclass(frozen=True, slots=True)
class Signature:
    """How to feed a model and read its answer.

    Columns that name the same tensor fill it from left to right, in the order given.
    `classes` are the label's values as text: two for a binary task, `positive_label` among
    them; in the order of the score's columns for a multiclass task; none for a regression.
    """

    task: Task
    columns: tuple[Column, ...]
    score: ScoreOutput
    label_column: str
    positive_label: str | None = None
    classes: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    decision: Decision | None = None

    @property
    def tensors(self) -> dict[str, tuple[Column, ...]]:
        """Columns of each tensor, in order."""
        found: dict[str, list[Column]] = {}
        for column in self.columns:
            found.setdefault(column.tensor, []).append(column)
        return {tensor: tuple(columns) for tensor, columns in found.items()}

    def to_json(self) -> dict[str, Any]:
        """Plain values, as `from_json` takes them; decimals are strings."""
        data = asdict(self)
        return data | {name: list(data[name]) for name in ("columns", "classes", "protected")}

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Read strictly. Raises EngineError signature_invalid naming the first field that is wrong."""
        from inference.engine.signature_reading import read  # noqa: PLC0415 (it needs this class)

        signature, problems = read(data, cls)
        if problems:
            raise problems[0]
        return signature
