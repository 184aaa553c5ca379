"""The second phase of an upload: a worker looks into the file, in a process that may die of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from governance.registry import store
from governance.registry.actions import finish_inspection
from governance.registry.choices import UploadKind, UploadState
from governance.registry.models import Upload
from governance.work.kinds import WorkFailed, register
from governance.work.models import Queue
from governance.work.runner import Run
from inference.engine.inspection import inspect_model
from inference.inspections import model_findings, table_findings
from inference.tables.inspection import inspect_table


@register("inference.inspect_upload", queue=Queue.EVALUATION, lease_seconds=180)
def inspect_upload(run: Run) -> dict[str, Any]:
    """Admit or refuse an uploaded model or dataset. Done twice, the second time changes nothing."""
    upload = Upload.objects.select_related("unit", "artefact").get(pk=run.arguments["upload"])
    if upload.state == UploadState.INSPECTING:
        run.progress("Inspecting the file")
        admitted, findings = look_into(upload)
        upload = finish_inspection(upload, admitted, findings, by=run.principal)
    return {"upload": str(upload.pk), "state": upload.state}


def look_into(upload: Upload) -> tuple[bool, dict[str, Any]]:
    path = stored_file(upload)
    if upload.kind == UploadKind.MODEL:
        model = inspect_model(path)
        return model.admitted, model_findings(model)
    table = inspect_table(path)
    return table.admitted, table_findings(table)


def stored_file(upload: Upload) -> Path:
    path = store.path_of(upload.artefact_id)
    if not path.is_file():
        raise WorkFailed(
            f"The stored file of '{upload.filename}' is missing. Restore the artefact store or "
            "upload the file again."
        )
    return path
