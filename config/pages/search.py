"""Search: systems, requirements, evidence, findings and releases that the person can see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from governance.assessment.criteria import current_entries, outcomes
from governance.assessment.models import Baseline, Finding
from governance.assessment.views.requirements import slug
from governance.evidence.models import Evidence
from governance.identity.directory import words_of_query
from governance.identity.principal import Principal
from governance.identity.sessions import SignedInRequest
from governance.registry.models import AISystem, Release

SHOWN = 10
SHORTEST = 2
SHORT_TAIL = re.compile(r"^(?:ev-)?([0-9a-f]{8})$", re.IGNORECASE)
HEX = re.compile(r"^(?:sha256:)?([0-9a-f]{8,64})$", re.IGNORECASE)
FINDING_NUMBER = re.compile(r"^f-(\d{1,9})$", re.IGNORECASE)


@dataclass(frozen=True)
class Hit:
    title: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class Group:
    title: str
    hits: list[Hit] = field(default_factory=list)


def search(request: SignedInRequest) -> HttpResponse:
    query = words_of_query(request.GET)
    is_short = len(query) < SHORTEST
    groups = [] if is_short else list(found(query, request.principal))
    context = {"query": query, "is_short": is_short, "groups": groups}
    return render(request, "search.html", context)


def found(query: str, principal: Principal) -> Iterator[Group]:
    """Groups that have a hit, each with its first ten."""
    parts = (
        ("AI systems", systems),
        ("Requirements", requirements),
        ("Releases", releases),
        ("Findings", findings),
        ("Evidence", evidence),
    )
    for title, look in parts:
        hits = look(query, principal)
        if hits:
            yield Group(title, hits)


def systems(query: str, principal: Principal) -> list[Hit]:
    named = Q(unit__name__icontains=query) | Q(profile__purpose__icontains=query)
    rows = AISystem.objects.visible_to(principal).with_people().filter(named | by_id(query))
    return [
        Hit(str(row), row.get_absolute_url(), row.profile.get("purpose", "")[:120])
        for row in rows[:SHOWN]
    ]


def requirements(query: str, principal: Principal) -> list[Hit]:
    if not Baseline.objects.exists():
        return []
    nodes, words = outcomes(), query.lower()
    rows = [name for name in current_entries() if words in f"{name} {nodes[name]['title']}".lower()]
    return [
        Hit(f"{name} · {nodes[name]['title']}", reverse("requirement", args=[slug(name)]))
        for name in rows[:SHOWN]
    ]


def releases(query: str, principal: Principal) -> list[Hit]:
    condition = by_id(query) | Q(system__unit__name__icontains=query)
    digest = HEX.match(query)
    if digest:
        condition |= Q(digest__startswith=digest.group(1).lower())
    rows = Release.objects.visible_to(principal).select_related("system__unit").filter(condition)
    return [
        Hit(str(row), row.get_absolute_url(), f"digest {row.digest[:12]}") for row in rows[:SHOWN]
    ]


def findings(query: str, principal: Principal) -> list[Hit]:
    condition = by_id(query) | Q(title__icontains=query)
    number = FINDING_NUMBER.match(query)
    if number:
        condition |= Q(number=int(number.group(1)))
    rows = Finding.objects.visible_to(principal).select_related("system__unit").filter(condition)
    return [
        Hit(str(row), row.get_absolute_url(), f"{row.system}, {row.get_state_display()}")
        for row in rows[:SHOWN]
    ]


def evidence(query: str, principal: Principal) -> list[Hit]:
    """By its short id (EV- and the last eight digits), its whole id, or a whole digest."""
    condition = by_id(query, "id")
    tail, digest = SHORT_TAIL.match(query), HEX.match(query)
    if tail:
        condition |= Q(id__endswith=tail.group(1).lower())
    if digest and len(digest.group(1)) == 64:
        whole = digest.group(1).lower()
        condition |= Q(subjects__contains=[whole]) | Q(payload_sha256=whole)
    rows = Evidence.objects.visible_to(principal).select_related("unit").filter(condition)
    return [
        Hit(
            f"{row.short_id} · {row.get_type_display()} {row.kind}",
            reverse("evidence", args=[row.id]),
            str(row.unit),
        )
        for row in rows.order_by("-number")[:SHOWN]
    ]


def by_id(query: str, name: str = "pk") -> Q:
    """The condition of a whole UUID; one that holds of nothing for other words."""
    try:
        return Q(**{name: UUID(query)})
    except ValueError:
        return Q(pk__in=())
