"""Time as rules see it: RFC 3339 instants in UTC, half-open intervals, and a clock that notes
what lies ahead."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
FAR = datetime.max.replace(tzinfo=timezone.utc)
# Names of our own: those of strftime follow the machine's language.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class InstantError(ValueError):
    """A text that is no RFC 3339 instant in UTC with Z."""


def parse_instant(text: object) -> datetime:
    """Read "2026-11-03T10:04:00Z" (up to six decimals) or a date, meaning its first instant.

    Raises InstantError for anything else.
    """
    found = instant_or_none(text)
    if found is None:
        raise InstantError(f"{text!r} is no time; write it as 2026-11-03T10:04:00Z.")
    return found


def instant_or_none(text: object) -> datetime | None:
    """Like parse_instant, with None for what cannot be read."""
    return _read(text) if isinstance(text, str) else None


@lru_cache(maxsize=8192)
def _read(text: str) -> datetime | None:
    match = _INSTANT.fullmatch(text)
    whole = match.group(1) if match else f"{text}T00:00:00"
    if match is None and _DATE.fullmatch(text) is None:
        return None
    fraction = (match.group(2) if match else None) or ""
    try:
        return datetime.fromisoformat(f"{whole}.{fraction.ljust(6, '0')}+00:00")
    except ValueError:
        return None


def end_or_none(text: object) -> datetime | None:
    """The first instant at which a validity is over: a date is valid through its whole day."""
    found = instant_or_none(text)
    if found is None or "T" in str(text):
        return found
    return later(found, days=1)


def later(instant: datetime, days: int = 0, seconds: int = 0) -> datetime:
    try:
        return instant + timedelta(days=days, seconds=seconds)
    except OverflowError:
        return FAR


def write_instant(instant: datetime) -> str:
    """RFC 3339 in UTC with microseconds and Z, as in signed statements."""
    return f"{instant.year:04d}-{instant:%m-%dT%H:%M:%S.%f}Z"


def write_date(instant: datetime) -> str:
    """A day for programs: "2026-11-06"."""
    return f"{instant.year:04d}-{instant:%m-%d}"


def day(instant: datetime) -> str:
    """A day as people read it: "6 Nov 2026"."""
    return f"{instant.day} {_MONTHS[instant.month - 1]} {instant.year}"


def moment(instant: datetime) -> str:
    """An instant as people read it: "6 Nov 2026, 09:30 UTC", with seconds where there are any."""
    return f"{day(instant)}, {instant:%H:%M:%S} UTC".replace(":00 UTC", " UTC")


def last_day(end: datetime) -> datetime:
    """The last moment of a validity that is over at `end`: midnight belongs to the day after."""
    return end - timedelta(microseconds=1)


def through(end: datetime) -> str:
    """The last day of a validity, as people read it."""
    return day(last_day(end))


def day_of(text: object) -> str:
    """A signed instant or date as people read it; whatever is no time stays as it is."""
    found = instant_or_none(text)
    return day(found) if found else str(text)


class Clock:
    """The instant a result is asked for. It notes each later instant that a rule looked at.

    `until` is the end of a deployment: after it nothing ages, while acts of people still count.
    """

    def __init__(self, at: datetime, until: datetime | None = None) -> None:
        self.at = at
        self.until = until
        self.ahead: set[datetime] = set()

    def reached(self, instant: datetime) -> bool:
        """Whether an act or event at `instant` has happened."""
        if instant <= self.at:
            return True
        self.ahead.add(instant)
        return False

    def aged(self, instant: datetime) -> bool:
        """Whether a period that ends at `instant` is over."""
        if self.until is not None and instant > self.until:
            return False
        return self.reached(instant)
