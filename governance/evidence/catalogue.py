"""Evidence as people find it, and what is worked out anew about one piece."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.http import QueryDict

from governance.audit.proofs import Check
from governance.audit.queries import log_size
from governance.evidence import dsse
from governance.evidence.checked import hashes_to
from governance.evidence.choices import Assurance, PredicateType
from governance.evidence.keyring import Keyring
from governance.evidence.models import Evidence, SigningKey
from governance.evidence.querysets import ring_at
from governance.identity.errors import Conflict, NotFound
from governance.identity.principal import Principal
from governance.identity.tables import table

ATTEMPTS = 50
DIGEST_LENGTH = 64
SHORT_ID = re.compile(r"EV-[0-9a-f]{8}", re.IGNORECASE)


class EvidenceFilter(forms.Form):
    type = forms.ChoiceField(
        label="Type", required=False, choices=[("", "Any"), *PredicateType.choices]
    )
    kind = forms.CharField(label="Kind or check", required=False, max_length=60)
    assurance = forms.ChoiceField(
        label="Assurance", required=False, choices=[("", "Any"), *Assurance.choices]
    )
    about = forms.CharField(label="About the digest", required=False, max_length=DIGEST_LENGTH)


def filtered_evidence(principal: Principal, data: dict[str, Any]) -> QuerySet[Evidence]:
    rows = Evidence.objects.visible_to(principal)
    for name in ("type", "assurance"):
        if data.get(name):
            rows = rows.filter(**{name: data[name]})
    if data.get("kind"):
        rows = rows.filter(kind__icontains=data["kind"])
    if data.get("about"):
        digest = data["about"].lower()
        rows = rows.filter(Q(subjects__contains=[digest]) | Q(payload_sha256=digest))
    return rows.with_index().select_related("unit")


def find_evidence(reference: UUID | str, principal: Principal) -> Evidence:
    """The statement with this id, or this short id (EV-1a2b3c4d), among those the principal sees."""
    seen = Evidence.objects.visible_to(principal).with_index().select_related("unit")
    found = list(named(seen, str(reference))[:2])
    if not found:
        raise NotFound("not_found", f"No evidence that you can see has the id {reference}.")
    if len(found) > 1:
        raise Conflict("short_id", f"{reference} names more than one statement. Use the whole id.")
    return found[0]


def named(rows: QuerySet[Evidence], reference: str) -> QuerySet[Evidence]:
    """Rows with this id or short id; none where the text is neither."""
    if SHORT_ID.fullmatch(reference):
        text = rows.annotate(text=Cast("id", CharField()))
        return text.filter(text__endswith=reference[3:].lower())
    try:
        return rows.filter(id=UUID(reference))
    except ValueError:
        return rows.none()


def attempts_of(found: Evidence, principal: Principal) -> list[Evidence]:
    """All runs of the same check, on the same thing and slice, newest first: none is left out."""
    series = found.predicate.get("series")
    if not series:
        return []
    same = Evidence.objects.visible_to(principal).filter(
        type=found.type,
        kind=found.kind,
        slice=found.slice,
        statement__predicate__series__target=series["target"],
    )
    return list(same.with_index().order_by("-number")[:ATTEMPTS])


def revisions_of(found: Evidence, principal: Principal) -> list[Evidence]:
    """All revisions of the same record, newest first."""
    if found.record_id is None:
        return []
    same = Evidence.objects.visible_to(principal).of_record(found.record_id)
    return list(same.with_index()[:ATTEMPTS])


def keys_known() -> dict[str, bytes]:
    return {key.keyid: bytes.fromhex(key.public) for key in SigningKey.objects.all()}


def check_signature(found: Evidence) -> list[Check]:
    """The envelope's signature, and that the row says what was signed; worked out now."""
    try:
        envelope = dsse.read_envelope(bytes(found.envelope))
        opened = dsse.open_envelope(envelope, keys_known())
    except dsse.EnvelopeError as error:
        return [Check(False, "The signature does not hold.", error.sentence)]
    signed = Check(True, "The signature holds.", f"Key {opened.keyid}")
    if hashlib.sha256(opened.payload).hexdigest() != found.payload_sha256:
        return [signed, Check(False, "The row names another digest than the signed payload has.")]
    if not hashes_to(found.statement, found.payload_sha256):
        return [signed, Check(False, "What is shown here is not what was signed.")]
    return [signed, Check(True, "The signed payload is what is shown here.", found.payload_sha256)]


def check_key(found: Evidence, index: int) -> list[Check]:
    """That the statement's key was revoked at its index or before, by the log as it is now; empty where it was not."""
    key = ring_now().keys.get(found.keyid)
    if key is None or not key.is_revoked_at(index):
        return []
    start = key.revoked_from()
    why = next(one.why for one in key.revocations if one.start == start)
    words = f"Its key was revoked from log size {start:,} ({why}): what passes by it counts no more, what fails stands."
    return [Check(False, words, f"Key {found.keyid}")]


def signed_by_revoked(rows: Iterable[Any]) -> set[UUID]:
    """Those of these rows of `with_index` whose key was revoked at their index or before."""
    keys = ring_now().keys
    return {
        row.id
        for row in rows
        if row.log_index is not None
        and row.keyid in keys
        and keys[row.keyid].is_revoked_at(row.log_index)
    }


def ring_now() -> Keyring:
    return ring_at(log_size())


@table(
    "evidence",
    ("Id", "id"),
    ("Short id", "short_id"),
    ("Type", "get_type_display"),
    ("Kind", "kind"),
    ("Slice", "slice"),
    ("State", "state"),
    ("Assurance", "get_assurance_display"),
    ("Unit", "unit.name"),
    ("About", "subjects"),
    ("Produced", "produced_at"),
    ("Log index", "log_index"),
    ("Payload sha256", "payload_sha256"),
)
def evidence_table(principal: Principal, query: QueryDict) -> QuerySet[Evidence]:
    form = EvidenceFilter(query)
    form.is_valid()
    return filtered_evidence(principal, form.cleaned_data).order_by("-number")
