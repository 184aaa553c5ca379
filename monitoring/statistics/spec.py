"""What a monitor compares, and when a difference counts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitoring.statistics.errors import MeasureCode, MeasureError


class ColumnKind(StrEnum):
    NUMERIC = "numeric"
    CATEGORICAL = "categorical"


@dataclass(frozen=True)
class ColumnSpec:
    """One column to watch."""

    name: str
    kind: ColumnKind


@dataclass(frozen=True)
class DriftSpec:
    """The columns of one run and the rule for drift.

    A column has drifted when its q-value is below `alpha` and the difference is large enough to
    matter: PSI at least `psi_floor`, or the effect size (KS D, Cramer's V) at least
    `effect_floor`. `epsilon` replaces empty shares in the PSI. Raises MeasureError(bad_parameter).
    """

    columns: tuple[ColumnSpec, ...]
    alpha: float = 0.05
    psi_floor: float = 0.1
    effect_floor: float = 0.1
    minimum_rows: int = 30
    epsilon: float = 1e-4

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if not names or len(set(names)) < len(names):
            raise MeasureError(
                MeasureCode.BAD_PARAMETER, "Name at least one column, and each column once."
            )
        if not 0 < self.alpha < 1 or not 0 < self.epsilon < 0.01:
            raise MeasureError(
                MeasureCode.BAD_PARAMETER, "alpha must lie in 0 to 1 and epsilon in 0 to 0.01."
            )
        if self.psi_floor < 0 or self.effect_floor < 0 or self.minimum_rows < 2:
            raise MeasureError(
                MeasureCode.BAD_PARAMETER,
                "The floors must not be negative, and a column needs at least 2 rows.",
            )

    @classmethod
    def of(
        cls, numeric: tuple[str, ...] = (), categorical: tuple[str, ...] = (), **rule: float
    ) -> DriftSpec:
        """Build from column names; `rule` takes the fields after `columns`."""
        columns = [ColumnSpec(name, ColumnKind.NUMERIC) for name in numeric]
        columns += [ColumnSpec(name, ColumnKind.CATEGORICAL) for name in categorical]
        return cls(tuple(columns), **rule)  # type: ignore[arg-type]
