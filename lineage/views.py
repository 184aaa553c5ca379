from __future__ import annotations

import csv
from typing import Any, cast
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from governance.audit.models import Leaf
from governance.audit.queries import log_size
from governance.identity.errors import InvalidInput, NotFound
from governance.identity.principal import Principal
from governance.registry.finders import find
from governance.registry.models import AISystem, Deployment
from lineage.asking import LiveForm, units_seen
from lineage.models import Contradiction, RawEvent, RunAttempt
from lineage.showing import context_of, csv_rows
from lineage.story import Story, story_of

PAGE = 50
NEWEST = 12


def principal_of(request: HttpRequest) -> Principal:
    return cast(Any, request).principal  # type: ignore[no-any-return]


def lineage(request: HttpRequest) -> HttpResponse:
    """What was live, and what made it; without a system, which systems there are to ask about."""
    principal = principal_of(request)
    if "system" not in request.GET:
        return render(request, "lineage/systems.html", _systems(request, principal))
    form = LiveForm(request.GET, principal=principal)
    if not form.is_valid():
        _demand_system(form)
        return render(request, "lineage/page.html", {"form": form}, status=400)
    story = _story(form, principal)
    limited = units_seen(principal, story.system) is not None
    context = {"form": form, "limited": limited, "as_of": _as_of(story), **context_of(story)}
    return render(request, "lineage/page.html", context)


def lineage_csv(request: HttpRequest) -> HttpResponse:
    principal = principal_of(request)
    form = LiveForm(request.GET, principal=principal)
    if not form.is_valid():
        _demand_system(form)
        raise InvalidInput(
            "question", " ".join(str(e) for found in form.errors.values() for e in found)
        )
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="lineage.csv"'
    csv.writer(response).writerows(csv_rows(_story(form, principal)))
    return response


def run(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One attempt: what it read and made, the run's other attempts, the events as they came."""
    principal = principal_of(request)
    found = find(RunAttempt.objects.select_related("job", "unit"), pk, principal)
    siblings = RunAttempt.objects.filter(unit=found.unit, run_id=found.run_id)
    events = RawEvent.objects.filter(unit=found.unit, run_id=found.run_id).defer("body")
    context = {
        "attempt": found,
        "siblings": siblings.select_related("job").order_by("number"),
        "uses": found.uses.filter(replaced=None)
        .select_related("data")
        .order_by("role", "data__name"),
        "events": _with_index(list(events[:200])),
        "contradictions": Contradiction.objects.filter(
            unit=found.unit, run_ids__contains=[found.run_id]
        ),
        "breadcrumbs": [("Lineage", "/lineage"), (str(found.job), "")],
    }
    return render(request, "lineage/run.html", context)


def event(request: HttpRequest, pk: int) -> HttpResponse:
    """The event byte for byte; its SHA-256 is what the log names."""
    found = find(RawEvent.objects.all(), str(pk), principal_of(request))
    response = HttpResponse(bytes(found.body), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="event-{found.sha256[:12]}.json"'
    return response


def _story(form: LiveForm, principal: Principal) -> Story:
    system: AISystem = form.cleaned_data["system"]
    return story_of(system, form.moment, units_seen(principal, system))


def _as_of(story: Story) -> dict[str, Any]:
    """The chip of the page: at which log it was read; the banner where that is not the newest."""
    size, known = log_size(), story.moment.log_size
    return {
        "words": "now" if known == size else "then",
        "log_size": known,
        "past": known < size,
        "now_url": f"{reverse('lineage')}?system={story.system.pk}",
    }


def _demand_system(form: LiveForm) -> None:
    if "system" in form.errors:
        raise NotFound("not_found", "No AI system that you can see has this id.")


def _systems(request: HttpRequest, principal: Principal) -> dict[str, Any]:
    query = request.GET.get("q", "").strip()[:100]
    systems = AISystem.objects.visible_to(principal).select_related("unit", "unit__parent")
    if query:
        systems = systems.filter(unit__name__icontains=query)
    page = Paginator(systems.order_by("unit__name"), PAGE).get_page(request.GET.get("page"))
    live: dict[UUID, list[Deployment]] = {}
    rows = Deployment.objects.live().filter(system__in=[one.pk for one in page])
    for deployment in rows.select_related("release").order_by("environment"):
        live.setdefault(deployment.system_id, []).append(deployment)
    attempts = RunAttempt.objects.visible_to(principal).select_related("job", "unit")
    return {
        "page": page,
        "query": query,
        "rows": [{"system": one, "live": live.get(one.pk, [])} for one in page],
        "attempts": attempts[:NEWEST],
        "contradictions": Contradiction.objects.visible_to(principal)[:NEWEST],
    }


def _with_index(events: list[RawEvent]) -> list[dict[str, Any]]:
    found = Leaf.objects.filter(entry_id__in={one.entry_id for one in events})
    index = dict(found.values_list("entry_id", "index"))
    return [{"event": one, "index": index.get(one.entry_id)} for one in events]
