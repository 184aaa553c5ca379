from __future__ import annotations

from typing import Any
from uuid import UUID

from csp.decorators import csp_update
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRefresh

from governance.audit.proofs import newest_checkpoint
from governance.evidence.models import Evidence
from governance.identity.choices import UnitKind
from governance.identity.errors import Conflict, DomainError, Forbidden
from governance.identity.principal import Principal
from governance.registry.finders import find
from governance.registry.views import principal_of
from governance.work.models import Job, JobState
from reports import actions, files
from reports.content.results import STATES
from reports.forms import AskForm, ScheduleForm
from reports.listing import reports_of, schedules_of
from reports.models import Chart, Report, ReportDefinition
from reports.proof import SUFFIX, statement_proof

PAGE = 50


def find_report(pk: UUID, principal: Principal) -> Report:
    rows = Report.objects.select_related("unit", "asked_by", "definition", "job", "pdf", "content")
    return find(rows, pk, principal)


def reports(request: HttpRequest) -> HttpResponse:
    principal = principal_of(request)
    rows = reports_of(principal, request.GET)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "reports": page.object_list,
        "total": page.paginator.count,
        "schedules": schedules_of(principal),
        "may_request": principal.may_somewhere("report.request"),
        "may_schedule": principal.may_somewhere("report.schedule"),
    }
    return render(request, "reports/reports.html", context)


def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a report now; `?unit=` chooses what the form begins with."""
    principal = principal_of(request)
    initial = {"unit": request.GET.get("unit")}
    form = AskForm(
        request.POST or None, initial=initial, principal=principal, action="report.request"
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.request_report(
                data["unit"],
                recipients=data["recipients"],
                period_days=data["period_days"],
                by=principal,
            )
        except Forbidden:
            raise
        except DomainError as error:
            form.add_error(None, error.sentence)
        else:
            return redirect(made)
    return render(request, "reports/ask.html", {"form": form})


def schedule(request: HttpRequest) -> HttpResponse:
    principal = principal_of(request)
    initial = {"unit": request.GET.get("unit")}
    form = ScheduleForm(
        request.POST or None, initial=initial, principal=principal, action="report.schedule"
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        wanted = ("name", "cron", "recipients", "period_days")
        try:
            actions.schedule_report(
                data["unit"], **{name: data[name] for name in wanted}, by=principal
            )
        except Forbidden:
            raise
        except DomainError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, "Scheduled. Its recipients are told whenever one is ready.")
            return redirect("reports")
    return render(request, "reports/schedule.html", {"form": form})


def end_schedule(request: HttpRequest, pk: UUID) -> HttpResponse:
    principal = principal_of(request)
    found = find(ReportDefinition.objects.select_related("unit"), pk, principal)
    actions.end_schedule(found, by=principal)
    messages.success(request, "Ended. Reports that were made stay.")
    return redirect("reports")


# The report's own PDF stands in a frame of its page.
@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]  # typed for views without arguments
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    principal = principal_of(request)
    found = find_report(pk, principal)
    stated = Evidence.objects.with_index().filter(id__in=[found.evidence_id or found.pk]).first()
    context = {
        "report": found,
        "state": found.get_state(),
        "job": job_row(found),
        "poll_url": reverse("report-progress", args=[found.pk]),
        "stated": stated,
        "has_proof": is_covered(stated),
        "counts": [(name, found.summary.get("counts", {}).get(name)) for name in STATES],
        "recipients": found.recipients.all(),
        "is_system": found.unit.kind == UnitKind.SYSTEM,
        "breadcrumbs": [("Reports", reverse("reports")), (str(found.unit), "")],
    }
    return render(request, "reports/report.html", context)


def is_covered(stated: Evidence | None) -> bool:
    """Whether a signed checkpoint covers the statement; it has a row of `with_index`."""
    checkpoint = newest_checkpoint()
    index = getattr(stated, "log_index", None)
    return checkpoint is not None and index is not None and index < checkpoint.size


def job_row(found: Report) -> dict[str, Any]:
    result_url = found.get_absolute_url() if found.pdf_id else ""
    return job_row_of("Making the report", found.job, found.reason, result_url)


def job_row_of(label: str, job: Job | None, reason: str, result_url: str) -> dict[str, Any]:
    """A job as the design system shows one."""
    return {
        "label": label,
        "state": job.state if job else "waiting",
        "progress": job.progress if job else {},
        "error": reason or trouble(job),
        "result_url": result_url,
    }


def trouble(job: Job | None) -> str:
    if job is None or job.state not in {JobState.FAILED, JobState.DEAD}:
        return ""
    return "It could not be made. An administrator can run it again."


def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The live row while a worker makes the report; when it is done the whole page is asked for again."""
    found = find_report(pk, principal_of(request))
    if found.job is not None and not found.job.is_open:
        return HttpResponseClientRefresh()
    context = {"job": job_row(found), "poll_url": reverse("report-progress", args=[found.pk])}
    return render(request, "ui/job_fragment.html", context)


def pdf(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    found = find_report(pk, principal_of(request))
    return files.send_pdf(request, found.pdf, found.filename)


def download(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    found = find_report(pk, principal_of(request))
    return files.send(request, found.pdf, "application/pdf", found.filename, attach=True)


def proof(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What travels beside the PDF (c2sp.org/tlog-proof): checked by verify.py against the log's key alone."""
    found = find_report(pk, principal_of(request))
    stated = Evidence.objects.filter(id__in=[found.evidence_id or found.pk]).first()
    checkpoint = newest_checkpoint()
    text = statement_proof(stated, checkpoint) if stated and checkpoint else None
    if text is None:
        raise Conflict("not_covered", "No signed checkpoint covers this report yet. Try in 10 s.")
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    name = f"{found.filename}{SUFFIX}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def content(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """What the pages were set from, as JSON: for those who check figures by program."""
    found = find_report(pk, principal_of(request))
    name = found.filename.removesuffix(".pdf") + ".json"
    return files.send(request, found.content, "application/json", name, attach=True)


def chart(request: HttpRequest, pk: UUID) -> HttpResponse:
    rows = Chart.objects.select_related("artefact")
    return files.send_picture(find(rows, pk, principal_of(request)).artefact)


def chart_place(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The place of a chart on a page: the picture once it is drawn, else the place that asks again."""
    rows = Chart.objects.select_related("artefact")
    found = find(rows, pk, principal_of(request))
    return render(request, "reports/chart_place.html", {"chart": found})
