"""What people judge of a release: an exception asked for, a validation opinion."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from governance.assessment.actions import findings, statements
from governance.assessment.forms import ExceptionForm, OpinionForm
from governance.assessment.posture import Row, posture
from governance.evidence.models import Evidence
from governance.identity.pages import done
from governance.identity.principal import Principal
from governance.identity.sessions import SignedInRequest
from governance.registry.finders import find_release
from governance.registry.models import Release


def failing_rows(release: Release) -> list[Row]:
    """Requirements that fail at this release."""
    rows = posture(release.system, release.pk)
    return [row for row in rows if row.state == "not-satisfied"]


def exception_ask(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Ask the officer to let a release go on although requirements fail: dated, with a control."""
    release = find_release(pk, request.principal)
    request.principal.require("exception.request", release.system.unit.path)
    rows = failing_rows(release)
    form = ExceptionForm(request.POST or None, failing=[row.requirement for row in rows])
    asked = request.method == "POST" and form.is_valid()
    if asked and done(form, lambda: ask(release, form, request.principal)):
        messages.success(request, "Asked. A compliance officer who did not make it decides.")
        return redirect("system-tab", release.system_id, "findings")
    context = {"form": form, "release": release, "rows": rows}
    return render(request, "assessment/exception_ask.html", context)


def ask(release: Release, form: ExceptionForm, by: Principal) -> None:
    data = form.cleaned_data
    findings.request_exception(
        release,
        data["requirements"],
        reason=data["reason"],
        compensating_control=data["compensating_control"],
        expires_on=data["expires_on"],
        by=by,
    )


def opinion_give(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The validator says what was tested on a release and whether it is fit for its use."""
    release = find_release(pk, request.principal)
    request.principal.require("opinion.give", release.system.unit.path)
    form = OpinionForm(request.POST or None)
    signed = request.method == "POST" and form.is_valid()
    if signed and done(form, lambda: give(release, form, request.principal)):
        messages.success(request, "Your opinion is signed and bound to the release's digest.")
        return redirect(release)
    context = {
        "form": form,
        "release": release,
        "is_author": request.principal.person_id in release.authors,
        "given": Evidence.objects.visible_to(request.principal)
        .records("opinion")
        .filter(subjects__contains=[release.digest]),
    }
    return render(request, "assessment/opinion_give.html", context)


def give(release: Release, form: OpinionForm, by: Principal) -> None:
    data = form.cleaned_data
    statements.give_opinion(release, data["verdict"], data["text"], form.listed(), by=by)
