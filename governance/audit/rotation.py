"""Handing the log over to a new key: an entry signed by both; the sequencer does the rest.

Each step may be the last before a crash: what was done is found again, and done once.
"""

from __future__ import annotations

from django.db import connection, transaction

from governance.audit import canonical
from governance.audit.actions import COMMAND, record
from governance.audit.logkey import SignerHome
from governance.audit.logkeys import ROTATED, rotation_facts, successor
from governance.audit.models import OutboxEntry
from governance.audit.note import NoteError
from governance.audit.proofs import log_key

# One rotation at a time.
LOCK = 0x6D756E6B
NEXT = (
    "The sequencer signs its next checkpoint with both keys, within 10 s, and with the new one from then on. "
    "`manage.py log_status` names the key that signs."
)


@transaction.atomic
def rotate(home: SignerHome, location: str = "") -> str:
    """Make or open the new key and enter the hand-over; returns what happened, for the operator.

    Raises NoteError for a key that cannot be used, LogClosed while the log is refused.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    present = home.signer
    key = log_key(home.folder)
    assert key is not None  # opening the signer publishes its key
    pending = waiting(key.origin, key.vkey)
    if pending:
        return f"The log is handed over to {pending} already. {NEXT}"
    if present.vkey != key.vkey:
        held = [signer.vkey for signer in home.signers()]
        if key.vkey not in held:
            raise NoteError("key_missing", f"The log's key {key.vkey} is not at hand.")
        if not location:
            return f"The log was handed over to {key.vkey}. {NEXT}"
        raise NoteError(
            "rotation_open",
            f"The log was handed over to {key.vkey}; set MUNIMENT_LOG_KEY to where it lives first.",
        )
    following = home.make_next(location)
    if following.vkey == present.vkey:
        raise NoteError("same_key", "The new key is the present one. Name another place with --to.")
    record(
        ROTATED,
        by=COMMAND,
        object_type="log",
        object_id=key.origin,
        unit_path="/",
        facts=rotation_facts(key.origin, present, following),
    )
    return f"The log is handed over to {following.vkey}. {NEXT}"


def waiting(origin: str, present: str) -> str | None:
    """The key of a hand-over that is committed and not in the log yet."""
    for body in OutboxEntry.objects.values_list("body", flat=True):
        if ROTATED.encode() not in bytes(body):
            continue
        found = successor(origin, present, canonical.loads(bytes(body)))
        if found:
            return found
    return None
