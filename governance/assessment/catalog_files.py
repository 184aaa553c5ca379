"""Catalogs, baselines and gate policies as files: read strictly, checked, frozen under a digest.

The digest is the SHA-256 of the canonical JSON (RFC 8785) of the parsed content, so comments and
layout do not change it and every word does. No Django.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from governance.assessment.catalog_checks import (
    JSON,
    STRICTNESS,
    CatalogFileError,
    check_lists,
    check_parents,
    check_rule,
    read_checked,
    refuse_repeats,
)
from governance.audit import canonical

__all__ = [
    "BASELINES",
    "CATALOGS",
    "POLICIES",
    "STRICTNESS",
    "Baseline",
    "Catalog",
    "CatalogFileError",
    "Entry",
    "GatePolicy",
    "Node",
    "load_baseline",
    "load_catalog",
    "load_policy",
    "require_cover",
    "require_known",
]
_HERE = Path(__file__).parent
CATALOGS = _HERE / "catalogs"
BASELINES = _HERE / "baselines"
POLICIES = _HERE.parent / "gates" / "policies"


@dataclass(frozen=True)
class Node:
    """An outcome or a group of them; `ask` is what an auditor would ask for, or empty."""

    id: str
    kind: str
    parent: str | None
    title: str
    outcome: str
    ask: str
    effective_from: str | None
    note: str
    related: tuple[str, ...]


@dataclass(frozen=True)
class Catalog:
    """A framework or law as loaded; `content` is the whole file."""

    id: str
    version: str
    title: str
    effective_from: str
    effective_to: str | None
    nodes: tuple[Node, ...]
    content: JSON
    digest: str

    @property
    def assessable(self) -> tuple[Node, ...]:
        """The nodes that a baseline gives a rule to, in file order."""
        return tuple(node for node in self.nodes if node.kind in self.content["assessable"])


@dataclass(frozen=True)
class Entry:
    """What a baseline asks for one requirement; `content` is what `rules.evaluate` takes."""

    id: str
    scope: str
    due: str | JSON
    fresh_days: int | None
    rule: JSON
    rationale: str
    fills: str
    content: JSON


@dataclass(frozen=True)
class Baseline:
    """The requirements selected for a kind of system; `catalog` is (id, version)."""

    id: str
    version: str
    title: str
    catalog: tuple[str, str]
    tiers: tuple[str, ...]
    entries: tuple[Entry, ...]
    content: JSON
    digest: str


@dataclass(frozen=True)
class GatePolicy:
    """What decides about a release in one environment; `tiers` maps each tier to its part."""

    id: str
    version: str
    title: str
    environment: str
    tiers: JSON
    content: JSON
    digest: str

    def strictness(self, tier: str, requirement: str, scope: str) -> str:
        """How strictly a requirement counts: by the list that names it, else by its scope."""
        lists = self.tiers[tier]["requirements"]
        named = [word for word in STRICTNESS if requirement in lists[word]]
        return str(named[0] if named else lists["by_scope"][scope])


def load_catalog(path: Path) -> Catalog:
    """Read a catalog. Raises CatalogFileError, which names file, id and field."""
    content = read_checked(path, CATALOGS, "nodes")
    refuse_repeats(path, (node["id"] for node in content["nodes"]))
    check_parents(path, content["nodes"])
    return Catalog(
        id=content["id"],
        version=content["version"],
        title=content["title"],
        effective_from=content["effective_from"],
        effective_to=content["effective_to"],
        nodes=tuple(_node(node) for node in content["nodes"]),
        content=content,
        digest=canonical.digest(content),
    )


def load_baseline(path: Path) -> Baseline:
    """Read a baseline and hold its rules against the grammar. Raises CatalogFileError."""
    content = read_checked(path, BASELINES, "entries")
    refuse_repeats(path, (entry["id"] for entry in content["entries"]))
    for entry in content["entries"]:
        check_rule(path, entry)
    return Baseline(
        id=content["id"],
        version=content["version"],
        title=content["title"],
        catalog=(content["catalog"]["id"], content["catalog"]["version"]),
        tiers=tuple(content["applies_to"]["tiers"]),
        entries=tuple(Entry(**entry, content=entry) for entry in content["entries"]),
        content=content,
        digest=canonical.digest(content),
    )


def load_policy(path: Path) -> GatePolicy:
    """Read a gate policy. Raises CatalogFileError."""
    content = read_checked(path, POLICIES, "tiers")
    for tier, part in content["tiers"].items():
        check_lists(path, tier, part["requirements"])
    return GatePolicy(
        id=content["id"],
        version=content["version"],
        title=content["title"],
        environment=content["environment"],
        tiers=content["tiers"],
        content=content,
        digest=canonical.digest(content),
    )


def require_cover(baseline: Baseline, catalog: Catalog, file: str) -> None:
    """Refuse a baseline about another catalog or without an entry for one of its outcomes."""
    if baseline.catalog != (catalog.id, catalog.version):
        raise CatalogFileError(
            file,
            f"It selects from {' '.join(baseline.catalog)}, not {catalog.id} {catalog.version}.",
        )
    wanted = {node.id for node in catalog.assessable}
    given = {entry.id for entry in baseline.entries}
    for id in sorted(given - wanted):
        raise CatalogFileError(
            file, f"{catalog.title} has no such outcome; correct the id.", id=id, field="id"
        )
    for id in sorted(wanted - given):
        raise CatalogFileError(file, "The outcome has no entry; add one.", id=id)


def require_known(policy: GatePolicy, baseline: Baseline, file: str) -> None:
    """Refuse a policy that names a requirement the baseline does not have."""
    known = {entry.id for entry in baseline.entries}
    for tier, part in policy.tiers.items():
        for word in STRICTNESS:
            for id in sorted(set(part["requirements"][word]) - known):
                field = f"tiers.{tier}.requirements.{word}"
                raise CatalogFileError(
                    file, f"{baseline.title} has no such requirement.", id=id, field=field
                )


def _node(node: JSON) -> Node:
    return Node(
        id=node["id"],
        kind=node["kind"],
        parent=node["parent"],
        title=node["title"],
        outcome=node["outcome"],
        ask=node.get("ask", ""),
        effective_from=node.get("effective_from"),
        note=node.get("note", ""),
        related=tuple(node.get("related", ())),
    )
