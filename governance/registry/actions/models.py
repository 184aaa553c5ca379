from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from governance.audit import canonical
from governance.evidence.actions import emit_record, subject
from governance.evidence.scope import Scope
from governance.identity.actions import clean_name
from governance.identity.errors import Conflict, InvalidInput
from governance.identity.models import Unit
from governance.identity.principal import Principal
from governance.registry.actions.uploads import demand_admitted
from governance.registry.checks_input import check_digests
from governance.registry.choices import UploadKind
from governance.registry.models import Model, ModelVersion, Upload
from governance.registry.signatures import check_signature


def register_model_version(
    unit: Unit,
    model_name: str,
    *,
    upload: Upload,
    method: str,
    signature: Mapping[str, Any],
    training_data: Sequence[str],
    commit: str,
    parameters: Mapping[str, str],
    by: Principal,
) -> ModelVersion:
    """The next version of a model: an admitted file with its signature and where it came from."""
    by.require("model.register", unit.path)
    check_upload(upload)
    check_signature(signature, upload.inspection)
    digests = check_digests(training_data, "/trainingData")
    try:
        with transaction.atomic():
            model, _ = Model.objects.select_for_update().get_or_create(
                unit=unit, name=clean_name(model_name, 120)
            )
            refuse_twice(model, upload, signature)
            last = model.versions.aggregate(last=Max("number"))["last"] or 0
            version = ModelVersion.objects.create(
                model=model,
                number=last + 1,
                artefact=upload.artefact,
                task=signature["task"],
                method=clean_name(method, 120),
                signature=dict(signature),
                training_data=digests,
                commit=commit[:64],
                parameters={str(k)[:80]: str(v)[:200] for k, v in parameters.items()},
                registered_by_id=by.person_id,
            )
            state_model_version(version, upload, by=by)
    except IntegrityError as error:
        raise Conflict(
            "version_number", "Another version was registered at the same moment. Try again."
        ) from error
    return version


def refuse_twice(model: Model, upload: Upload, signature: Mapping[str, Any]) -> None:
    """The same file read in another way is another version; the caller holds the model's row."""
    held = model.versions.filter(artefact=upload.artefact, signature=dict(signature)).first()
    if held is not None:
        raise Conflict(
            "version_exists", f"This file is registered already with this signature: {held}."
        )


def check_upload(upload: Upload) -> None:
    if upload.kind != UploadKind.MODEL:
        raise InvalidInput("upload_kind", "This upload is not a model file.", "/upload")
    demand_admitted(upload)


def state_model_version(version: ModelVersion, upload: Upload, *, by: Principal) -> None:
    unit = version.model.unit
    fields = {
        "model": version.model.name,
        "modelId": str(version.model_id),
        "number": str(version.number),
        "digest": version.digest,
        "task": version.task,
        "method": version.method,
        "signature": canonical.dumps(dict(version.signature)).decode(),
        "trainingData": list(version.training_data),
        "commit": version.commit,
        "parameters": dict(version.parameters),
        "admission": str(upload.pk),
    }
    emit_record(
        "model-version",
        record_id=version.pk,
        state="registered",
        fields=fields,
        scope=Scope("system", unit.pk, unit),
        by=by,
        subjects=[subject(str(version), version.digest)],
    )
