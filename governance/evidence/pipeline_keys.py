"""Keys of pipelines: registered for a token's account by an administrator or the system's owner, and revoked."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection
from datetime import datetime

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from governance.audit import ed25519
from governance.audit.actions import instant, record
from governance.audit.ids import new_id
from governance.audit.queries import log_size
from governance.evidence import dsse
from governance.evidence.choices import KeyPurpose, RevocationReason
from governance.evidence.keys import checked_size, revoke
from governance.evidence.models import KeyRevocation, SigningKey
from governance.identity.errors import Conflict, InvalidInput, NotFound
from governance.identity.models import Token
from governance.identity.principal import Principal

SUBMIT = "evidence.submit"
REGISTER = "key.register"
REVOKE = "key.revoke"
PRIVATE = "PRIVATE KEY"


def tokens_for_keys(principal: Principal) -> QuerySet[Token]:
    """Live tokens that may submit evidence, where the person may register a key."""
    rows = Token.objects.select_related("unit", "account__sponsor")
    live = rows.filter(revoked_at=None, expires_at__gt=timezone.now(), verbs__contains=[SUBMIT])
    allowed = [one.pk for one in live if principal.may(REGISTER, one.unit.path)]
    return rows.filter(pk__in=allowed).order_by("unit__name", "name")


def find_key(keyid: str, principal: Principal) -> SigningKey:
    found = SigningKey.objects.visible_to(principal).select_related("unit").filter(pk=keyid).first()
    if found is None:
        raise NotFound("not_found", f"No key that you can see has the id {keyid[:80]}.")
    return found


def register_key(
    token: Token,
    public: str,
    *,
    by: Principal,
    expires: datetime | None = None,
    shown: Collection[str] = (),
) -> SigningKey:
    """From now on signatures of this key on the evidence that the token's account hands in count.

    `shown`: ids of keys whose private half the person pasted before; they are refused.
    """
    by.require(REGISTER, token.unit.path)
    if not token.is_live or SUBMIT not in token.verbs:
        raise Conflict(
            "token",
            f"This token is over or may not submit evidence. Create one with the verb {SUBMIT}.",
            "/token",
        )
    if expires is not None and expires <= timezone.now():
        raise InvalidInput("expires", "This time is past. Give a later one, or none.", "/expires")
    raw = read_public(public)
    if dsse.keyid(raw) in shown:
        raise InvalidInput(
            "key_shown",
            "The private half of this key was shown to a web page. Make a new one.",
            "/public",
        )
    key = SigningKey(
        keyid=dsse.keyid(raw),
        public=raw.hex(),
        purpose=KeyPurpose.PIPELINE,
        account=token.account,
        person=token.account.responsible,
        unit=token.unit,
        expires_at=expires,
        entry_id=new_id(),
    )
    try:
        with transaction.atomic():
            key.save(force_insert=True)
            record_key(key, by)
    except IntegrityError as error:
        raise Conflict(
            "key_exists",
            "This key is registered already. Make a new one for each pipeline.",
            "/public",
        ) from error
    return key


def record_key(key: SigningKey, by: Principal) -> None:
    assert key.unit is not None  # a pipeline's key has one
    record(
        "key.registered",
        by=by,
        object_type="key",
        object_id=key.keyid,
        unit_path=key.unit.path,
        facts={
            "keyid": key.keyid,
            "public": key.public,
            "purpose": key.purpose,
            "account": str(key.account_id),
            "person": str(key.person_id),
            "expires": instant(key.expires_at) if key.expires_at else None,
        },
        entry_id=key.entry_id,
    )


def revoke_key(
    key: SigningKey, why: str, *, by: Principal, from_size: int | None = None
) -> KeyRevocation:
    """What it signed from that log size on (now, unless told) proves nothing good any more; failures stay."""
    if key.unit is None:
        raise Conflict(
            "key_of_installation",
            "This key is the installation's own. Its operator ends it with `manage.py rotate_evidence_key`.",
        )
    by.require(REVOKE, key.unit.path)
    if why not in RevocationReason.values:
        raise InvalidInput("why", f"Write one of {', '.join(RevocationReason.values)}.", "/why")
    start = log_size() if from_size is None else checked_size(from_size)
    try:
        with transaction.atomic():
            return revoke(key, start, why, by=by)
    except IntegrityError as error:
        raise Conflict("key_revoked", "Somebody has just revoked this key.") from error


def read_public(text: str) -> bytes:
    """The 32 bytes of an Ed25519 public key: PEM as `muniment evidence keygen` prints it, 64 hex digits, or base64."""
    text = text.strip()
    if PRIVATE in text:
        raise InvalidInput(
            "private_key",
            "This is a private key: it has left the pipeline and is worth nothing now. Make another, paste its public half.",
            "/public",
        )
    raw = from_pem(text) if text.startswith("-----") else from_digits(text)
    if raw is None or len(raw) != ed25519.KEY_BYTES:
        raise InvalidInput(
            "public_key",
            "Paste an Ed25519 public key: its PEM text, 64 hexadecimal digits or base64.",
            "/public",
        )
    if not ed25519.is_key(raw):
        raise InvalidInput(
            "weak_key",
            "These bytes are no key that can sign. Make one with `muniment evidence keygen`.",
            "/public",
        )
    return raw


def keyid_of_private(text: str) -> str | None:
    """The id of the key whose private half this PEM text is; None where it cannot be read."""
    try:
        key = load_pem_private_key(text.strip().encode(), None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        return None
    if not isinstance(key, Ed25519PrivateKey):
        return None
    return dsse.keyid(key.public_key().public_bytes_raw())


def from_pem(text: str) -> bytes | None:
    try:
        key = load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key.public_bytes_raw() if isinstance(key, Ed25519PublicKey) else None


def from_digits(text: str) -> bytes | None:
    try:
        return (
            bytes.fromhex(text)
            if len(text) == 2 * ed25519.KEY_BYTES
            else base64.b64decode(text, validate=True)
        )
    except (ValueError, binascii.Error):
        return None
