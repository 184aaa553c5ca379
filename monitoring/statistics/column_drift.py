"""What a comparison says about one column, and about the run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitoring.statistics.decimals import optional_decimal
from monitoring.statistics.spec import ColumnKind

JsonRow = dict[str, str | bool | None]


class DriftStatus(StrEnum):
    COMPLETED = "completed"
    NO_DATA = "no-data"
    INVALID = "invalid"
    # Of a column only: one and the same value on both sides, so nothing could have been found.
    CONSTANT = "constant"


@dataclass(frozen=True)
class ColumnDrift:
    """Statistics of one column; all None, `drifted` too, unless `status` is completed.

    `basis` is "exact" from raw values, else it says that only bins were left: then `statistic`
    is the lower limit of the KS D and `statistic_upper` its upper one. `out_of_range` is the share
    of present values that the reference never showed (outside its extremes; other categories).
    """

    column: str
    kind: ColumnKind
    status: DriftStatus
    reason: str
    n_reference: int = 0
    n_current: int = 0
    missing_reference: float = 0.0
    missing_current: float = 0.0
    out_of_range: float = 0.0
    unseen: tuple[str, ...] = ()
    psi: float | None = None
    js: float | None = None
    test: str | None = None
    statistic: float | None = None
    statistic_upper: float | None = None
    p: float | None = None
    q: float | None = None
    effect: float | None = None
    effect_name: str | None = None
    cohens_d: float | None = None
    wasserstein: float | None = None
    basis: str = "exact"
    drifted: bool | None = None

    def as_dict(self) -> JsonRow:
        """One entry of a drift statement's `columns`: decimals as strings."""
        return {
            "column": self.column,
            "kind": str(self.kind),
            "psi": optional_decimal(self.psi),
            "js": optional_decimal(self.js),
            "test": self.test,
            "statistic": optional_decimal(self.statistic),
            "p": optional_decimal(self.p),
            "q": optional_decimal(self.q),
            "effect": optional_decimal(self.effect),
            "effectName": self.effect_name,
            "drifted": self.drifted,
        }


@dataclass(frozen=True)
class DriftResult:
    """One run. `reason` is empty when every column was compared."""

    columns: tuple[ColumnDrift, ...]
    status: DriftStatus
    reason: str
    reference_rows: int
    current_rows: int

    @property
    def drifted_columns(self) -> tuple[str, ...]:
        return tuple(column.column for column in self.columns if column.drifted)

    def as_dict(self) -> dict[str, str | list[JsonRow]]:
        """`status`, `reason` and `columns` of a drift statement."""
        return {
            "status": str(self.status),
            "reason": self.reason,
            "columns": [column.as_dict() for column in self.columns],
        }
