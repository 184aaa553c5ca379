"""What of assessment people can comment on."""

from __future__ import annotations

from django.urls import reverse

from governance.assessment.criteria import entry_of
from governance.assessment.models import ApprovalRequest, Finding
from governance.identity.principal import Principal
from governance.registry.comments import read_id
from governance.registry.finders import find, find_system
from governance.work.commentable import Place, commentable


@commentable("finding")
def finding(object_id: str, principal: Principal) -> Place:
    rows = Finding.objects.select_related("system__unit")
    found = find(rows, read_id(object_id), principal)
    return Place(found.system.unit, found.get_absolute_url())


@commentable("approval-request")
def approval_request(object_id: str, principal: Principal) -> Place:
    found = find(ApprovalRequest.objects.select_related("unit"), read_id(object_id), principal)
    return Place(found.unit, found.get_absolute_url())


@commentable("requirement")
def requirement(object_id: str, principal: Principal) -> Place:
    """A requirement at a system: `<id of the system>/<requirement with hyphens>`, as in its address."""
    system_id, _, name = object_id.partition("/")
    system = find_system(read_id(system_id), principal)
    entry_of(name.replace("-", " "))
    return Place(system.unit, reverse("why", args=[system.pk, name]))
