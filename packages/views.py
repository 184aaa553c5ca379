from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRefresh

from governance.audit.models import Leaf
from governance.evidence.views.log import tabs_of
from governance.identity.errors import DomainError, Forbidden
from governance.identity.principal import Principal
from governance.registry.finders import find
from governance.registry.views import principal_of
from packages import actions
from packages.forms import AskForm
from packages.listing import organisations_of, packages_of
from packages.models import AuditPackage
from reports import files
from reports.views import job_row_of

PAGE = 50


def find_package(pk: UUID, principal: Principal) -> AuditPackage:
    return find(packages_of(principal), pk, principal)


def packages(request: HttpRequest) -> HttpResponse:
    principal = principal_of(request)
    page = Paginator(packages_of(principal), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "packages": page.object_list,
        "total": page.paginator.count,
        "may_ask": bool(organisations_of(principal)),
        "tabs": tabs_of("packages", principal),
    }
    return render(request, "packages/packages.html", context)


def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a package; `?unit=` chooses what the form begins with."""
    principal = principal_of(request)
    form = AskForm(
        request.POST or None, initial={"unit": request.GET.get("unit")}, principal=principal
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.request_package(
                form.cleaned_data["unit"], form.cleaned_data["since"], by=principal
            )
        except Forbidden:
            raise
        except DomainError as error:
            form.add_error(None, error.sentence)
        else:
            return redirect(made)
    return render(request, "packages/ask.html", {"form": form})


def package(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = find_package(pk, principal_of(request))
    made = Leaf.objects.filter(entry_id=found.made_entry_id or found.pk).first()
    context = {
        "package": found,
        "state": found.get_state(),
        "job": job_row(found),
        "poll_url": reverse("package-progress", args=[found.pk]),
        "made": made,
        "breadcrumbs": [("Audit packages", reverse("packages")), (str(found.unit), "")],
    }
    return render(request, "packages/package.html", context)


def job_row(found: AuditPackage) -> dict[str, object]:
    result_url = found.get_absolute_url() if found.file_id else ""
    return job_row_of("Making the package", found.job, found.reason, result_url)


def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The live row while a worker makes the package; when it is done the whole page is asked for again."""
    found = find_package(pk, principal_of(request))
    if found.job is not None and not found.job.is_open:
        return HttpResponseClientRefresh()
    context = {"job": job_row(found), "poll_url": reverse("package-progress", args=[found.pk])}
    return render(request, "ui/job_fragment.html", context)


def download(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    found = find_package(pk, principal_of(request))
    return files.send(request, found.file, "application/zip", found.filename, attach=True)
