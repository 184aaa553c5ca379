"""A batch and its labels: joined on the key, then measured as an evaluation is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from governance.registry.models import DatasetVersion
from inference.engine.encoding import encode_labels
from inference.engine.reasons import EngineError, printable
from inference.engine.signature import Signature
from monitoring.checks import Series
from monitoring.evaluation.compute import source
from monitoring.evaluation.figures import Tell, measure_all
from monitoring.evaluation.measures import Measured, Scored
from monitoring.evaluation.rows import attribute, read_columns
from monitoring.models import Batch
from monitoring.watching.scoring import Subject, predictions

SHOWN_KEYS = 3


@dataclass
class Labelled:
    """What came of the labels. `refusal` says why they cannot be used; then nothing was measured."""

    refusal: str = ""
    rows: int = 0
    scores: str = ""
    provider: str | None = None
    nodes: dict[str, int] = field(default_factory=dict)
    measured: list[Measured] = field(default_factory=list)


@dataclass(frozen=True)
class Joined:
    """Labels (int64, 1 = positive class) of the batch's rows at `places`, both of shape (n,)."""

    labels: Any
    places: Any
    attributes: dict[str, Any]


def measure_labels(
    batch: Batch,
    subject: Subject,
    series: list[Series],
    tell: Tell,
    found: Labelled,
    before: DatasetVersion | None = None,
) -> None:
    """Join, score where no run did yet, and measure. Raises EngineError where data or model gives none.

    `before` are labels that were measured already; they must stand in the new file unchanged.
    """
    tell("Joining labels", 0, batch.dataset.rows)
    if before is not None:
        check_kept(batch, before, subject.signature)
    joined = join(batch, subject.signature)
    said = predictions(subject, batch.dataset, batch.scores, tell)
    found.rows, found.scores = len(joined.labels), said.kept
    found.provider, found.nodes = said.provider, said.nodes
    decision = subject.signature.decision
    scored = Scored(
        labels=joined.labels,
        scores=said.scores[joined.places],
        decisions=said.decisions[joined.places],
        favourable=int(decision.favourable) if decision else 1,
        attributes=joined.attributes,
    )
    found.measured = measure_all(scored, series, tell)


def check_kept(batch: Batch, before: DatasetVersion, signature: Signature) -> None:
    """Raises EngineError labels_changed where a label that came before is missing or another now."""
    assert batch.labels is not None  # they were delivered
    columns = [batch.key_column, signature.label_column]
    told = read_columns(source(before), columns)
    tells = read_columns(source(batch.labels), columns)
    old, new = (keys(held, batch.key_column, "labels") for held in (told, tells))
    places = pc.index_in(old, value_set=new) if old.type == new.type else None
    if places is None or places.null_count:
        raise changed("Some of the labels that came before are missing.")
    earlier = encode_labels(told, signature)
    if not (encode_labels(tells, signature)[places.to_numpy()] == earlier).all():
        raise changed("Some of the labels that came before are others now.")


def changed(words: str) -> EngineError:
    return EngineError(
        "labels_changed", f"{words} Deliver a file with the same labels and those that are new."
    )


def join(batch: Batch, signature: Signature) -> Joined:
    """Raises EngineError labels_unmatched for keys that are missing, repeated or of no row."""
    assert batch.labels is not None  # they were delivered
    key = batch.key_column
    protected = [name for name in signature.protected if name != signature.label_column]
    rows = read_columns(source(batch.dataset), [key, *protected])
    said = read_columns(source(batch.labels), [key, signature.label_column])
    ours, theirs = keys(rows, key, "batch"), keys(said, key, "labels")
    if ours.type != theirs.type:
        raise unmatched(
            f"'{printable(key)}' is {ours.type} in the batch, {theirs.type} in the labels."
        )
    places = pc.index_in(theirs, value_set=ours)
    if places.null_count:
        strangers = theirs.filter(pc.is_null(places)).slice(0, SHOWN_KEYS).to_pylist()
        shown = ", ".join(printable(one) for one in strangers)
        raise unmatched(
            f"{places.null_count} labels are of no row of the batch (first: {shown}). "
            "Deliver the labels of this batch."
        )
    kept = rows.take(places)
    return Joined(
        labels=encode_labels(said, signature),
        places=places.to_numpy(),
        attributes={name: attribute(kept.column(name), name) for name in protected},
    )


def keys(table: Any, name: str, what: str) -> Any:
    """The key column as one array, without gaps or repetitions."""
    column = table.column(name)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    values = column.combine_chunks()
    if values.null_count:
        raise unmatched(f"{values.null_count} rows of the {what} have no '{printable(name)}'.")
    repeated = len(values) - pc.count_distinct(values).as_py()
    if repeated:
        raise unmatched(
            f"'{printable(name)}' repeats in {repeated} rows of the {what}; it must tell rows apart."
        )
    return values


def unmatched(sentence: str) -> EngineError:
    return EngineError("labels_unmatched", sentence)
