"""The criteria in force: catalogs and baselines as they were loaded."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from governance.assessment.models.criteria import Baseline, Catalog
from governance.identity.errors import NotFound

CATALOG = "nist-ai-rmf"


def current_baseline() -> Baseline:
    """The newest baseline; raises NotFound before `manage.py load_catalog` has run."""
    baseline = Baseline.objects.order_by("-loaded_at").first()
    if baseline is None:
        raise NotFound("no_baseline", "No baseline is loaded. Run: manage.py load_catalog.")
    return baseline


@lru_cache(maxsize=8)
def entries(digest: str) -> dict[str, dict[str, Any]]:
    """Entries of a baseline by requirement id, in the catalog's order."""
    return {entry["id"]: entry for entry in Baseline.objects.get(digest=digest).entries}


def current_entries() -> dict[str, dict[str, Any]]:
    return entries(current_baseline().digest)


def entry_of(requirement: str) -> dict[str, Any]:
    """The baseline's entry; raises NotFound for an unknown requirement."""
    entry = current_entries().get(requirement)
    if entry is None:
        raise NotFound("requirement_unknown", f"The baseline has no requirement '{requirement}'.")
    return entry


@lru_cache(maxsize=4)
def outcomes_of(digest: str) -> dict[str, dict[str, Any]]:
    """Nodes of a catalog by id: functions, categories, subcategories."""
    content = Catalog.objects.get(digest=digest).content
    return {node["id"]: node for node in content["nodes"]}


def outcomes() -> dict[str, dict[str, Any]]:
    catalog = Catalog.objects.filter(name=CATALOG).order_by("-loaded_at").first()
    if catalog is None:
        raise NotFound("no_catalog", "No catalog is loaded. Run: manage.py load_catalog.")
    return outcomes_of(catalog.digest)


def edition() -> dict[str, str]:
    """The catalog's edition, as statements about a requirement name it."""
    catalog = Catalog.objects.filter(name=CATALOG).order_by("-loaded_at").first()
    if catalog is None:
        raise NotFound("no_catalog", "No catalog is loaded. Run: manage.py load_catalog.")
    return {"id": catalog.name, "version": catalog.version, "digest": catalog.digest}


def baseline_edition() -> dict[str, str]:
    baseline = current_baseline()
    return {"id": baseline.name, "version": baseline.version, "digest": baseline.digest}
