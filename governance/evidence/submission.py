"""Evidence that a pipeline measured and signed elsewhere: what is accepted, and why the rest is refused.

What is taken in counts as computed elsewhere. Every refusal stands in the log, and nothing else of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NoReturn
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from governance.audit import canonical
from governance.evidence import dsse, statement
from governance.evidence.actions import store
from governance.evidence.choices import KeyPurpose
from governance.evidence.consistency import parse_time
from governance.evidence.keyring import PIPELINE_ASSURANCE, PIPELINE_TYPES
from governance.evidence.models import Evidence, SigningKey
from governance.evidence.querysets import key_of
from governance.evidence.reading import UUID_FORM
from governance.evidence.scope import Scope
from governance.identity.errors import DomainError, Forbidden
from governance.identity.models import Unit
from governance.identity.principal import Principal
from governance.identity.refusals import EVIDENCE, log_refusal

JSON = Mapping[str, Any]

SUBMIT = "evidence.submit"
OLDEST = timedelta(days=30)
# Kinds of record whose further subjects are things that evidence can be about.
THINGS = ("release", "model-version", "dataset")
# What the columns hold that a series is found by.
LONGEST = {"check": 60, "slice": 120}
STATUS = {
    "too_large": 413,
    "already_submitted": 409,
    "id_taken": 409,
    # What is no JSON is told before anything of it is looked at.
    "body_too_large": 413,
    "parse_error": 400,
    "unsupported_media_type": 415,
}


class Refused(DomainError):
    """Evidence that is not accepted: nothing of it was kept but the entry that says so."""

    def __init__(self, code: str, sentence: str, pointer: str = "", first: str = "") -> None:
        super().__init__(code, sentence, pointer)
        self.status = STATUS.get(code, 422)
        self.members = {"evidence": first} if first else {}


def submit(envelope: object, *, by: Principal) -> Evidence:
    """Check an envelope and keep what was checked of it, never what was sent.

    Raises Refused, or Forbidden where the account may not touch the scope.
    """
    if not by.is_service:
        raise Forbidden(
            "not_a_pipeline",
            "Evidence is handed in by a pipeline, with a token. People use the pages.",
        )
    signed, key = opened(envelope, by)
    made = read_statement(signed.payload)
    check_key(key, made)
    check_kind(made)
    check_collector(made["predicate"], by)
    scope = scope_of(made["predicate"]["scope"], by)
    check_subjects(made, scope)
    check_references(made["predicate"], scope)
    check_series(made["predicate"]["series"])
    check_parameters(made["predicate"])
    check_supersedes(made["predicate"], by)
    return keep(made, signed, scope, by)


def opened(envelope: object, by: Principal) -> tuple[dsse.Opened, SigningKey]:
    """What the envelope says, and the account's own key that signed it."""
    if not isinstance(envelope, dict):
        raise Refused("bad_envelope", "Send a DSSE envelope: a JSON object.")
    rows = SigningKey.objects.with_index().filter(purpose=KeyPurpose.PIPELINE)
    key = rows.filter(keyid=named_key(envelope)).first()
    known = {key.keyid: bytes.fromhex(key.public)} if key else {}
    try:
        found = dsse.open_envelope(envelope, known)
    except dsse.EnvelopeError as error:
        raise Refused(error.code, error.sentence, error.pointer) from None
    assert key is not None  # it signed
    if key.account_id != by.account_id:
        raise Refused(
            "foreign_key",
            "The key that signed this is registered for another account. Sign with the key of this token's account.",
            "/signatures",
        )
    return found, key


def named_key(envelope: JSON) -> str:
    """The key id of the first signature; empty where there is none."""
    held = envelope.get("signatures")
    first = held[0] if isinstance(held, list) and held else None
    keyid = first.get("keyid") if isinstance(first, dict) else None
    return keyid[: dsse.MAX_KEYID] if isinstance(keyid, str) else ""


def read_statement(payload: bytes) -> dict[str, Any]:
    """The statement, valid for its type, made within the last 30 days. Pointers lie in the statement."""
    now = timezone.now()
    try:
        made = canonical.loads(payload, require_canonical=True)
        statement.validate(made, now=now, oldest=now - OLDEST)
    except canonical.CanonicalError as error:
        raise Refused(error.code, f"The payload: {error.sentence}", "/payload") from None
    except statement.StatementError as error:
        raise Refused(error.code, error.sentence, error.pointer) from None
    assert isinstance(made, dict)  # valid
    return made


def check_key(row: SigningKey, made: JSON) -> None:
    key = key_of(row)
    if key.revoked_from() is not None:
        raise Refused(
            "key_revoked", "This key is revoked. Register a new one and sign again.", "/signatures"
        )
    produced = parse_time(made["predicate"]["producedAt"])
    if key.has_expired(timezone.now()) or key.has_expired(produced):
        raise Refused(
            "key_expired", "This key has expired. Register a new one and sign again.", "/signatures"
        )


