"""Beside the data: the platform's own pure parts measure here and sign; only figures go out, never a row.

The one module of the command that imports rooms, and of those only parts that need no Django. It is imported
when it is asked for: signing needs cryptography, measuring what a worker needs (requirements/base.txt holds it).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from governance.audit import canonical, note
from governance.audit.ids import new_id
from governance.evidence import dsse

JSON = dict[str, Any]
Tell = Callable[[str, int, int], None]
VERSION = version("muniment")


def create_key(path: Path) -> JSON:
    """Write a new Ed25519 key, mode 0600, and give its public half as the platform takes it."""
    note.create_key(path)
    public = private_key(path).public_key()
    return {
        "file": str(path),
        "keyid": keyid_of(path),
        "public": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    }


def private_key(path: Path) -> Ed25519PrivateKey:
    """Raises ValueError unless only the file's owner may read it and it holds such a key."""
    note.load_signer(path, "pipeline")
    key = load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey)  # load_signer said so
    return key


def keyid_of(path: Path) -> str:
    """What the platform calls the key. Raises ValueError for a file that holds none."""
    return dsse.keyid(private_key(path).public_key().public_bytes_raw())


def signed(statement: Any, key: Path) -> JSON:
    """The DSSE envelope of a statement."""
    return dsse.sign(canonical.dumps(statement), dsse.KeySigner(private_key(key)))


def read_json(path: Path) -> Any:
    """Raises ValueError for anything a signed record cannot hold."""
    return canonical.loads(path.read_bytes(), max_bytes=dsse.MAX_ENVELOPE_BYTES)


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def rows_of(path: Path) -> int:
    """How many rows a Parquet file has. Raises ValueError for any other file."""
    from pyarrow import parquet

    return int(parquet.read_metadata(path).num_rows)


@dataclass(frozen=True)
class Asked:
    """What is measured, as the platform knows it, and the files that hold it here."""

    release: JSON
    signature: JSON
    plan: JSON
    dataset: JSON
    you: JSON
    model: Path
    data: Path
    labels: Path | None = None
    device: str = "cpu"


def measurements(asked: Asked, tell: Tell) -> list[JSON]:
    """Unsigned statements, one a figure: what the worker would say of the same rows, as computed elsewhere.

    Raises EngineError (a ValueError) where the model or the rows give no figure.
    """
    from monitoring.checks import standard_series
    from monitoring.evaluation.figures import (
        Described,
        described_population,
        measure_all,
        planned_series,
        policy,
        score_rows,
        scored_rows,
    )
    from monitoring.evaluation.provenance import environment_of
    from monitoring.evaluation.rows import Source, read_rows

    started = instant()
    signature = checked_signature(asked)
    model = Source(asked.model, digest_of(asked.model))
    data = Source(asked.data, asked.dataset["sha256"])
    labels = Source(asked.labels, digest_of(asked.labels)) if asked.labels else None
    rows = read_rows(data, labels, signature)
    scores = score_rows(model, data, signature, policy(asked.device), tell)
    series = [
        *standard_series(tuple(asked.signature.get("protected", ()))),
        *planned_series(asked.plan["criteria"]),
    ]
    measured = measure_all(scored_rows(rows, scores, signature), list(dict.fromkeys(series)), tell)
    environment, _ = environment_of(scores.provider, scores.nodes)
    ended, held = instant(), asked.dataset
    described = Described(
        run=str(new_id()),
        attempt=1,
        started=started,
        ended=ended,
        target=asked.release["digest"],
        plan=cited(asked.plan),
        dataset=labelled(held, rows.n, labels.sha256 if labels else None),
        population=described_population(held["name"], held["description"]),
        version=VERSION,
        environment=environment,
        signature=signature,
    )
    release = asked.release
    subjects = [
        (f"Release {release['number']}", release["digest"]),
        ("Model version", model.sha256),
    ]
    return [
        statement("measurement", release["scope"], subjects, asked.you, ended, described.body(one))
        for one in measured
    ]


def checked_signature(asked: Asked) -> Any:
    """The signature as the engine takes it. Raises ValueError where the model's file does not fit it."""
    from inference.engine.inspection import inspect_model
    from inference.engine.matching import match
    from inference.registered import engine_signature

    signature = engine_signature(asked.signature, asked.release["manifest"]["decision"])
    found = inspect_model(asked.model)
    reasons = [*found.reasons, *match(signature, found)]
    if reasons:
        raise ValueError(" ".join(one.sentence for one in reasons[:5]))
    return signature


