"""Frameworks are data: files of this version into rows, each known by its digest, each with its log entry."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from django.db import transaction
from django.db.models import Model

from governance import assessment, gates
from governance.assessment.catalog_files import Baseline as BaselineFile
from governance.assessment.catalog_files import Catalog as CatalogFile
from governance.assessment.catalog_files import GatePolicy as PolicyFile
from governance.assessment.catalog_files import (
    load_baseline,
    load_catalog,
    load_policy,
    require_cover,
    require_known,
)
from governance.assessment.criteria import LOADED
from governance.assessment.models import Baseline, Catalog
from governance.audit.actions import COMMAND, record
from governance.gates.models import GatePolicy
from governance.work.actions import ensure_schedules

ASSESSMENT = Path(str(assessment.__file__)).parent
POLICIES = Path(str(gates.__file__)).parent / "policies"
FRAMEWORK = "nist_ai_rmf_1_0.yaml"
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Shipped:
    """The data files of this version, read and held against each other."""

    catalogs: tuple[CatalogFile, ...]
    baselines: tuple[BaselineFile, ...]
    policies: tuple[PolicyFile, ...]


@cache
def read_shipped() -> Shipped:
    """Read every file once in a process. Raises CatalogFileError."""
    catalogs = {path.name: load_catalog(path) for path in yaml_files(ASSESSMENT / "catalogs")}
    baselines = {path.name: load_baseline(path) for path in yaml_files(ASSESSMENT / "baselines")}
    policies = {path.name: load_policy(path) for path in yaml_files(POLICIES)}
    for name, baseline in baselines.items():
        require_cover(baseline, catalogs[FRAMEWORK], name)
        for policy_name, policy in policies.items():
            require_known(policy, baseline, policy_name)
    return Shipped(tuple(catalogs.values()), tuple(baselines.values()), tuple(policies.values()))


def load_all() -> list[str]:
    """Load what is not loaded yet; returns a line for each new row. Raises CatalogFileError."""
    shipped, lines = read_shipped(), []
    with transaction.atomic():
        for file in shipped.catalogs:
            lines += loaded("catalog", *store(Catalog, file, name=file.id))
        for baseline in shipped.baselines:
            lines += loaded("baseline", *store(Baseline, baseline, name=baseline.id))
        for policy in shipped.policies:
            stored = store(GatePolicy, policy, environment=policy.environment)
            lines += loaded("gate policy", *stored)
        ensure_schedules()
    return lines


def store(
    model: type[Row], file: CatalogFile | BaselineFile | PolicyFile, **names: str
) -> tuple[Row, bool]:
    """The file's row, made unless its digest is known, and whether it is new."""
    values = {"version": file.version, "content": file.content, **names}
    return model._default_manager.get_or_create(digest=file.digest, defaults=values)


def yaml_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml"))


def loaded(kind: str, row: Model, is_new: bool) -> list[str]:
    """One line and one log entry for a new row; nothing for a known one."""
    if not is_new:
        return []
    record(
        LOADED,
        by=COMMAND,
        object_type=kind,
        object_id=row.pk,
        unit_path="/",
        facts={"name": str(row)},
    )
    return [f"Loaded {kind} {row} ({str(row.pk)[:12]})"]
