"""Packages as pages and CSV show them."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import QueryDict

from governance.audit.querysets import ScopedQuerySet, within
from governance.identity.principal import Principal
from governance.identity.tables import table
from packages.models import AuditPackage

# "/<id>/": a path of one id.
ROOT = 2


def packages_of(principal: Principal) -> ScopedQuerySet[AuditPackage]:
    """Newest first, where the principal may make them: a package holds what the organisation says."""
    rows = AuditPackage.objects.visible_to(principal).select_related(
        "unit", "asked_by", "file", "job"
    )
    return rows.filter(within(organisations_of(principal), "unit__path"))


def organisations_of(principal: Principal) -> tuple[str, ...]:
    """Paths of the organisations whose packages the principal may make."""
    return tuple(path for path in principal.paths_for("package.make") if path.count("/") == ROOT)


@table(
    "packages",
    ("About", "unit.name"),
    ("State", "get_state_display"),
    ("From", "period_from"),
    ("As of", "effective_at"),
    ("Asked by", "asked_by.name"),
    ("Log size", "log_size"),
    ("Root", "root"),
    ("Sha256", "file_id"),
    ("Manifest sha256", "manifest_sha256"),
    ("Ready", "ready_at"),
    ("Id", "pk"),
    action="package.make",
)
def packages_table(principal: Principal, query: QueryDict) -> QuerySet[AuditPackage]:
    return packages_of(principal)
