"""How much of what is upstream of a release is known: every content traced to who made it, or named with the reason.

Pure. Traced is content that is named exactly (digest or version) and that was made by a run which completed, or that
a producer declared a source. A model version whose registered training data its run did not read is not traced.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

UNMADE = "no run says that it made this"
UNENDED = "the run that made it has not ended"
FAILED = "only runs that did not complete made it"
INEXACT = "named without version or digest, so it is not known which content was read"
OTHER_DATA = "its registered training data was not read by what made it"
_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Content:
    """Something that must come from somewhere; `makers` are the states of the runs that made it."""

    id: str
    label: str
    is_exact: bool
    is_declared: bool
    makers: tuple[str, ...] = ()
    has_other_data: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    id: str
    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class Trace:
    """`total` counts the contents, `gaps` those not traced."""

    total: int
    gaps: tuple[Gap, ...]

    @property
    def known(self) -> int:
        return self.total - len(self.gaps)

    @property
    def is_complete(self) -> bool:
        return self.total > 0 and not self.gaps

    @property
    def share(self) -> Decimal:
        """Traced part, from 0 to 1, rounded down to four places: 1 means all."""
        if not self.total:
            return Decimal(0)
        return (Decimal(self.known) / self.total).quantize(_PLACES, ROUND_DOWN)


def trace(contents: Iterable[Content]) -> Trace:
    listed: Sequence[Content] = sorted(contents, key=lambda one: (one.label, one.id))
    found = ((one, _reason(one)) for one in listed)
    return Trace(len(listed), tuple(Gap(one.id, one.label, why) for one, why in found if why))


def _reason(one: Content) -> str:
    """Why it is not traced; empty when it is."""
    if not one.is_exact:
        return INEXACT
    if one.has_other_data:
        return OTHER_DATA
    if one.is_declared or "completed" in one.makers:
        return ""
    if not one.makers:
        return UNMADE
    return UNENDED if "running" in one.makers else FAILED
