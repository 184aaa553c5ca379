"""Lineage's parts of the system page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from governance.audit.queries import log_size
from governance.identity.principal import Principal
from governance.registry.models import AISystem
from governance.registry.pages import system_card, system_tab
from lineage.asking import units_seen
from lineage.models import RunAttempt
from lineage.showing import context_of, strip, trace_words
from lineage.story import Story, story_of
from lineage.upstream import Moment

RUNS = 20


def story_now(system: AISystem, principal: Principal) -> Story:
    return story_of(system, Moment(timezone.now(), log_size()), units_seen(principal, system))


@system_tab("lineage", "Lineage", 60, "lineage/tab.html")
def lineage(system: AISystem, principal: Principal) -> dict[str, Any]:
    attempts = RunAttempt.objects.filter(unit=system.unit).select_related("job")
    return {
        **context_of(story_now(system, principal)),
        "attempts": attempts[:RUNS],
        "csv_url": f"{reverse('lineage-csv')}?system={system.pk}",
        "limited": units_seen(principal, system) is not None,
    }


@system_card("lineage", 40, "lineage/card.html")
def lineage_card(system: AISystem, principal: Principal) -> dict[str, Any]:
    """The chain behind what is live now, and whether it is traced."""
    story = story_now(system, principal)
    return {
        "system": system,
        "svg": strip(story),
        "traces": [trace_words(label, one) for label, one in story.traces],
    }