def check_kind(made: JSON) -> None:
    if statement.type_of(made) not in PIPELINE_TYPES:
        raise Refused(
            "predicate_not_accepted",
            f"A pipeline signs {' and '.join(PIPELINE_TYPES)}; all else is stated on the platform itself.",
            "/predicateType",
        )
    if made["predicate"]["assurance"] != PIPELINE_ASSURANCE:
        raise Refused(
            "wrong_assurance",
            f"What a pipeline signs is {PIPELINE_ASSURANCE}; only this platform's workers compute here.",
            "/predicate/assurance",
        )


def check_collector(predicate: JSON, by: Principal) -> None:
    collector = predicate["collector"]
    wanted = {"kind": "ci", "id": str(by.account_id), "person": str(by.person_id)}
    for name, value in wanted.items():
        if collector[name] != value:
            raise Refused(
                "wrong_collector",
                f"The collector of what this token hands in has the {name} {value} (GET /api/v1/keys tells it).",
                f"/predicate/collector/{name}",
            )


def scope_of(said: JSON, by: Principal) -> Scope:
    """The scope as it is known here, where the account may submit. Raises Refused, Forbidden."""
    unit, path = place_of(said, by)
    by.require(SUBMIT, unit.path)
    if list(said["path"]) != path:
        raise Refused(
            "scope_path", f"The path of this scope is {', '.join(path)}.", "/predicate/scope/path"
        )
    between = tuple(UUID(one) for one in path[len(unit.path_ids) : -1])
    return Scope(said["type"], UUID(said["id"]), unit, between)


def place_of(said: JSON, by: Principal) -> tuple[Unit, list[str]]:
    """The unit that a scope belongs to, and the scope's path from the organisation down."""
    unit = Unit.objects.visible_to(by).filter(pk=said["id"], kind=said["type"]).first()
    if unit is not None:
        return unit, unit.path_ids
    known = stated(said["type"], said["id"], by)
    if known is not None:
        return known.unit, list(known.predicate["scope"]["path"])
    raise Refused(
        "unknown_scope",
        f"No {said['type']} that this token sees has this id.",
        "/predicate/scope/id",
    )


def stated(kind: str, pk: str, by: Principal) -> Evidence | None:
    """The newest record of a release or deployment that the account sees."""
    seen = Evidence.objects.visible_to(by).select_related("unit").filter(kind=kind)
    return seen.of_record(UUID(pk)).first() if kind in ("release", "deployment") else None


def records_here(scope: Scope, kinds: Sequence[str]) -> Any:
    """Records of these kinds at the scope's unit, or at one above it."""
    return Evidence.objects.filter(type="record", kind__in=kinds, unit_id__in=scope.unit.path_ids)


def known_digests(digests: Sequence[str], kinds: Sequence[str], scope: Scope) -> set[str]:
    """Those of the digests that are of things registered here. A record's first subject is only itself."""
    rows = records_here(scope, kinds).filter(subjects__overlap=list(digests))
    named = {one for held in rows.values_list("subjects", flat=True) for one in held[1:]}
    return named & set(digests)


def check_subjects(made: JSON, scope: Scope) -> None:
    """Everything the statement is about is registered here; what it measures is part of its scope."""
    digests = [one["digest"]["sha256"] for one in made["subject"]]
    known = known_digests(digests, THINGS, scope)
    for number, digest in enumerate(digests):
        if digest not in known:
            refuse_digest(digest, f"/subject/{number}/digest/sha256")
    target = made["predicate"]["series"]["target"].removeprefix("sha256:")
    if target not in measurable(scope):
        raise Refused(
            "wrong_target",
            f"What is measured must be a release or a model version of this {scope.type}.",
            "/predicate/series/target",
        )


def measurable(scope: Scope) -> set[str]:
    """Digests of the release of the scope and of its models; of all of them for a system or above."""
    rows = records_here(scope, ("release", "model-version"))
    if scope.type == "deployment":
        live = Evidence.objects.filter(kind="deployment").of_record(scope.id).first()
        rows = rows.filter(record_id=live.fields["release"]) if live else rows.none()
    elif scope.type == "release":
        rows = rows.filter(record_id=scope.id)
    found: set[str] = set()
    for row in rows.defer("envelope"):
        found |= {*row.subjects[1:], *(one["digest"] for one in row.fields.get("models", []))}
    return found


def check_references(predicate: JSON, scope: Scope) -> None:
    """Data by registered digests; plan or monitor by a revision that was stated here."""
    for pointer, digest in data_of(predicate):
        if digest not in known_digests([digest], ("dataset",), scope):
            refuse_digest(digest, pointer)
    for name, kind in (("plan", "evaluation-plan"), ("monitor", "monitor")):
        named = predicate.get(name)
        if named and not is_stated(named, kind, scope):
            raise Refused(
                f"unknown_{name}",
                f"No {kind.replace('-', ' ')} here has this id, revision and digest.",
                f"/predicate/{name}",
            )


