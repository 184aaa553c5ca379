"""Days and instants that people and programs may name: none so far off that reckoning with it fails."""

from __future__ import annotations

from datetime import UTC, date, datetime

FIRST_DAY = date(1970, 1, 1)
LAST_DAY = date(2200, 12, 31)
DAY_SENTENCE = f"Give a day from {FIRST_DAY} to {LAST_DAY}."
INSTANT_SENTENCE = f"Give a time from {FIRST_DAY} to {LAST_DAY} (UTC)."


def is_known_day(day: date) -> bool:
    return FIRST_DAY <= day <= LAST_DAY


def is_known_instant(instant: datetime) -> bool:
    """Whether an instant with a zone lies between the first and the last day (UTC)."""
    try:
        return is_known_day(instant.astimezone(UTC).date())
    except OverflowError:
        return False
