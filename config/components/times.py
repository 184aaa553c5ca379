"""Moments as a reader sees them: UTC, written out, with the machine form in the element."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

STYLES = ("minute", "date", "ago", "seconds", "short")


def moment(value: object) -> datetime | date | None:
    """A datetime in UTC, a date, or None. RFC 3339 text is read; a naive datetime is taken as UTC."""
    if isinstance(value, str):
        return _parsed(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return value if isinstance(value, date) else None


def _parsed(value: str) -> datetime | date | None:
    try:
        if len(value) == 10:
            return date.fromisoformat(value)
        return moment(datetime.fromisoformat(value))
    except ValueError:
        return None


def ago_words(at: datetime, now: datetime) -> str:
    """Distance from now in one unit: 2 h ago, in 3 days."""
    distance = abs(now - at)
    words = _distance_words(distance)
    if words == "now":
        return words
    return f"in {words}" if at > now else f"{words} ago"


def _distance_words(distance: timedelta) -> str:
    minutes = int(distance.total_seconds() // 60)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} days"


def day_words(at: date) -> str:
    """3 Nov 2026."""
    return f"{at.day} {at:%b %Y}"


def moment_words(at: datetime | date, style: str, now: datetime) -> str:
    """A moment in one of the styles minute, date, ago, seconds, short (no year, no zone)."""
    if not isinstance(at, datetime):
        return day_words(at)
    if style == "date":
        return day_words(at)
    if style == "ago":
        return ago_words(at, now)
    if style == "short":
        return f"{at.day} {at:%b %H:%M}"
    return (
        f"{day_words(at)}, {at:%H:%M:%S} UTC"
        if style == "seconds"
        else f"{day_words(at)}, {at:%H:%M} UTC"
    )


def when(value: object, style: str = "minute") -> SafeString:
    """A time element. Nothing to show is written as a dash that says so."""
    if style not in STYLES:
        raise ValueError(f"There is no style {style!r}; choose one of {', '.join(STYLES)}.")
    at = moment(value)
    if at is None:
        return format_html('<span class="muted" title="{}">–</span>', "no date")
    words = moment_words(at, style, timezone.now())
    machine = at.isoformat().replace("+00:00", "Z")
    full = moment_words(at, "seconds", timezone.now())
    return format_html('<time datetime="{}" title="{}">{}</time>', machine, full, words)
