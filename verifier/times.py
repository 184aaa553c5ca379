"""Instants: RFC 3339 in UTC with Z, whole seconds or up to six decimals."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

_FORM = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_ONE = timedelta(microseconds=1)


def microseconds(text: object) -> int | None:
    """Microseconds since 1970, None for what is no instant."""
    match = _FORM.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    try:
        whole = datetime.fromisoformat(f"{match.group(1)}+00:00")
    except ValueError:
        return None
    return (whole - _EPOCH) // _ONE + int((match.group(2) or "").ljust(6, "0"))


def now() -> int:
    """Microseconds since 1970, by this machine's clock."""
    return (datetime.now(timezone.utc) - _EPOCH) // _ONE


def hours(duration: int) -> str:
    """Microseconds as people read them: `26 hours`."""
    found = duration / 3_600_000_000
    return f"{found:,.0f} hours" if found >= 10 else f"{found:.1f} hours"
