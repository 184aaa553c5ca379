from __future__ import annotations

from typing import Generic, Protocol, Self, TypeVar

from django.db import models
from django.db.models import Q

M = TypeVar("M", bound=models.Model)


class Sight(Protocol):
    """Whoever looks: sees what lies at or below its paths."""

    @property
    def paths(self) -> tuple[str, ...]: ...


def within(paths: tuple[str, ...], field: str) -> Q:
    """Rows whose path lies at or below one of `paths`; none at all for no paths."""
    condition = Q(pk__in=())
    for path in paths:
        condition |= Q(**{f"{field}__startswith": path})
    return condition


class ScopedQuerySet(models.QuerySet[M], Generic[M]):
    """Rows that belong to a unit: getting an object is getting permission."""

    unit_path_field = "unit__path"

    def visible_to(self, principal: Sight) -> Self:
        return self.filter(within(principal.paths, self.unit_path_field))

    def below(self, path: str) -> Self:
        return self.filter(**{f"{self.unit_path_field}__startswith": path})
