"""Files that are delivered as a batch or its labels: what must be in them before anything is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from governance.identity.actions import clean_name
from governance.identity.errors import InvalidInput
from governance.identity.principal import Principal
from governance.registry.actions.datasets import complete_dataset, state_dataset
from governance.registry.actions.uploads import demand_admitted
from governance.registry.choices import UploadKind, UploadState
from governance.registry.models import AISystem, DatasetVersion, ModelVersion, Upload
from monitoring.subjects import check_dataset

JSON = dict[str, Any]

_NUMBERS = ("int", "uint", "float", "double", "halffloat", "decimal")
_TEXTS = ("string", "large_string", "dictionary")
# Whole numbers may come as floats: a column with a missing value often does.
_TAKES = {"float": _NUMBERS, "int": _NUMBERS, "string": _TEXTS, "bool": ("bool", *_NUMBERS)}


def delivered_file(upload: Upload | None, dataset: DatasetVersion | None) -> Upload:
    """The admitted upload behind what was named. Raises InvalidInput or Conflict, saying what to do."""
    if (upload is None) == (dataset is None):
        raise InvalidInput("rows", "Name an upload or a dataset, one of the two.", "/upload")
    if dataset is not None:
        upload = inspected(dataset)
    assert upload is not None  # one of the two was named
    if upload.kind != UploadKind.DATASET:
        raise InvalidInput("upload_kind", "This upload is no dataset.", "/upload")
    demand_admitted(upload)
    if upload.inspection.get("format") != "parquet":
        raise InvalidInput(
            "dataset_not_parquet", "Write the rows as Parquet and upload that file.", "/upload"
        )
    return upload


def inspected(dataset: DatasetVersion) -> Upload:
    found = Upload.objects.filter(
        artefact_id=dataset.artefact_id, kind=UploadKind.DATASET, state=UploadState.ADMITTED
    ).first()
    if found is None:
        raise InvalidInput(
            "dataset_elsewhere",
            f"The file of '{dataset}' was not inspected here. Upload it and name the upload.",
            "/dataset",
        )
    return found


def check_columns(upload: Upload, version: ModelVersion, key_column: str) -> None:
    """Raise InvalidInput naming what is missing or of another type than the signature says."""
    held = {one["name"]: str(one["dtype"]) for one in upload.inspection["schema"]}
    asked = version.signature["columns"]
    missing = [name for name in [key_column, *(one["name"] for one in asked)] if name not in held]
    if missing:
        raise InvalidInput(
            "columns_missing",
            f"The file lacks: {', '.join(missing[:20])}. Deliver every column of the model's "
            f"signature and the key '{key_column}'.",
            "/upload",
        )
    wrong = [one for one in asked if not fits(held[one["name"]], one["dtype"])]
    if wrong:
        first = wrong[0]
        raise InvalidInput(
            "column_type",
            f"Column '{first['name']}' holds {held[first['name']]}; the model's signature says "
            f"{first['dtype']}. Convert it and deliver again.",
            "/upload",
        )


def fits(dtype: str, wanted: str) -> bool:
    return dtype.startswith(_TAKES[wanted])


def check_labels(upload: Upload, batch_rows: int, key_column: str, label: str) -> None:
    held = upload.inspection["columns"]
    missing = [name for name in (key_column, label) if name not in held]
    if missing:
        raise InvalidInput(
            "columns_missing",
            f"The labels lack: {', '.join(missing)}. Deliver the key '{key_column}' and the "
            f"label '{label}'.",
            "/upload",
        )
    rows = int(upload.inspection["rows"])
    if rows > batch_rows:
        raise InvalidInput(
            "labels_unmatched",
            f"{rows} labels for a batch of {batch_rows} rows. Deliver at most one label a row.",
            "/upload",
        )


def kept_dataset(
    system: AISystem,
    upload: Upload,
    name: str,
    role: str,
    observed: tuple[datetime, datetime],
    *,
    by: Principal,
) -> DatasetVersion:
    """The dataset of these rows in this role, registered and stated if it is new."""
    dataset, is_new = DatasetVersion.objects.get_or_create(
        unit=system.unit,
        sha256=upload.artefact_id,
        role=role,
        defaults={
            "name": clean_name(name),
            "artefact": upload.artefact,
            "rows": int(upload.inspection["rows"]),
            "columns": upload.inspection["columns"],
            "observed_from": observed[0],
            "observed_until": observed[1],
            "registered_by_id": by.person_id,
        },
    )
    if is_new:
        state_dataset(dataset, by=by)
    elif dataset.artefact_id is None:
        complete_dataset(dataset, upload, by=by)
    check_dataset(system, dataset)
    return dataset
