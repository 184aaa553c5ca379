"""One measured value with its interval."""

from __future__ import annotations

from dataclasses import dataclass

from monitoring.statistics.decimals import decimal_string


@dataclass(frozen=True)
class Estimate:
    """A point value with a two-sided interval at confidence `level`, from `n` rows.

    `method` names how the interval was made, in words a reader can look up.
    """

    metric: str
    value: float
    lower: float
    upper: float
    level: float
    method: str
    n: int

    def as_dict(self) -> dict[str, str | int]:
        """The `value` object of a measurement statement: decimals as strings."""
        return {
            "metric": self.metric,
            "value": decimal_string(self.value),
            "lower": decimal_string(self.lower),
            "upper": decimal_string(self.upper),
            "level": decimal_string(self.level),
            "method": self.method,
            "n": self.n,
        }
