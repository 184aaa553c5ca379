"""Words for days and checks, the same wherever a report writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime

from monitoring.checks import CHECKS

NO_DATE = "no date"


def day(text: str | None) -> str:
    """3 Nov 2026, from a date or an RFC 3339 time."""
    if not text:
        return NO_DATE
    at = date.fromisoformat(text[:10])
    return f"{at.day} {at:%b %Y}"


def minute(text: str | None) -> str:
    """3 Nov 2026, 10:04 UTC."""
    if not text:
        return NO_DATE
    at = datetime.fromisoformat(text).astimezone(UTC)
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def check_label(name: str) -> str:
    """A check as people call it: ROC AUC. One that is not known here keeps its own name."""
    known = CHECKS.get(name)
    return known.label if known else name.replace("_", " ").replace(".", " ")
