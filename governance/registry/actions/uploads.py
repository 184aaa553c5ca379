from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.db import transaction

from governance.audit.actions import record
from governance.evidence.actions import emit_record, subject
from governance.evidence.scope import unit_scope
from governance.identity.errors import Conflict, InvalidInput
from governance.identity.models import Unit
from governance.identity.principal import Principal
from governance.registry import store
from governance.registry.choices import UploadKind, UploadState
from governance.registry.models import Upload
from governance.work.actions import enqueue
from governance.work.models import Job, JobState

NAME_LIMIT = 200


def clean_filename(name: str) -> str:
    """The last part of a path, printable, at most 200 characters; it is shown, never used as a path."""
    name = PurePosixPath(name.replace("\\", "/")).name.strip()
    if not name or len(name) > NAME_LIMIT or not name.isprintable():
        raise InvalidInput("filename", "Give the file a printable name of at most 200 characters.")
    return name


def receive_upload(
    unit: Unit, kind: str, filename: str, chunks: Iterable[bytes], *, by: Principal
) -> Upload:
    """First phase: store and hash the bytes. A model or dataset is then inspected by a worker."""
    by.require("artefact.upload" if kind != UploadKind.DOCUMENT else "document.attach", unit.path)
    if kind not in UploadKind.values:
        raise InvalidInput(
            "upload_kind", f"'{kind}' is not one of: {', '.join(UploadKind.values)}.", "/kind"
        )
    filename = clean_filename(filename)
    artefact = store.put(chunks, settings.UPLOAD_LIMIT_BYTES)
    with transaction.atomic():
        upload = Upload.objects.create(
            unit=unit, kind=kind, filename=filename, artefact=artefact, uploaded_by_id=by.person_id
        )
        record(
            "registry.file_received",
            by=by,
            object_type="upload",
            object_id=upload.pk,
            unit_path=unit.path,
            facts={"sha256": artefact.sha256, "kind": kind, "size": artefact.size},
            texts={"filename": filename},
        )
        if kind == UploadKind.DOCUMENT:
            Upload.objects.filter(pk=upload.pk).update(state=UploadState.ADMITTED)
        else:
            enqueue(
                "inference.inspect_upload",
                {"upload": str(upload.pk)},
                by=by,
                unit=unit,
                key=inspection_key(upload),
            )
    upload.refresh_from_db()
    return upload


def inspection_key(upload: Upload) -> str:
    return f"inspect:{upload.pk}"


def demand_admitted(upload: Upload) -> None:
    """Raises Conflict unless the inspection admitted the file, saying what to do."""
    if upload.state == UploadState.INSPECTING:
        ended = Job.objects.filter(
            key=inspection_key(upload), state__in=(JobState.FAILED, JobState.DEAD)
        )
        if ended.exists():
            raise Conflict(
                "inspection_given_up",
                "The inspection of this file was given up. Upload the file again, or let an administrator run "
                "it again (Jobs).",
            )
        raise Conflict("upload_inspecting", "This file is still being inspected. Try again soon.")
    if upload.state == UploadState.REFUSED:
        words = " ".join(reason["sentence"] for reason in upload.inspection.get("reasons", []))
        raise Conflict("upload_refused", f"This file was refused: {words}")


def finish_inspection(
    upload: Upload, admitted: bool, inspection: Mapping[str, Any], *, by: Principal
) -> Upload:
    """Second phase: what the inspection found, stated as a signed record about the file's digest."""
    state = UploadState.ADMITTED if admitted else UploadState.REFUSED
    with transaction.atomic():
        changed = Upload.objects.filter(pk=upload.pk, state=UploadState.INSPECTING).update(
            state=state, inspection=dict(inspection)
        )
        if changed == 1:
            emit_record(
                "artefact-admission",
                record_id=upload.pk,
                state=state,
                fields=admission_fields(upload, inspection),
                scope=unit_scope(upload.unit),
                by=by,
                author=upload.uploaded_by_id,
                subjects=[subject(upload.filename, upload.artefact_id)],
            )
    upload.refresh_from_db()
    return upload


def admission_fields(upload: Upload, inspection: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": upload.kind,
        "sha256": upload.artefact_id,
        "size": str(upload.artefact.size),
        "checks": [str(check) for check in inspection.get("checks", [])],
        "reasons": [str(reason["code"]) for reason in inspection.get("reasons", [])],
    }
