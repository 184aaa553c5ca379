"""The badge of a result: derived from its five fields, never stored."""

from __future__ import annotations

from .instants import day_of
from .log import JSON


def badge(result: JSON) -> tuple[str, str]:
    """(tone, words); tones are good, bad, warn, wait and none. An exception colours the badge,
    not the word."""
    if result["applicability"] == "not-applicable":
        return "none", "not applicable"
    tone, words = _of_determination(result)
    if result["applicability"] == "not-yet-due":
        is_known = result["determination"] != "not-determined"
        return "wait", f"not yet due, {words} so far" if is_known else "not yet due"
    if result["exception"] is not None and result["determination"] != "satisfied":
        return "warn", f"{words}, exception until {day_of(result['exception']['until'])}"
    return tone, words


def _of_determination(result: JSON) -> tuple[str, str]:
    if result["determination"] == "not-satisfied":
        return "bad", "not satisfied"
    if result["determination"] == "satisfied":
        if result["conclusion"]["state"] == "differs":
            return "warn", f"satisfied, the {result['conclusion']['role']} differs"
        return "good", "satisfied"
    if result["reason"] == "contested":
        return "warn", "under review"
    return "none", f"not determined: {result['reason']}"