def cited(record: JSON) -> JSON:
    """A plan or a monitor as statements name it."""
    return {name: record[name] for name in ("id", "revision", "digest")}


def labelled(dataset: JSON, rows: int, labels: str | None) -> JSON:
    return {
        "name": dataset["name"],
        "digest": dataset["sha256"],
        "rows": rows,
        "labels": {"digest": labels, "rows": rows} if labels else None,
    }


@dataclass(frozen=True)
class Watched:
    """A monitor as the platform knows it, the rows of a period, and the files that hold both here."""

    monitor: JSON
    release: JSON
    signature: JSON
    reference: JSON
    dataset: JSON
    you: JSON
    model: Path
    reference_file: Path
    data: Path
    observed: tuple[str, str]


def drift(asked: Watched, tell: Tell) -> JSON:
    """The unsigned drift statement that the worker would make of the same rows, as computed elsewhere."""
    from inference.registered import engine_signature
    from monitoring.evaluation import drifting
    from monitoring.evaluation.provenance import code, environment_of
    from monitoring.evaluation.rows import Source
    from monitoring.statistics.column_drift import DriftStatus

    started = instant()
    signature = engine_signature(asked.signature, asked.release["manifest"]["decision"])
    model = Source(asked.model, digest_of(asked.model))
    features = drifting.features_of(asked.monitor["columns"])
    sources = (
        Source(asked.reference_file, asked.reference["sha256"]),
        Source(asked.data, asked.dataset["sha256"]),
    )
    scored = [
        drifting.score_data(model, one, signature, f"Scoring {one.path.name}", tell)
        for one in sources
    ]
    result = compared(sources, scored, features, asked.monitor["rule"])
    columns = drifting.columns_of(result, result.status)
    environment, _ = environment_of(scored[1].provider, scored[1].nodes)
    reference, dataset, at = asked.reference, asked.dataset, instant()
    body = {
        "series": {
            "check": drifting.CHECK,
            "target": f"sha256:{asked.release['digest']}",
            "slice": "all",
        },
        "observed": {"from": asked.observed[0], "to": asked.observed[1]},
        "monitor": cited(asked.monitor),
        "scheduledFor": started,
        "run": {"id": str(new_id()), "attempt": 1, "startedAt": started},
        "reference": thing(reference),
        "dataset": {**thing(dataset), "labels": None},
        "sample": {"method": "every row", "n": len(scored[1].scores), "seed": None},
        "status": str(DriftStatus(result.status)),
        "reason": result.reason or None,
        "columns": [drifting.column(one) for one in columns],
        "code": code(VERSION),
        "environment": environment,
        "artefacts": [],
    }
    subjects = [
        (f"Release {asked.release['number']}", asked.release["digest"]),
        (reference["name"], reference["sha256"]),
        (dataset["name"], dataset["sha256"]),
    ]
    return statement("drift", asked.monitor["scope"], subjects, asked.you, at, body)


def compared(sources: Any, scored: Any, features: Any, rule: JSON) -> Any:
    """Each column and the predictions of the period against the reference's."""
    from monitoring.evaluation import drifting

    names = [one.name for one in features]
    before, after = (drifting.held_columns(one, names) for one in sources)
    first, second = ((one.scores, one.labels) for one in scored)
    return drifting.compared((before, after), (first, second), features, rule)


def thing(dataset: JSON) -> JSON:
    return {"name": dataset["name"], "digest": dataset["sha256"], "rows": int(dataset["rows"])}


def statement(
    type_: str, scope: JSON, subjects: list[tuple[str, str]], you: JSON, at: str, body: JSON
) -> JSON:
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name, "digest": {"sha256": one}} for name, one in subjects],
        "predicateType": f"urn:muniment:predicate:{type_}:v1",
        "predicate": {
            "id": str(new_id()),
            "scope": scope,
            "producedAt": at,
            "collector": {
                "kind": "ci",
                "id": you["account"],
                "version": f"muniment {VERSION}",
                "person": you["person"],
            },
            "assurance": "computed-elsewhere",
            "supersedes": None,
            **body,
        },
    }


def instant() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
