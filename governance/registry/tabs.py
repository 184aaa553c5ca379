"""The registry's own parts of the system page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from governance.audit.models import EntryText, Leaf
from governance.evidence.logbook import action_words
from governance.identity.models import Person
from governance.identity.principal import Principal
from governance.registry.choices import TierState
from governance.registry.models import (
    PROFILE_FIELDS,
    AISystem,
    DatasetVersion,
    Deployment,
    ModelVersion,
)
from governance.registry.pages import SYSTEM_CARDS, in_order, system_tab

HISTORY = 200


@system_tab("overview", "Overview", 0, "registry/tab_overview.html")
def overview(system: AISystem, principal: Principal) -> dict[str, Any]:
    path = system.unit.path
    return {
        "cards": [
            (card.template, card.column, card.build(system, principal))
            for card in in_order(SYSTEM_CARDS)
        ],
        "profile": [
            {"label": label, "value": system.profile.get(name, "")}
            for name, label in PROFILE_FIELDS.items()
        ],
        "deployments": Deployment.objects.live().filter(system=system).select_related("release"),
        "may_edit": principal.may("system.edit", path),
        "may_confirm": principal.may("system.confirm_tier", path)
        and principal.person_id != system.owner_id,
        "is_proposed": system.tier_state == TierState.PROPOSED,
    }


@system_tab("releases", "Releases", 20, "registry/tab_releases.html")
def releases(system: AISystem, principal: Principal) -> dict[str, Any]:
    return {
        "of_system": f"?system={system.pk}",
        "releases": system.releases.prefetch_related("model_versions__model", "deployments"),
        "versions": ModelVersion.objects.filter(model__unit=system.unit).select_related("model"),
        "datasets": DatasetVersion.objects.filter(unit=system.unit)[:100],
        "deployments": Deployment.objects.filter(system=system).select_related("release"),
    }


@system_tab("history", "History", 100, "registry/tab_history.html")
def history(system: AISystem, principal: Principal) -> dict[str, Any]:
    """What the log says happened at this system, newest first."""
    leaves = list(Leaf.objects.below(system.unit.path).order_by("-index")[:HISTORY])
    return {"entries": entries_of(leaves, linked=principal.may("log.read", system.unit.path))}


def entries_of(leaves: list[Leaf], *, linked: bool) -> list[dict[str, Any]]:
    """Timeline entries of log leaves: what, who, and the words of people that are kept beside the leaf."""
    people = Person.objects.in_bulk([leaf.person_id for leaf in leaves])
    words: dict[Any, list[str]] = {}
    for text in EntryText.objects.filter(entry_id__in=[leaf.entry_id for leaf in leaves]):
        words.setdefault(text.entry_id, []).append(text.value)
    return [
        {
            "at": leaf.at,
            "words": action_words(leaf).capitalize(),
            "url": reverse("log-entry", args=[leaf.index]) if linked else "",
            "who": str(people.get(leaf.person_id, "an operator")),
            "note": " · ".join(words.get(leaf.entry_id, []))[:300],
        }
        for leaf in leaves
    ]
