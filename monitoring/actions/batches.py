from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from governance.audit.actions import instant, record
from governance.evidence.actions import emit_record, subject
from governance.evidence.models import Evidence
from governance.identity.actions import clean_name
from governance.identity.errors import Conflict, InvalidInput
from governance.identity.principal import Principal
from governance.registry.choices import DatasetRole, Environment
from governance.registry.models import AISystem, DatasetVersion, Deployment, Upload
from governance.work.actions import enqueue
from monitoring.deliveries import check_columns, check_labels, delivered_file, kept_dataset
from monitoring.models import Batch
from monitoring.states import LabelsState
from monitoring.subjects import decided_signature, only_version

NOTE_LIMIT = 2000
KEY_LIMIT = 120


@dataclass(frozen=True)
class Delivery:
    """What is said of a batch. `observed` is the period its rows were decided in, first included."""

    name: str
    observed: tuple[datetime, datetime]
    is_replay: bool = False
    key_column: str = "id"
    note: str = ""


def deliver_batch(
    deployment: Deployment,
    delivery: Delivery,
    *,
    by: Principal,
    upload: Upload | None = None,
    dataset: DatasetVersion | None = None,
) -> Batch:
    """Keep rows that a deployment decided about, for its monitor to compare. The same rows give the same batch.

    Raises InvalidInput for missing columns, other types or a period that is reversed or not over;
    Conflict for rows that were delivered as something else, or a deployment that has ended.
    """
    by.require("batch.deliver", deployment.system.unit.path)
    check_delivery(delivery)
    file = delivered_file(upload, dataset)
    version = only_version(deployment.release)
    decided_signature(version, deployment.release)
    check_columns(file, version, delivery.key_column)
    check_origin(deployment, delivery)
    with transaction.atomic():
        held = Deployment.objects.select_for_update().get(pk=deployment.pk)
        known = Batch.objects.filter(deployment=held, dataset__sha256=file.artefact_id).first()
        if known is not None:
            return same_batch(known, delivery)
        if held.ended_at is not None:
            raise Conflict("deployment_ended", f"{deployment} has ended; it decides nothing now.")
        rows = kept_dataset(
            deployment.system, file, delivery.name, DatasetRole.PRODUCTION, delivery.observed, by=by
        )
        return keep_batch(deployment, rows, delivery, by)


def check_delivery(delivery: Delivery) -> None:
    begin, end = delivery.observed
    if begin > end:
        raise InvalidInput("observed", "The period ends before it begins.", "/observedUntil")
    if end > timezone.now():
        raise InvalidInput(
            "observed",
            "The period is not over yet. Deliver the batch afterwards.",
            "/observedUntil",
        )
    if not delivery.key_column or len(delivery.key_column) > KEY_LIMIT:
        raise InvalidInput("key", "Name the column whose values tell the rows apart.", "/key")
    if len(delivery.note) > NOTE_LIMIT:
        raise InvalidInput("note", f"Write at most {NOTE_LIMIT} characters.", "/note")


def check_origin(deployment: Deployment, delivery: Delivery) -> None:
    if delivery.observed[0] < deployment.started_at and not delivery.is_replay:
        raise InvalidInput(
            "observed",
            f"{deployment} is live since {instant(deployment.started_at)}: it decided nothing before. "
            "Deliver rows of before as a replay.",
            "/observedFrom",
        )


def same_batch(known: Batch, delivery: Delivery) -> Batch:
    told = (
        known.name,
        known.observed_from,
        known.observed_until,
        known.is_replay,
        known.key_column,
    )
    tells = (
        clean_name(delivery.name),
        *delivery.observed,
        delivery.is_replay,
        delivery.key_column,
    )
    if told == tells:
        return known
    raise Conflict(
        "batch_delivered",
        f"These rows were delivered already, as '{known.name}', {known.observed_from:%Y-%m-%d} to "
        f"{known.observed_until:%Y-%m-%d}.",
    )


