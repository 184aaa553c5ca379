from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from governance.audit.actions import instant
from governance.evidence.actions import emit_record, subject
from governance.evidence.scope import unit_scope
from governance.identity.actions import clean_name
from governance.identity.errors import Conflict, InvalidInput
from governance.identity.models import Unit
from governance.identity.principal import Principal
from governance.registry.actions.systems import check_choice
from governance.registry.checks_input import check_digests
from governance.registry.choices import DatasetRole, UploadState
from governance.registry.models import DatasetVersion, Upload


def register_dataset(
    unit: Unit,
    name: str,
    *,
    role: str,
    by: Principal,
    upload: Upload | None = None,
    sha256: str = "",
    rows: int = 0,
    columns: Sequence[str] = (),
    description: str = "",
    observed: tuple[datetime, datetime] | None = None,
) -> DatasetVersion:
    """Rows by their digest: an admitted upload, or a file that stays elsewhere and is only named."""
    by.require("dataset.register", unit.path)
    check_choice(role, DatasetRole.values, "role")
    if upload is not None:
        if upload.state != UploadState.ADMITTED:
            raise Conflict("upload_not_admitted", "The uploaded file is not admitted (yet).")
        sha256 = upload.artefact_id
        rows = int(upload.inspection.get("rows", rows))
        columns = upload.inspection.get("columns", list(columns))
    check_digests([sha256], "/sha256")
    if rows < 1:
        raise InvalidInput("rows", "Say how many rows the dataset has (at least 1).", "/rows")
    if observed and observed[0] > observed[1]:
        raise InvalidInput("observed", "The observed period ends before it begins.", "/observed")
    values = {
        "name": clean_name(name),
        "artefact": upload.artefact if upload else None,
        "rows": rows,
        "columns": list(columns),
        "description": description.strip()[:4000],
        "observed_from": observed[0] if observed else None,
        "observed_until": observed[1] if observed else None,
        "registered_by_id": by.person_id,
    }
    with transaction.atomic():
        dataset, is_new = DatasetVersion.objects.get_or_create(
            unit=unit, sha256=sha256, role=role, defaults=values
        )
        if is_new:
            state_dataset(dataset, by=by)
    return dataset


def state_dataset(dataset: DatasetVersion, *, by: Principal) -> None:
    since, until = dataset.observed_from, dataset.observed_until
    emit_record(
        "dataset",
        record_id=dataset.pk,
        state="registered",
        fields={
            "name": dataset.name,
            "role": dataset.role,
            "sha256": dataset.sha256,
            "rows": str(dataset.rows),
            "columns": [str(column) for column in dataset.columns],
            "description": dataset.description,
            "observedFrom": instant(since) if since else None,
            "observedUntil": instant(until) if until else None,
            "heldHere": dataset.artefact_id is not None,
        },
        scope=unit_scope(dataset.unit),
        by=by,
        subjects=[subject(dataset.name, dataset.sha256)],
    )
