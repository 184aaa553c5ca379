from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from governance.audit import canonical
from governance.audit.actions import Salted, instant, record
from governance.audit.ids import new_id
from governance.evidence import dsse, signals, statement
from governance.evidence.choices import Assurance, PredicateType
from governance.evidence.keys import installation_signer
from governance.evidence.models import Evidence
from governance.evidence.scope import Scope
from governance.identity.principal import Principal
from governance.identity.revisions import demand_read

JSON = Mapping[str, Any]


def subject(name: str, sha256: str) -> dict[str, Any]:
    return {"name": name, "digest": {"sha256": sha256}}


def collector_of(by: Principal) -> dict[str, str]:
    """Who handed the statement in, and the person who answers for that account."""
    kind = "ci" if by.is_service else "person"
    return {
        "kind": kind,
        "id": str(by.account_id),
        "version": settings.VERSION,
        "person": str(by.person_id),
    }


def worker_collector(by: Principal | None = None) -> dict[str, str | None]:
    """A worker of this platform, for whoever asked for the work; None: the platform by itself."""
    return {
        "kind": "worker",
        "id": "muniment",
        "version": settings.VERSION,
        "person": str(by.person_id) if by else None,
    }


def emit(
    type_: str,
    *,
    scope: Scope,
    subjects: Sequence[JSON],
    body: JSON,
    assurance: str,
    by: Principal,
    collector: JSON | None = None,
    supersedes: JSON | None = None,
    texts: Mapping[str, str | Salted] | None = None,
    at: datetime | None = None,
) -> Evidence:
    """Sign a statement, store it and write its entry, in the caller's transaction.

    `body` holds the predicate's fields beyond the common ones. Raises statement.StatementError when it does
    not fit the predicate's schema.
    """
    identity, produced_at = new_id(), at or timezone.now()
    made = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [dict(one) for one in subjects],
        "predicateType": f"urn:muniment:predicate:{type_}:v1",
        "predicate": {
            "id": str(identity),
            "scope": scope.as_json(),
            "producedAt": instant(produced_at),
            "collector": dict(collector or collector_of(by)),
            "assurance": assurance,
            "supersedes": dict(supersedes) if supersedes else None,
            **body,
        },
    }
    statement.validate(made)
    payload = canonical.dumps(made)
    signer = installation_signer()
    envelope = dsse.sign(payload, signer)
    return store(made, payload, envelope, scope=scope, by=by, keyid=signer.keyid, texts=texts)


def store(
    made: JSON,
    payload: bytes,
    envelope: JSON,
    *,
    scope: Scope,
    by: Principal,
    keyid: str,
    texts: Mapping[str, str | Salted] | None = None,
) -> Evidence:
    """Keep a signed statement and write its entry, in the caller's transaction."""
    predicate = made["predicate"]
    type_ = statement.type_of(made)
    sha256 = hashlib.sha256(payload).hexdigest()
    entry_id = record(
        "evidence.recorded",
        by=by,
        object_type=type_,
        object_id=predicate["id"],
        unit_path=scope.unit.path,
        facts={
            "payload": sha256,
            "scope": str(scope.id),
            "kind": kind_of(predicate),
            "keyid": keyid,
        },
        texts=texts,
    )
    row = Evidence.objects.create(
        id=UUID(predicate["id"]),
        entry_id=entry_id,
        type=type_,
        unit=scope.unit,
        scope_type=scope.type,
        scope_id=scope.id,
        subjects=[one["digest"]["sha256"] for one in made["subject"]],
        keyid=keyid,
        payload_sha256=sha256,
        statement=made,
        envelope=dsse.write_envelope(envelope),
        **search_columns(predicate),
    )
    signals.recorded.send(sender=Evidence, evidence=row)
    return row


def kind_of(predicate: JSON) -> str:
    series = predicate.get("series") or {}
    return str(predicate.get("kind") or series.get("check") or predicate.get("role") or "")


def search_columns(predicate: JSON) -> dict[str, Any]:
    record_part = predicate.get("record") or {}
    series = predicate.get("series") or {}
    supersedes = predicate.get("supersedes") or {}
    person = predicate.get("person") or predicate.get("author")
    return {
        "kind": kind_of(predicate),
        "slice": series.get("slice", ""),
        "record_id": UUID(record_part["id"]) if record_part else None,
        "revision": int(record_part["revision"]) if record_part else None,
        "state": record_part.get("state", predicate.get("outcome", "")),
        "person_id": UUID(person) if person else None,
        "produced_at": datetime.fromisoformat(predicate["producedAt"]),
        "assurance": predicate["assurance"],
        "supersedes_id": UUID(supersedes["id"]) if supersedes else None,
    }


def newest_revision(record_id: UUID) -> int:
    """0 where nothing was said of it yet."""
    return Evidence.objects.of_record(record_id).aggregate(last=Max("revision"))["last"] or 0


def emit_record(
    kind: str,
    *,
    record_id: UUID,
    state: str,
    fields: JSON,
    scope: Scope,
    by: Principal,
    author: UUID | None = None,
    subjects: Sequence[JSON] = (),
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    texts: Mapping[str, str | Salted] | None = None,
    at: datetime | None = None,
) -> Evidence:
    """State the next revision of a record. Its first subject is the digest of `{kind, record, fields}`.

    Raises ChangedSince where the caller read another revision than the newest.
    """
    last = newest_revision(record_id)
    demand_read(record_id, last)
    head = {"id": str(record_id), "revision": last + 1, "state": state}
    revision = {"kind": kind, "record": head, "fields": dict(fields)}
    own = subject(f"{kind}/{record_id}/{last + 1}", canonical.digest(revision))
    body = {
        **revision,
        "validFrom": instant(valid_from) if valid_from else None,
        "validUntil": instant(valid_until) if valid_until else None,
        "author": str(author or by.person_id),
    }
    return emit(
        PredicateType.RECORD,
        scope=scope,
        subjects=[own, *subjects],
        body=body,
        assurance=Assurance.RECORD,
        by=by,
        texts=texts,
        at=at,
    )
