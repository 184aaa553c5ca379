"""What travels beside a PDF: that its statement stands in the log (c2sp.org/tlog-proof), all that a stranger needs."""

from __future__ import annotations

import base64
from typing import Any

from django.db.models import Q

from governance.audit import canonical, merkle
from governance.audit.models import Checkpoint, Leaf
from governance.audit.note import TlogProof
from governance.audit.proofs import proof_of
from governance.audit.queries import read_tile
from governance.evidence import dsse
from governance.evidence.models import Evidence

SUFFIX = ".tlog-proof"


def statement_proof(stated: Evidence, checkpoint: Checkpoint) -> str | None:
    """The proof's text, with entry, envelope and the entries about keys in its `extra`; None while not covered."""
    leaf = Leaf.objects.filter(entry_id=stated.entry_id).first()
    found = proof_of(leaf, checkpoint) if leaf else None
    if leaf is None or found is None:
        return None
    extra = {
        "entry": bytes(leaf.body).decode(),
        "envelope": canonical.loads(bytes(stated.envelope)),
        "keys": [carried(one, checkpoint.size) for one in key_leaves(stated, checkpoint.size)],
    }
    return TlogProof(found.index, found.hashes, found.checkpoint, canonical.dumps(extra)).text


def key_leaves(stated: Evidence, size: int) -> list[Leaf]:
    """Entries that registered the keys of its signatures, and each hand-over of the log's own key."""
    envelope = dsse.read_envelope(bytes(stated.envelope))
    signers = [one["keyid"] for one in envelope["signatures"]]
    registered = Q(action="key.registered", object_type="key", object_id__in=signers)
    rotated = Q(action="log.key_rotated", object_type="log")
    return list(Leaf.objects.filter(registered | rotated, index__lt=size).order_by("index"))


def carried(leaf: Leaf, size: int) -> dict[str, Any]:
    hashes = merkle.inclusion_proof(read_tile, leaf.index, size)
    return {
        "entry": bytes(leaf.body).decode(),
        "index": leaf.index,
        "hashes": [base64.b64encode(one).decode() for one in hashes],
    }
