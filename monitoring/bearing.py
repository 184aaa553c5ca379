"""Which outcomes an alert bears on, read from the baseline in force, and until when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from governance.assessment.criteria import current_entries
from governance.assessment.rules.words import listing
from governance.assessment.topics import elements
from monitoring.models import Alert
from monitoring.states import AlertKind

TRIAGE = "MANAGE 4.1"
ANY_THEME = "any"


def outcomes_of(alert: Alert) -> list[str]:
    """Outcomes that read under review while it is open; of a breach, those that fail by it."""
    if alert.kind == AlertKind.BREACH:
        return judged_where(lambda element: fails(element, alert.theme))
    return judged_where(lambda element: watches(element, alert.theme))


def judged_where(applies: Callable[[dict[str, Any]], bool]) -> list[str]:
    return [
        name
        for name, entry in current_entries().items()
        if any(applies(element) for element in elements(entry["rule"]))
    ]


def fails(element: dict[str, Any], theme: str) -> bool:
    return element.get("theme") == theme and element.get("data") != "test"


def watches(element: dict[str, Any], theme: str) -> bool:
    watch = element.get("watch", False)
    if not watch:
        return False
    themes = watch if isinstance(watch, list) else [element.get("theme", ANY_THEME)]
    return theme == ANY_THEME or ANY_THEME in themes or theme in themes


def bears_on(alert: Alert) -> list[str]:
    return [TRIAGE, *outcomes_of(alert)]


def consequence(alert: Alert) -> str:
    """What follows for the outcomes, and until when. Empty where the baseline names none."""
    named = outcomes_of(alert)
    one = len(named) == 1
    if not named:
        return ""
    if alert.kind == AlertKind.BREACH:
        verb = "does" if one else "do"
        return (
            f"Labels have decided: {listing(named)} {verb} not hold, until a later period measured "
            "with labels holds. Closing the alert does not change that."
        )
    verb = "reads" if one else "read"
    return f"Until it is closed, or labels confirm a failure, {listing(named)} {verb} under review."
