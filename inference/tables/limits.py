"""How large an admitted table may be."""

from __future__ import annotations

from dataclasses import dataclass

from inference.engine.limits import MIB, ProcessLimits


@dataclass(frozen=True, slots=True)
class TableLimits(ProcessLimits):
    """Limits of one inspection: those of its process and those of the table."""

    wall_seconds: float = 150.0
    cpu_seconds: int = 140
    rows: int = 20_000_000
    columns: int = 1_000
    row_groups: int = 10_000
    decoded_bytes: int = 8192 * MIB
    name_characters: int = 200
