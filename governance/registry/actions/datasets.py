from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from governance.registry.choices import DatasetRole, UploadKind, UploadState
from governance.registry.models import DatasetVersion, Upload

MOST_ROWS = 10**12


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
    """Rows by their digest: an admitted upload, or a file that stays elsewhere and is only named.

    The same rows again give the same dataset; a file that follows completes one that was only named.
    """
    by.require("dataset.register", unit.path)
    check_choice(role, DatasetRole.values, "role")
    name = clean_name(name)
    if upload is not None:
        check_upload(upload)
        counted = int(upload.inspection["rows"]), list(upload.inspection["columns"])
        said = facts_of(sha256, rows, columns)
        refuse_other("the uploaded file", facts_of(upload.artefact_id, *counted), said)
        sha256, (rows, columns) = upload.artefact_id, counted
    check_terms(sha256, rows, observed)
    values = {
        "name": name,
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
        refuse_other("the dataset registered before", {"name": dataset.name}, {"name": name})
        if upload is not None and dataset.artefact_id is None:
            complete_dataset(dataset, upload, by=by)
        else:
            known = facts_of(dataset.sha256, dataset.rows, dataset.columns)
            refuse_other("the dataset registered before", known, facts_of(sha256, rows, columns))
    return dataset


def check_terms(sha256: str, rows: int, observed: tuple[datetime, datetime] | None) -> None:
    check_digests([sha256], "/sha256")
    if not 1 <= rows <= MOST_ROWS:
        raise InvalidInput("rows", f"Say how many rows it has: 1 to {MOST_ROWS:,}.", "/rows")
    if observed and observed[0] > observed[1]:
        raise InvalidInput("observed", "The observed period ends before it begins.", "/observed")


def facts_of(sha256: str, rows: int, columns: Sequence[str]) -> dict[str, object]:
    return {"sha256": sha256, "rows": rows, "columns": list(columns)}


def check_upload(upload: Upload) -> None:
    """Raises unless the rows of the file were counted here."""
    if upload.kind != UploadKind.DATASET:
        raise InvalidInput(
            "upload_kind",
            f"This file was uploaded as a {upload.kind}. Upload it as a dataset: its rows are "
            "counted before it can be registered.",
            "/upload",
        )
    if upload.state != UploadState.ADMITTED or not upload.inspection.get("rows"):
        raise Conflict("upload_not_admitted", "The uploaded file is not admitted (yet).")


def refuse_other(what: str, known: Mapping[str, object], said: Mapping[str, object]) -> None:
    """Raises Conflict naming what was said and is not so; what was left out contradicts nothing."""
    other = [
        f"{name}: {said[name]}, not {known[name]}"
        for name in known
        if said[name] and said[name] != known[name]
    ]
    if other:
        raise Conflict(
            "dataset_differs",
            f"Said otherwise than {what} has it: {'; '.join(other)[:500]}. "
            "Correct it; other rows are another file with another digest.",
        )


def complete_dataset(dataset: DatasetVersion, upload: Upload, *, by: Principal) -> None:
    """The file of a dataset that was only named: its counts replace what was said of it."""
    dataset.artefact = upload.artefact
    dataset.rows = int(upload.inspection["rows"])
    dataset.columns = list(upload.inspection["columns"])
    dataset.save(update_fields=["artefact", "rows", "columns"])
    state_dataset(dataset, by=by)


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
