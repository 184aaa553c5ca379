"""Which statements which key has signed, checked once a process: nothing is judged from a statement nobody signed.

That a key signed a text stays true for ever, so it is remembered by digest and key. Whether the key may sign it is asked
of the log each time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence

from governance.evidence import dsse
from governance.evidence.checked import Row, changed
from governance.evidence.keyring import COUNTS, REVOKED, UNVOUCHED, Keyring
from governance.evidence.keys import is_at_hand

FAULTS = {
    "unknown_key": "no entry of the log registers the key that it names",
    "key_unvouched": "no earlier key of the installation signed for the key that it names",
    "key_registered_later": "its key was registered later",
    "key_expired": "its key had expired",
    "key_wrong_purpose": "its key may not sign such a statement",
}
MOST = 500_000
# (digest of the payload, key id) of what was checked.
_signed: set[tuple[str, str]] = set()
Envelopes = Callable[[Sequence[int]], Iterable[tuple[int, bytes]]]


def check_signed(rows: Mapping[int, Row], ring: Keyring, size: int, envelopes: Envelopes) -> None:
    """Raises EvidenceChanged for a row, known by its number, that no key which may has signed.

    `envelopes` gives those of the rows whose signature this process has not checked yet.
    """
    unvouched = {key.keyid for key in ring.keys.values() if not key.vouched}
    own = {keyid for keyid in unvouched if is_at_hand(keyid)}
    for row in rows.values():
        fault = ring.fault(row.keyid, row.place, row.statement, size)
        if fault == UNVOUCHED and row.keyid in own:
            continue
        if fault not in {COUNTS, REVOKED}:
            changed(row, FAULTS[fault])
    unseen = [pk for pk, row in rows.items() if (row.digest, row.keyid) not in _signed]
    if len(_signed) + len(unseen) > MOST:
        _signed.clear()
    for pk, envelope in envelopes(unseen) if unseen else ():
        row = rows[pk]
        if not is_signed(row, envelope, bytes.fromhex(ring.keys[row.keyid].public)):
            changed(row, "the signature does not hold")
        _signed.add((row.digest, row.keyid))


def is_signed(row: Row, envelope: bytes, public: bytes) -> bool:
    try:
        opened = dsse.open_envelope(dsse.read_envelope(envelope), {row.keyid: public})
    except dsse.EnvelopeError:
        return False
    return hashlib.sha256(opened.payload).hexdigest() == row.digest