def keep_batch(
    deployment: Deployment, rows: DatasetVersion, delivery: Delivery, by: Principal
) -> Batch:
    last = Batch.objects.filter(deployment=deployment).aggregate(last=Max("sequence"))["last"] or 0
    batch = Batch.objects.create(
        deployment=deployment,
        sequence=last + 1,
        name=clean_name(delivery.name),
        dataset=rows,
        key_column=delivery.key_column,
        is_replay=delivery.is_replay,
        note=delivery.note.strip(),
        observed_from=delivery.observed[0],
        observed_until=delivery.observed[1],
        delivered_by_id=by.person_id,
    )
    state_batch(batch, "delivered", by=by)
    return batch


def deliver_labels(
    batch: Batch,
    *,
    by: Principal,
    upload: Upload | None = None,
    dataset: DatasetVersion | None = None,
) -> Batch:
    """Keep the labels of a batch; a worker joins them on the key and measures. The same file changes nothing.

    Where labels came for some of the rows, a file with these and more may follow: it is measured as
    another attempt. Raises InvalidInput for missing columns or too many labels; Conflict where labels
    are being checked, or every row has its own.
    """
    deployment = batch.deployment
    by.require("batch.deliver", deployment.system.unit.path)
    file = delivered_file(upload, dataset)
    signature = decided_signature(only_version(deployment.release), deployment.release)
    check_labels(file, batch.dataset.rows, batch.key_column, signature.label_column)
    with transaction.atomic():
        held = Batch.objects.select_for_update(of=("self",)).with_parts().get(pk=batch.pk)
        is_known = held.labels is not None and held.labels.sha256 == file.artefact_id
        if is_known and held.labels_state != LabelsState.REFUSED:
            return held
        refuse_labelled(held)
        before = held.labels_id if held.labels_state == LabelsState.MEASURED else None
        observed = (held.observed_from, held.observed_until)
        held.labels = kept_dataset(
            deployment.system, file, f"Labels of {held.name}", DatasetRole.LABELS, observed, by=by
        )
        held.labels_state, held.labels_reason = LabelsState.CHECKING, ""
        held.labels_by_id = by.person_id
        held.labels_job = enqueue(
            "monitoring.labels",
            {"batch": str(held.pk), "before": str(before or "")},
            by=by,
            unit=deployment.system.unit,
        )
        held.save()
        record(
            "monitoring.labels_delivered",
            by=by,
            object_type="batch",
            object_id=held.pk,
            unit_path=deployment.system.unit.path,
            facts={"labels": held.labels.sha256},
        )
    return held


def refuse_labelled(batch: Batch) -> None:
    if batch.labels_state == LabelsState.CHECKING:
        raise Conflict("labels_delivered", f"The labels of '{batch}' are being checked.")
    if batch.labels_state == LabelsState.MEASURED and batch.labelled_rows == batch.dataset.rows:
        raise Conflict("labels_delivered", f"'{batch}' has its labels already, in another file.")


def state_batch(batch: Batch, state: str, *, by: Principal) -> Evidence:
    return emit_record(
        "batch",
        record_id=batch.pk,
        state=state,
        fields=batch_fields(batch),
        scope=batch.deployment.scope,
        by=by,
        author=batch.delivered_by_id,
        subjects=[subject(batch.name, batch.dataset.sha256)],
    )


def batch_fields(batch: Batch) -> dict[str, Any]:
    return {
        "name": batch.name,
        "sequence": batch.sequence,
        "dataset": batch.dataset.sha256,
        "rows": batch.dataset.rows,
        "key": batch.key_column,
        "replay": batch.is_replay,
        "note": batch.note or None,
        "observedFrom": instant(batch.observed_from),
        "observedUntil": instant(batch.observed_until),
        "labels": batch.labels.sha256 if batch.labels else None,
        "labelledRows": batch.labelled_rows,
    }


def live_deployment(system: AISystem, environment: str = Environment.PRODUCTION) -> Deployment:
    """What is live now. Raises Conflict where nothing is."""
    found = (
        Deployment.objects.live()
        .filter(system=system, environment=environment)
        .select_related("release__system__unit", "system__unit")
        .first()
    )
    if found is None:
        raise Conflict("nothing_live", f"Nothing of {system} is live in {environment}.")
    return found