def data_of(predicate: JSON) -> list[tuple[str, str]]:
    """(pointer, digest) of each data set that is named."""
    found = []
    for name in ("dataset", "reference"):
        held = predicate.get(name) or {}
        if held:
            found.append((f"/predicate/{name}/digest", held["digest"]))
        if held.get("labels"):
            found.append((f"/predicate/{name}/labels/digest", held["labels"]["digest"]))
    return found


def is_stated(named: JSON, kind: str, scope: Scope) -> bool:
    if not UUID_FORM.match(named["id"]):
        return False
    rows = records_here(scope, (kind,)).filter(record_id=named["id"], revision=named["revision"])
    return any(row.subjects[0] == named["digest"] for row in rows.defer("envelope"))


def check_series(series: JSON) -> None:
    for name, most in LONGEST.items():
        if len(series[name]) > most:
            raise Refused(
                "too_long",
                f"This has {len(series[name])} characters. Write at most {most}.",
                f"/predicate/series/{name}",
            )


def check_parameters(predicate: JSON) -> None:
    """A figure's cut-off is a decimal text; what it is held against stands in the plan alone."""
    for name, value in predicate.get("parameters", {}).items():
        pointer = f"/predicate/parameters/{name}"
        if "threshold" in name.lower():
            raise Refused(
                "threshold",
                "A measurement holds no threshold: the approved plan does. Remove it.",
                pointer,
            )
        if name == "cutOff" and not (isinstance(value, str) and is_decimal(value)):
            raise Refused(
                "wrong_type", 'A cut-off is a decimal written as text, such as "0.5".', pointer
            )


def is_decimal(text: str) -> bool:
    whole, _, rest = text.removeprefix("-").partition(".")
    return whole.isascii() and whole.isdigit() and (not rest or (rest.isascii() and rest.isdigit()))


def check_supersedes(predicate: JSON, by: Principal) -> None:
    """Only what the account itself handed in can be corrected by it."""
    link = predicate["supersedes"]
    if link is None:
        return
    found = Evidence.objects.visible_to(by).filter(id=link["id"]).first()
    if found is None or found.predicate["collector"]["id"] != str(by.account_id):
        raise Refused(
            "supersedes_foreign",
            "Evidence is corrected by who handed it in; this token handed in nothing with this id.",
            "/predicate/supersedes/id",
        )


def keep(made: JSON, signed: dsse.Opened, scope: Scope, by: Principal) -> Evidence:
    payload, envelope = signed.payload, dsse.envelope_of(signed)
    refuse_again(made, payload)
    try:
        with transaction.atomic():
            return store(made, payload, envelope, scope=scope, by=by, keyid=signed.keyid)
    except IntegrityError:
        refuse_again(made, payload)
        raise


def refuse_again(made: JSON, payload: bytes) -> None:
    """Raises Refused with the id of the first where the statement, or its id, was posted before."""
    sha256, pk = hashlib.sha256(payload).hexdigest(), made["predicate"]["id"]
    first = Evidence.objects.filter(Q(payload_sha256=sha256) | Q(id=pk)).first()
    if first is None:
        return
    if first.payload_sha256 == sha256:
        sentence = f"This statement was submitted before: it is evidence {first.id}."
        raise Refused("already_submitted", sentence, "/predicate/id", str(first.id))
    sentence = f"Another statement has the id {first.id}. Give this one an id of its own."
    raise Refused("id_taken", sentence, "/predicate/id", str(first.id))


def refuse_digest(digest: str, pointer: str) -> NoReturn:
    raise Refused(
        "unknown_digest",
        f"Nothing registered here has the digest {digest}. Register it first (muniment dataset register --sha256 …).",
        pointer,
    )


def log_refused(refusal: DomainError, envelope: object, *, by: Principal) -> None:
    """The entry about a refusal: its code, the payload's digest and the key's id. Raises TooManyRefusals."""
    digest, keyid = described(envelope)
    log_refusal(
        EVIDENCE,
        by=by,
        object_type="envelope",
        object_id=digest or "unreadable",
        facts={
            "code": refusal.code,
            "pointer": refusal.pointer[:200] or None,
            "payload": digest,
            "keyid": keyid,
        },
    )


def described(envelope: object) -> tuple[str | None, str | None]:
    """The digest of the payload and the first key id, as far as they can be read."""
    if not isinstance(envelope, dict):
        return None, None
    payload, keyid = dsse.decoded(envelope.get("payload")), named_key(envelope)[:80] or None
    return hashlib.sha256(payload).hexdigest() if payload is not None else None, keyid
