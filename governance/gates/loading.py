"""Frameworks are data: files of this version into rows, each known by its digest, each with its log entry."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from governance import assessment, gates
from governance.assessment.catalog_files import (
    load_baseline,
    load_catalog,
    load_policy,
    require_cover,
    require_known,
)
from governance.assessment.models import Baseline, Catalog
from governance.audit.actions import COMMAND, record
from governance.gates.models import GatePolicy

ASSESSMENT = Path(str(assessment.__file__)).parent
POLICIES = Path(str(gates.__file__)).parent / "policies"
FRAMEWORK = "nist_ai_rmf_1_0.yaml"


def load_all() -> list[str]:
    """Load what is not loaded yet; returns a line for each new row. Raises CatalogFileError."""
    catalogs = {path.name: load_catalog(path) for path in yaml_files(ASSESSMENT / "catalogs")}
    baselines = {path.name: load_baseline(path) for path in yaml_files(ASSESSMENT / "baselines")}
    policies = {path.name: load_policy(path) for path in yaml_files(POLICIES)}
    for name, baseline in baselines.items():
        require_cover(baseline, catalogs[FRAMEWORK], name)
        for policy_name, policy in policies.items():
            require_known(policy, baseline, policy_name)
    lines = []
    with transaction.atomic():
        for catalog in catalogs.values():
            lines += note(
                "catalog",
                *Catalog.objects.get_or_create(
                    digest=catalog.digest,
                    defaults={
                        "name": catalog.id,
                        "version": catalog.version,
                        "content": catalog.content,
                    },
                ),
            )
        for baseline in baselines.values():
            lines += note(
                "baseline",
                *Baseline.objects.get_or_create(
                    digest=baseline.digest,
                    defaults={
                        "name": baseline.id,
                        "version": baseline.version,
                        "content": baseline.content,
                    },
                ),
            )
        for policy in policies.values():
            lines += note(
                "gate policy",
                *GatePolicy.objects.get_or_create(
                    digest=policy.digest,
                    defaults={
                        "environment": policy.environment,
                        "version": policy.version,
                        "content": policy.content,
                    },
                ),
            )
    return lines


def yaml_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml"))


def note(kind: str, row: Catalog | Baseline | GatePolicy, is_new: bool) -> list[str]:
    if not is_new:
        return []
    record(
        "assessment.criteria_loaded",
        by=COMMAND,
        object_type=kind,
        object_id=row.digest,
        unit_path="/",
        facts={"name": str(row)},
    )
    return [f"Loaded {kind} {row} ({row.digest[:12]})"]
