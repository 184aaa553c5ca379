"""Names, types and shapes of a model's inputs and outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

Dim = int | str | None


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """One input or output.

    `dtype` is ONNX's word ("float", "double", "int64", "string", "bool", ...) or, for what is
    no tensor, the runtime's own text ("seq(map(int64,tensor(float)))"). A dimension is a
    number, a symbol, or None when nothing is known.
    """

    name: str
    dtype: str
    shape: tuple[Dim, ...]

    @property
    def is_tensor(self) -> bool:
        return "(" not in self.dtype

    @property
    def has_free_rows(self) -> bool:
        """True where the first axis is free, so that rows can be joined in one run."""
        return bool(self.shape) and not isinstance(self.shape[0], int)

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "dtype": self.dtype, "shape": list(self.shape)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(str(data["name"]), str(data["dtype"]), tuple(data["shape"]))

    @classmethod
    def from_runtime(cls, arg: Any) -> Self:
        """From ONNX Runtime's NodeArg (`name`, `type`, `shape`)."""
        kind = str(arg.type)
        dtype = kind[len("tensor(") : -1] if kind.startswith("tensor(") else kind
        shape = arg.shape if isinstance(arg.shape, list) else []
        return cls(str(arg.name), dtype, tuple(shape))
