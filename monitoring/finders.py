"""Getting an object is getting permission: what is not visible is not found."""

from __future__ import annotations

from uuid import UUID

from governance.identity.errors import InvalidInput
from governance.identity.principal import Principal
from governance.registry.finders import find
from governance.registry.models import AISystem, DatasetVersion, Deployment
from monitoring.actions.batches import live_deployment
from monitoring.models import Alert, Batch, Monitor, MonitorRun


def find_batch(pk: UUID | str, principal: Principal) -> Batch:
    return find(Batch.objects.with_parts(), pk, principal)


def find_monitor(pk: UUID | str, principal: Principal) -> Monitor:
    return find(Monitor.objects.with_parts(), pk, principal)


def find_run(pk: UUID | str, principal: Principal) -> MonitorRun:
    return find(MonitorRun.objects.with_parts(), pk, principal)


def find_alert(pk: UUID | str, principal: Principal) -> Alert:
    return find(Alert.objects.with_parts(), pk, principal)


def find_rows(pk: UUID | str, principal: Principal) -> DatasetVersion:
    return find(DatasetVersion.objects.select_related("unit"), pk, principal)


def find_deployment(system: AISystem, pk: UUID | str | None, principal: Principal) -> Deployment:
    """The named deployment of the system; without a name, what is live in production."""
    if pk is None:
        return live_deployment(system)
    rows = Deployment.objects.select_related("release__system__unit", "system__unit")
    found = find(rows, pk, principal)
    if found.system_id != system.pk:
        raise InvalidInput(
            "deployment", "This deployment belongs to another system.", "/deployment"
        )
    return found
