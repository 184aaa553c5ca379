from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from governance.identity.errors import DomainError, Forbidden, NotFound
from governance.identity.pages import numbered_page
from governance.identity.sessions import SignedInRequest
from governance.identity.views.people import tabs_of
from governance.work import actions
from governance.work.commentable import COMMENTABLE
from governance.work.joblist import TROUBLE, filtered_jobs, find_job, first_line
from governance.work.models import Job, JobState

STATES = [("trouble", "failed or given up"), ("all", "all"), *JobState.choices]


def comment(request: SignedInRequest, kind: str, object_id: str) -> HttpResponse:
    """Write a comment on what one can see, and go back to it."""
    find = COMMENTABLE.get(kind)
    if find is None:
        raise NotFound("not_found", f"Nobody can comment on a '{kind}'.")
    place = find(object_id, request.principal)
    text = request.POST.get("text", "").replace("\0", "")
    try:
        actions.write_comment(place.unit, kind, object_id, text, by=request.principal)
    except Forbidden:
        raise
    except DomainError as error:
        messages.error(request, error.sentence)
    return redirect(f"{place.url}#comments")


def jobs(request: SignedInRequest) -> HttpResponse:
    """Work that failed or was given up, and the button that runs it again."""
    page = numbered_page(
        filtered_jobs(request.principal, request.GET), request.GET.get("cursor", "")
    )
    context = {
        "page": page,
        "rows": [(job, happened(job), job.state in TROUBLE) for job in page.rows],
        "state": request.GET.get("state", "trouble"),
        "states": STATES,
        "tabs": tabs_of("jobs", request.principal),
    }
    return render(request, "work/jobs.html", context)


def happened(job: Job) -> str:
    """What went wrong, else how far it is."""
    return first_line(job) or str(job.progress.get("text", ""))


def job_redrive(request: SignedInRequest, pk: UUID) -> HttpResponse:
    job = find_job(pk, request.principal)
    try:
        actions.redrive(job, by=request.principal)
    except Forbidden:
        raise
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, f"{job.kind} runs again.")
    return redirect("jobs")
