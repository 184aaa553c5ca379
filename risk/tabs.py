"""The register's parts of the system page."""

from __future__ import annotations

from collections import Counter
from typing import Any

from governance.identity.principal import Principal
from governance.registry.models import AISystem
from governance.registry.pages import system_card, system_tab
from risk import scales
from risk.choices import Signal
from risk.listing import gravity, maps, row_of
from risk.models import Risk


def standing(system: AISystem) -> list[Risk]:
    rows = Risk.objects.filter(system=system).standing().with_people()
    return sorted(rows, key=gravity, reverse=True)


@system_tab("risks", "Risks", 70, "risk/tab_risks.html")
def risks(system: AISystem, principal: Principal) -> dict[str, Any]:
    found = standing(system)
    return {
        **maps(found),
        "rows": [row_of(risk) for risk in found],
        "total": len(found),
        "may_write": principal.may("risk.write", system.unit.path),
    }


@system_card("risks", 30, "risk/card_risks.html", column="side")
def risks_card(system: AISystem, principal: Principal) -> dict[str, Any]:
    """How many risks stand at each level after treatment, and which indicators are not green."""
    found = standing(system)
    tally = Counter(risk.residual or "not rated" for risk in found)
    raised = [risk for risk in found if risk.signal in {Signal.AMBER, Signal.RED}]
    return {
        "system": system,
        "total": len(found),
        "counts": [
            {"tone": scales.TONES.get(word, "none"), "words": word, "count": tally[word]}
            for word in (*reversed(scales.LEVELS), "not rated")
            if tally[word]
        ],
        "raised": [row_of(risk) for risk in raised],
    }
