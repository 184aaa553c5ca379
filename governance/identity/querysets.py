from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Q
from django.utils import timezone

from governance.audit.querysets import ScopedQuerySet

if TYPE_CHECKING:
    from governance.identity.models import RoleGrant, Unit  # noqa: F401 (type parameters)


class UnitQuerySet(ScopedQuerySet["Unit"]):
    unit_path_field = "path"


class RoleGrantQuerySet(ScopedQuerySet["RoleGrant"]):
    def live(self) -> Self:
        now = timezone.now()
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), starts_at__lte=now)
