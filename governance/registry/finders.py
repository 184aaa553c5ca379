"""Getting an object is getting permission: what is not visible is not found."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.db import models

from governance.audit.querysets import ScopedQuerySet
from governance.identity.errors import NotFound
from governance.identity.models import Person, Unit
from governance.identity.principal import Principal
from governance.registry.models import AISystem, ModelVersion, Release, Upload

M = TypeVar("M", bound=models.Model)


def find(queryset: ScopedQuerySet[M], pk: UUID | str, principal: Principal) -> M:
    """The row with this id among those the principal sees; raises NotFound."""
    found = queryset.visible_to(principal).filter(pk=pk).first()
    if found is None:
        name = queryset.model._meta.verbose_name
        raise NotFound("not_found", f"No {name} that you can see has the id {pk}.")
    return found


def find_system(pk: UUID | str, principal: Principal) -> AISystem:
    return find(AISystem.objects.with_people(), pk, principal)


def find_release(pk: UUID | str, principal: Principal) -> Release:
    return find(Release.objects.select_related("system__unit"), pk, principal)


def find_release_of(system: AISystem, pk: UUID | str, principal: Principal) -> Release:
    """A release of this system; raises NotFound for what is no id, unseen, or another system's."""
    own = Release.objects.select_related("system__unit").filter(system=system)
    try:
        found = own.visible_to(principal).filter(pk=UUID(str(pk))).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound(
            "not_found", "This system has no such release. Choose one on its tab Releases."
        )
    return found


def find_version(pk: UUID | str, principal: Principal) -> ModelVersion:
    return find(ModelVersion.objects.select_related("model__unit"), pk, principal)


def find_upload(pk: UUID | str, principal: Principal) -> Upload:
    return find(Upload.objects.select_related("unit", "artefact"), pk, principal)


def find_unit(pk: UUID | str, principal: Principal) -> Unit:
    return find(Unit.objects.all(), pk, principal)


def find_person(pk: UUID | str, principal: Principal) -> Person:
    """A person of the principal's own organisation; raises NotFound."""
    roots = [path.strip("/").split("/")[0] for path in principal.paths]
    people = Person.objects.filter(pk=pk, is_active=True).select_related("unit")
    for person in people:
        if person.unit.path_ids[0] in roots:
            return person
    raise NotFound("not_found", f"No person that you can see has the id {pk}.")
