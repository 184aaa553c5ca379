from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from governance.audit.actions import instant, record
from governance.identity.errors import InvalidInput
from governance.identity.models import Unit
from governance.identity.principal import Principal
from governance.work.actions import enqueue
from packages.models import AuditPackage

LONGEST = timedelta(days=3660)
DEFAULT = timedelta(days=90)


def request_package(unit: Unit, since: datetime | None, *, by: Principal) -> AuditPackage:
    """Ask for everything signed about a unit and below, as of now, with what happened since `since`.

    Who asks must be allowed to at the organisation: what it says for all of its systems is in the package.
    """
    by.require("package.make", f"/{unit.path_ids[0]}/")
    now = timezone.now()
    begin = since or now - DEFAULT
    if not now - LONGEST <= begin < now:
        raise InvalidInput(
            "period", f"Begin in the past, at most {LONGEST.days} days ago.", "/from"
        )
    with transaction.atomic():
        package = AuditPackage(
            unit=unit, period_from=begin, effective_at=now, asked_by_id=by.person_id
        )
        package.entry_id = record(
            "packages.package_asked",
            by=by,
            object_type="package",
            object_id=package.pk,
            unit_path=unit.path,
            facts={"from": instant(begin), "to": instant(now)},
        )
        package.save()
        job = enqueue(
            "packages.build",
            {"package": str(package.pk)},
            by=by,
            unit=unit,
            key=f"package:{package.pk}",
        )
        AuditPackage.objects.filter(pk=package.pk).update(job=job)
        package.job = job
    return package
