from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from governance.assessment.choices import FindingState, RequestState
from governance.assessment.models import ApprovalRequest, Finding
from governance.evidence.models import Evidence
from governance.evidence.revising import revises
from governance.identity.errors import DomainError, Forbidden, InvalidInput, NotFound
from governance.identity.pages import done
from governance.identity.principal import Principal
from governance.registry.finders import find, find_system
from governance.registry.models import AISystem
from governance.registry.views import principal_of
from risk import actions, watching
from risk.choices import RiskState
from risk.forms import (
    AcceptForm,
    FilterForm,
    IndicatorForm,
    NewRiskForm,
    ReviewForm,
    RiskForm,
    TreatForm,
    initial_of,
    known_series,
)
from risk.listing import maps, risks_of, row_of
from risk.models import Indicator, Risk


def find_risk(pk: UUID, principal: Principal) -> Risk:
    return find(Risk.objects.with_people(), pk, principal)


def risks(request: HttpRequest) -> HttpResponse:
    """The register of everything the person sees: heat maps, list, and how many findings are open."""
    principal = principal_of(request)
    seen = risks_of(request.GET, principal)
    standing = list(Risk.objects.visible_to(principal).standing())
    context = {
        **maps(standing),
        "rows": [row_of(risk) for risk in seen],
        "total": len(seen),
        "standing": len(standing),
        "filter": FilterForm(request.GET),
        "cell": cell_words(request),
        "findings": Finding.objects.visible_to(principal)
        .exclude(state=FindingState.CLOSED)
        .count(),
        "may_write": principal.may_somewhere("risk.write"),
    }
    return render(request, "risk/risks.html", context)


def cell_words(request: HttpRequest) -> str:
    kind, _, place = request.GET.get("cell", "").partition("-")
    if kind not in {"inherent", "residual"}:
        return ""
    before = "before treatment" if kind == "inherent" else "after treatment"
    return f"likelihood {place[:1]}, impact {place[2:3]}, {before}"


def risk(request: HttpRequest, pk: UUID) -> HttpResponse:
    principal = principal_of(request)
    found = find_risk(pk, principal)
    asked = ApprovalRequest.objects.filter(subject_kind=actions.SUBJECT, subject_id=found.pk)
    path = found.system.unit.path
    context = {
        **row_of(found),
        "indicators": found.indicators.all(),
        "revisions": Evidence.objects.of_record(found.pk).with_index(),
        "requests": asked.prefetch_related("answers__person"),
        "open_request": asked.filter(state=RequestState.OPEN).first(),
        "may_write": principal.may("risk.write", path) and found.state != RiskState.WITHDRAWN,
        "may_withdraw": principal.may("risk.accept", path)
        and found.state != RiskState.WITHDRAWN
        and principal.person_id not in {*actions.authors(found), found.owner_id},
        "review_form": ReviewForm(),
        "breadcrumbs": crumbs(found),
    }
    return render(request, "risk/risk.html", context)


def crumbs(found: Risk, *rest: str) -> list[tuple[str, str]]:
    trail = [("Risks and findings", reverse("risks"))]
    own = found.get_absolute_url() if rest else ""
    return [*trail, (f"R-{found.number}, {found.system}", own), *((one, "") for one in rest)]


def write(request: HttpRequest) -> HttpResponse:
    """Enter a risk; `?system=` chooses the system that the form begins with."""
    principal = principal_of(request)
    form = NewRiskForm(request.POST or None, system=first_system(request), principal=principal)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.write_risk(form.cleaned_data["system"], **form.values(), by=principal)
        except Forbidden:
            raise
        except DomainError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, "Entered. Choose a treatment next.")
            return redirect(made)
    return render(request, "risk/write.html", {"form": form})


def first_system(request: HttpRequest) -> AISystem:
    principal, asked = principal_of(request), request.GET.get("system", "")
    seen = AISystem.objects.visible_to(principal).with_people()
    try:
        wanted = find_system(UUID(asked), principal) if asked else None
    except ValueError:
        wanted = None
    found = wanted or next(
        (one for one in seen if principal.may("risk.write", one.unit.path)), None
    )
    if found is None:
        raise NotFound("no_system", "Register an AI system first: a risk belongs to one.")
    return found


def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = writable(request, pk)
    form = RiskForm(request.POST or None, system=found.system, initial=initial_of(found))
    revises(form, found.pk)
    return acted(
        request,
        found,
        form,
        "Edit",
        lambda: actions.edit_risk(found, **form.values(), by=principal_of(request)),
    )


def treat(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = writable(request, pk)
    names = ("treatment", "plan", "due_on", "residual_likelihood", "residual_impact")
    initial = {name: getattr(found, name) for name in names}
    form = revises(TreatForm(request.POST or None, initial=initial), found.pk)
    return acted(
        request,
        found,
        form,
        "Treat",
        lambda: actions.treat_risk(found, **form.cleaned_data, by=principal_of(request)),
    )


def accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = writable(request, pk)
    form = AcceptForm(request.POST or None)
    return acted(
        request,
        found,
        form,
        "Ask for acceptance",
        lambda: actions.accept_risk(found, **form.cleaned_data, by=principal_of(request)),
    )


def watch(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = writable(request, pk)
    form = IndicatorForm(request.POST or None)

    def act() -> None:
        data = form.cleaned_data
        watching.watch_risk(found, slice_=data.pop("slice"), **data, by=principal_of(request))

    context = {"series": known_series(found.system)}
    return acted(request, found, form, "Add an indicator", act, **context)


def writable(request: HttpRequest, pk: UUID) -> Risk:
    principal = principal_of(request)
    found = find_risk(pk, principal)
    principal.require("risk.write", found.system.unit.path)
    return found


def acted(
    request: HttpRequest,
    found: Risk,
    form: Form,
    title: str,
    act: Callable[[], object],
    **context: Any,
) -> HttpResponse:
    """One form of a risk: shown, shown again with its problems, or done."""
    if request.method == "POST" and form.is_valid() and done(form, act):
        messages.success(request, "Saved as a new signed revision.")
        return redirect(found)
    shown = {"form": form, "risk": found, "act": title, "breadcrumbs": crumbs(found, title)}
    return render(request, "risk/act.html", shown | context)


def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    found, form = writable(request, pk), ReviewForm(request.POST)
    if not form.is_valid():
        raise InvalidInput("review", "Choose the day of the next review.")
    actions.review_risk(found, form.cleaned_data["review_on"], by=principal_of(request))
    messages.success(request, "Reviewed. The revision is signed.")
    return redirect(found)


def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    principal = principal_of(request)
    found = find_risk(pk, principal)
    actions.withdraw_risk(found, request.POST.get("reason", ""), by=principal)
    messages.success(request, "Withdrawn. It stays in the log and leaves the register.")
    return redirect(found)


def unwatch(request: HttpRequest, pk: UUID, indicator: UUID) -> HttpResponse:
    found = writable(request, pk)
    held = Indicator.objects.filter(pk=indicator, risk=found).select_related("risk__system").first()
    if held is None:
        raise NotFound("not_found", "This risk has no such indicator.")
    watching.unwatch_risk(held, by=principal_of(request))
    return redirect(found)
