"""The criteria in force: catalogs and baselines as they were loaded, by what the log says of it.

An entry of the log names the digest of each that was loaded. A row that no entry names is not in force, and one whose
content has another digest judges nothing: whoever owns the database cannot change what is asked without an entry.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, TypeVar

from django.db.models import Model

from governance.assessment.models.criteria import Baseline, Catalog
from governance.audit import canonical
from governance.audit.models import Leaf, OutboxEntry
from governance.identity.errors import Conflict, NotFound

CATALOG = "nist-ai-rmf"
LOADED = "assessment.criteria_loaded"
Row = TypeVar("Row", bound=Model)


class CriteriaChanged(Conflict):
    """What is asked is not what was loaded."""

    def __init__(self, what: str, digest: str) -> None:
        super().__init__(
            "criteria_changed",
            f"Nothing can be judged: the {what} {digest[:16]} was changed after it was loaded. "
            "Restore its row from a backup.",
        )


def loaded(kind: str) -> list[str]:
    """Digests of the catalogs, baselines or gate policies that entries of the log name, newest first."""
    rows = Leaf.objects.filter(object_type=kind, action=LOADED).order_by("-index")
    return list(rows.values_list("object_id", flat=True)) or waiting(kind)


def waiting(kind: str) -> list[str]:
    """The same before the first of them is in the log: a new installation's first seconds."""
    bodies = OutboxEntry.objects.order_by("-id").values_list("body", flat=True)
    found = [json.loads(bytes(body)) for body in bodies if LOADED.encode() in bytes(body)]
    return [one["object"]["id"] for one in found if one["object"]["type"] == kind]


def in_force(model: type[Row], kind: str, **names: str) -> Row | None:
    """The newest that was loaded, without its content; None where there is none."""
    order = {digest: place for place, digest in enumerate(loaded(kind))}
    rows = model._default_manager.filter(pk__in=order, **names).defer("content")
    return min(rows, key=lambda row: order[str(row.pk)], default=None)


def genuine(kind: str, digest: str, content: Any) -> Any:
    """The content. Raises CriteriaChanged unless it has this digest."""
    if canonical.digest(content) != digest:
        raise CriteriaChanged(kind, digest)
    return content


def current_baseline() -> Baseline:
    """The baseline in force; raises NotFound before `manage.py load_catalog` has run."""
    baseline = in_force(Baseline, "baseline")
    if baseline is None:
        raise NotFound("no_baseline", "No baseline is loaded. Run: manage.py load_catalog.")
    return baseline


@lru_cache(maxsize=8)
def entries(digest: str) -> dict[str, dict[str, Any]]:
    """Entries of a baseline by requirement id, in the catalog's order. Raises CriteriaChanged."""
    content = genuine("baseline", digest, Baseline.objects.get(digest=digest).content)
    return {entry["id"]: entry for entry in content["entries"]}


def baseline_content() -> dict[str, Any]:
    """The whole baseline in force. Raises CriteriaChanged."""
    baseline = current_baseline()
    return dict(genuine("baseline", baseline.digest, baseline.content))


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
    content = genuine("catalog", digest, Catalog.objects.get(digest=digest).content)
    return {node["id"]: node for node in content["nodes"]}


def current_catalog() -> Catalog:
    catalog = in_force(Catalog, "catalog", name=CATALOG)
    if catalog is None:
        raise NotFound("no_catalog", "No catalog is loaded. Run: manage.py load_catalog.")
    return catalog


def outcomes() -> dict[str, dict[str, Any]]:
    return outcomes_of(current_catalog().digest)


def edition() -> dict[str, str]:
    """The catalog's edition, as statements about a requirement name it."""
    catalog = current_catalog()
    return {"id": catalog.name, "version": catalog.version, "digest": catalog.digest}


def baseline_edition() -> dict[str, str]:
    baseline = current_baseline()
    return {"id": baseline.name, "version": baseline.version, "digest": baseline.digest}
