"""A pipeline elsewhere: its token, its key, and the statements it signs about the cast's release."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from django.test import Client
from django.utils import timezone

from governance.audit import canonical
from governance.audit.actions import instant
from governance.audit.ids import new_id
from governance.evidence import dsse
from governance.evidence.actions import emit_record, subject
from governance.evidence.models import Evidence, SigningKey
from governance.evidence.pipeline_keys import register_key
from governance.identity import actions as identity
from governance.identity.models import Token, Unit
from governance.identity.principal import Principal, principal_of_token
from governance.registry import actions as registry
from governance.registry.models import Release
from tests.cast import Cast, make_release
from tests.evidence import samples

VERBS = ["evidence.submit"]
JSON = dict[str, Any]
HEAD = ("id", "scope", "producedAt", "collector", "assurance", "supersedes")


@dataclass
class Pipeline:
    cast: Cast
    release: Release
    token: Token
    text: str
    signer: dsse.KeySigner
    key: SigningKey = field(init=False)

    @property
    def by(self) -> Principal:
        return principal_of_token(self.token)

    def measurement(self, value: str | None = "0.52", **changes: Any) -> JSON:
        """A statement as the pipeline makes it; `changes` replace parts of its predicate."""
        now = timezone.now()
        made = copy.deepcopy(samples.measurement())
        body = {name: part for name, part in made["predicate"].items() if name not in HEAD}
        body["series"]["target"] = f"sha256:{self.release.digest}"
        body["observed"] = {"from": "2016-01-01T00:00:00Z", "to": "2016-12-31T00:00:00Z"}
        body["run"] |= {"startedAt": instant(now - timedelta(minutes=1))}
        body["plan"] = None
        body["dataset"] |= {"digest": samples.DATA}
        body["value"] = (
            body["value"] | {"value": value, "lower": "0.4", "upper": "0.99"} if value else None
        )
        predicate = {
            "id": str(new_id()),
            "scope": self.release.scope.as_json(),
            "producedAt": instant(now),
            "collector": self.collector,
            "assurance": "computed-elsewhere",
            "supersedes": None,
            **body,
            **changes,
        }
        return {
            **made,
            "subject": [subject(str(self.release), self.release.digest)],
            "predicate": predicate,
        }

    @property
    def collector(self) -> JSON:
        by = self.by
        return {
            "kind": "ci",
            "id": str(by.account_id),
            "version": "ci 1.0",
            "person": str(by.person_id),
        }

    def sign(self, statement: JSON) -> JSON:
        return dsse.sign(canonical.dumps(statement), self.signer)

    def post(self, body: Any, **headers: str) -> Any:
        return Client().post(
            "/api/v1/evidence",
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.text}", **headers},
        )

    def submit(self, statement: JSON) -> Evidence:
        answer = self.post(self.sign(statement))
        assert answer.status_code == 201, answer.json()
        return Evidence.objects.get(id=answer.json()["id"])


def signer(seed: int) -> dsse.KeySigner:
    return dsse.KeySigner(Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


def make_pipeline(cast: Cast, seed: int = 7, release: Release | None = None) -> Pipeline:
    """A token and a registered key at the cast's system, whose release and data are registered."""
    if release is None:
        release = make_release(cast)
        registry.register_dataset(
            cast.system.unit,
            "ACS 2015",
            role="evaluation",
            sha256=samples.DATA,
            rows=9000,
            by=cast.by("owen"),
        )
    made = with_token(cast, release, seed)
    made.key = register_key(made.token, made.signer.public_bytes.hex(), by=cast.by("owen"))
    cast.sequence()
    return made


def with_token(cast: Cast, release: Release, seed: int, unit: Unit | None = None) -> Pipeline:
    at = unit or cast.system.unit
    token, text = identity.create_token(at, f"Build {seed}", VERBS, 30, by=cast.by("owen"))
    return Pipeline(cast, release, token, text, signer(seed))


def state_plan(cast: Cast, release: Release, **changes: Any) -> Evidence:
    """An evaluation plan's record, as the room of monitoring states it."""
    criterion = {
        "id": "ratio", "theme": "fairness", "check": "selection_rate_ratio", "slice": "SEX",
        "comparator": ">=", "threshold": "0.5", "use": "point", "minimumSample": 100,
    }  # fmt: skip
    fields = {"title": "Fairness", "subject": release.digest, "dataset": samples.DATA}
    with transaction.atomic():
        return emit_record(
            "evaluation-plan",
            record_id=new_id(),
            state="approved",
            fields={**fields, "criteria": [criterion], **changes},
            scope=release.scope,
            by=cast.by("owen"),
        )


def plan_of(stated: Evidence) -> JSON:
    return {"id": str(stated.record_id), "revision": stated.revision, "digest": stated.subjects[0]}
