"""The list of AI systems: filters, sorting, pages, CSV."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, QueryDict

from governance.identity.directory import words_of_query
from governance.identity.principal import Principal
from governance.registry.choices import Environment, Tier, TierState
from governance.registry.models import AISystem, AISystemQuerySet, Deployment

PAGE = 50
SORTS = {
    "name": "unit__name",
    "tier": "tier",
    "unit": "unit__parent__name",
    "owner": "owner__name",
    "since": "created_at",
}
TIER_TONES = {"prohibited": "bad", "high": "warn", "limited": "none", "minimal": "none"}


def filtered_systems(principal: Principal, asked: QueryDict) -> AISystemQuerySet:
    rows = AISystem.objects.visible_to(principal).with_people()
    query, tier = words_of_query(asked), asked.get("tier", "")
    if query:
        rows = rows.filter(Q(unit__name__icontains=query) | Q(profile__purpose__icontains=query))
    if tier in Tier.values:
        rows = rows.filter(tier=tier)
    sort = asked.get("sort", "name")
    column = SORTS.get(sort.lstrip("-"), "unit__name")
    return rows.order_by(f"{'-' if sort.startswith('-') else ''}{column}")


def system_rows(request: HttpRequest, principal: Principal) -> dict[str, Any]:
    rows = filtered_systems(principal, request.GET)
    query, tier = words_of_query(request.GET), request.GET.get("tier", "")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    live = live_releases([system.pk for system in page])
    return {
        "page": page,
        "query": query,
        "tier": tier,
        "tiers": Tier.choices,
        "rows": [row_of(system, live.get(system.pk)) for system in page],
        "total": page.paginator.count,
    }


def live_releases(systems: list[Any]) -> dict[Any, Deployment]:
    rows = Deployment.objects.live().filter(
        system_id__in=systems, environment=Environment.PRODUCTION
    )
    return {row.system_id: row for row in rows.select_related("release")}


def row_of(system: AISystem, live: Deployment | None) -> dict[str, Any]:
    return {
        "system": system,
        "tone": TIER_TONES[system.tier],
        "proposed": system.tier_state == TierState.PROPOSED,
        "live": live,
    }
