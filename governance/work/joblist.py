"""Jobs as an administrator sees them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict

from governance.audit.querysets import within
from governance.identity.errors import NotFound
from governance.identity.models import Unit
from governance.identity.principal import Principal
from governance.identity.tables import table
from governance.work.models import Job, JobState

REDRIVE = "job.redrive"
TROUBLE = (JobState.FAILED, JobState.DEAD)


def jobs_seen(principal: Principal) -> QuerySet[Job]:
    """Jobs of the units the principal administers. Jobs of no unit (mail) belong to the installation:
    they are shown where it holds one organisation only, to who administers that one.
    """
    paths = principal.paths_for(REDRIVE)
    condition = within(paths, "unit__path")
    roots = list(Unit.objects.filter(parent=None).values_list("path", flat=True)[:2])
    if len(roots) == 1 and roots[0] in paths:
        condition |= Q(unit=None)
    return Job.objects.filter(condition).select_related("unit", "account")


def filtered_jobs(principal: Principal, query: QueryDict) -> QuerySet[Job]:
    """`state`: a state, `trouble` (failed or given up: the default), or `all`."""
    rows, state = jobs_seen(principal), query.get("state", "trouble")
    if state in JobState.values:
        return rows.filter(state=state)
    return rows if state == "all" else rows.filter(state__in=TROUBLE)


def find_job(pk: UUID, principal: Principal) -> Job:
    found = jobs_seen(principal).filter(pk=pk).first()
    if found is None:
        raise NotFound("not_found", f"No job that you can see has the id {pk}.")
    return found


def first_line(job: Job) -> str:
    """What went wrong, in a line: of a traceback the last one, which names the error."""
    lines = [line for line in job.error.strip().splitlines() if line.strip()]
    return lines[-1].strip()[:300] if lines else ""


@table(
    "jobs",
    ("Id", "id"),
    ("Kind", "kind"),
    ("Queue", "queue"),
    ("State", "get_state_display"),
    ("Attempt", "attempt"),
    ("Unit", "unit.name"),
    ("Error", first_line),
    ("Created", "created_at"),
    ("Finished", "finished_at"),
    action=REDRIVE,
)
def jobs_table(principal: Principal, query: QueryDict) -> QuerySet[Job]:
    return filtered_jobs(principal, query)
