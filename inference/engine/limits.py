"""What a confined process may use, and how large an admitted model may be."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """Limits of one confined process; times in seconds, sizes in bytes.

    `memory_bytes` is the address space (RLIMIT_AS) and also the most that may be resident.
    CUDA reserves far more addresses than memory, so for a CUDA provider only the resident
    size is watched.
    """

    wall_seconds: float = 60.0
    cpu_seconds: int = 60
    memory_bytes: int = 4096 * MIB
    written_bytes: int = 256 * MIB
    open_files: int = 64
    file_bytes: int = 512 * MIB

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Limits(ProcessLimits):
    """Limits of an inspection: those of its process and those of the model's graph."""

    wall_seconds: float = 45.0
    cpu_seconds: int = 40
    nodes: int = 200_000
    nesting: int = 8
    functions: int = 64
    inputs: int = 1024
    outputs: int = 256
    tensor_elements: int = 256 * MIB
    metadata_bytes: int = 64 * 1024
    text_bytes: int = 64 * 1024
    name_bytes: int = 1024
