"""Where results stand: each with the name of what was judged and the page that says why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.urls import reverse

from governance.assessment.models import Result
from governance.registry.models import Deployment, Release


def places_of(results: Iterable[Result]) -> list[dict[str, Any]]:
    """A row for each result: the result, the words of its target, the address of its why page."""
    rows = list(results)
    names = {**release_names(rows), **deployment_names(rows)}
    return [
        {"result": row, "words": words_of_target(row, names), "url": why_address(row)}
        for row in rows
    ]


def targets(rows: list[Result], kind: str) -> list[UUID]:
    return [row.target_id for row in rows if row.target_type == kind]


def release_names(rows: list[Result]) -> dict[UUID, str]:
    found = Release.objects.filter(pk__in=targets(rows, "release"))
    return {pk: f"release {number}" for pk, number in found.values_list("pk", "number")}


def deployment_names(rows: list[Result]) -> dict[UUID, str]:
    found = Deployment.objects.filter(pk__in=targets(rows, "deployment"))
    return {
        one.pk: f"release {one.release.number} in {one.get_environment_display().lower()}"
        for one in found.select_related("release")
    }


def words_of_target(row: Result, names: dict[UUID, str]) -> str:
    """ "release 2", "release 1 in production"; of what has no such name its type."""
    return names.get(row.target_id, row.target_type)


def why_address(row: Result) -> str:
    name = row.requirement.replace(" ", "-")
    if row.target_type in {"organisation", "unit"}:
        return reverse("unit-why", args=[row.unit_id, name])
    page = reverse("why", args=[row.unit_id, name])
    return f"{page}?release={row.target_id}" if row.target_type == "release" else page
