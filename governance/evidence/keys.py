"""The installation's Ed25519 key for evidence, outside the database.

MUNIMENT_EVIDENCE_KEY says where it lives (`audit/signers.py`). Without it keys are files of mode 0600: the first is
`evidence.pem`; each that took its place is `evidence-<start of its id>.pem`. Which one signs now is a matter of the
log: the newest registered key that is not revoked.
"""

from __future__ import annotations

import base64
import time
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Max, Q

from governance.audit import note
from governance.audit.actions import COMMAND, Actor, record
from governance.audit.ids import new_id
from governance.audit.models import OutboxEntry
from governance.audit.queries import log_size
from governance.audit.signers import open_or_make, open_signer
from governance.evidence import dsse, signals
from governance.evidence.choices import KeyPurpose, RevocationReason
from governance.evidence.keyring import vouching_text
from governance.evidence.models import Evidence, KeyRevocation, SigningKey
from governance.identity.errors import Busy, Conflict, InvalidInput
from governance.identity.models import Unit

NAME = "muniment-evidence"
FIRST = "evidence.pem"
EVERYWHERE = "/"
# Who signs holds it shared until commit; who rotates holds it alone.
LOCK = 0x6D756E6B
PATIENCE_SECONDS = 30.0
KEY_MISSING = (
    "The statement key {key} is revoked, and the one in its place is not here. Put its file back, point "
    "MUNIMENT_EVIDENCE_KEY at it, or run `manage.py rotate_evidence_key`."
)


class InstallationSigner:
    """Signs envelopes with the installation's key."""

    def __init__(self, signer: note.Signer) -> None:
        self.signer = signer
        self.public = note.decode_vkey(signer.vkey).public_key
        self.keyid = dsse.keyid(self.public)

    def sign(self, message: bytes) -> bytes:
        return self.signer.sign(message)


@cache
def load_signer(path: Path, location: str = "") -> InstallationSigner:
    """The signer at a location (`audit/signers.py`), else of the file, which is made at first use."""
    return InstallationSigner(open_signer(location, NAME) if location else open_or_make(path, NAME))


def path_of(keyid: str) -> Path:
    """The file of a key that took another's place."""
    start = keyid.removeprefix("sha256:")[:16]
    return Path(settings.KEYS_DIR) / f"evidence-{start}.pem"


def installation_signer() -> InstallationSigner:
    """The installation's signer, in the caller's transaction; its public key enters the log at first use."""
    lock(shared=True)
    rows = dict(installation_keys())
    signer = present_signer([keyid for keyid, ended in rows.items() if not ended])
    if rows.get(signer.keyid):
        raise Conflict("key_missing", KEY_MISSING.format(key=signer.keyid))
    if signer.keyid not in rows:
        register_installation_key(
            signer, kept_voucher([k for k, ended in rows.items() if not ended])
        )
    return signer


def present_signer(standing: list[str]) -> InstallationSigner:
    """The key at the place that is set, else the newest standing key whose file is here, else the first file's."""
    if settings.EVIDENCE_KEY:
        return load_signer(Path(), settings.EVIDENCE_KEY)
    for keyid in standing:
        if path_of(keyid).exists():
            return load_signer(path_of(keyid))
    return load_signer(Path(settings.KEYS_DIR) / FIRST)


def lock(*, shared: bool) -> None:
    function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [LOCK])


def installation_keys() -> list[tuple[str, int]]:
    """Ids of the installation's keys with how often each was revoked, newest first."""
    rows = SigningKey.objects.filter(purpose=KeyPurpose.INSTALLATION)
    counted = rows.annotate(ended=Count("revocations")).order_by("-valid_from")
    return list(counted.values_list("keyid", "ended"))


def register_installation_key(
    signer: InstallationSigner, voucher: InstallationSigner | None = None
) -> None:
    """`voucher`: the key before it, which signs for it; without one whoever checks must ask why."""
    entry_id = new_id()
    with transaction.atomic():
        _, is_new = SigningKey.objects.get_or_create(
            keyid=signer.keyid,
            defaults={
                "public": signer.public.hex(),
                "purpose": KeyPurpose.INSTALLATION,
                "entry_id": entry_id,
            },
        )
        if not is_new:
            return
        record(
            "key.registered",
            by=COMMAND,
            object_type="key",
            object_id=signer.keyid,
            unit_path=EVERYWHERE,
            facts={
                "keyid": signer.keyid,
                "public": signer.public.hex(),
                "purpose": KeyPurpose.INSTALLATION,
                "account": None,
                "person": None,
                "expires": None,
                "vouched": vouched(signer.keyid, voucher),
            },
            entry_id=entry_id,
        )


def vouched(keyid: str, voucher: InstallationSigner | None) -> list[str] | None:
    if voucher is None:
        return None
    signature = voucher.sign(vouching_text(keyid))
    return [voucher.keyid, base64.b64encode(signature).decode()]


def is_at_hand(keyid: str) -> bool:
    """Whether the private half of the installation's key lives where this process signs from."""
    if settings.EVIDENCE_KEY:
        return load_signer(Path(), settings.EVIDENCE_KEY).keyid == keyid
    first = Path(settings.KEYS_DIR) / FIRST
    return path_of(keyid).exists() or (first.exists() and load_signer(first).keyid == keyid)


def rotate_installation_key(
    why: str = RevocationReason.RETIRED, from_size: int | None = None, old_key: str = ""
) -> tuple[list[str], str]:
    """Make a new key and revoke those before it; returns their ids and the new one's.

    A retired key keeps all it has signed: it ends at the log's size once that is in the log. A stolen one
    may end earlier, at `from_size`. The old key signs for the new one; `old_key` says where it lives, else it is
    looked for in its file. Raises Busy while the log does not take up what was signed.
    """
    if why not in RevocationReason.values:
        raise InvalidInput("why", f"Write one of {', '.join(RevocationReason.values)}.", "/why")
    with transaction.atomic():
        lock(shared=False)
        held = [keyid for keyid, ended in installation_keys() if not ended]
        start = checked_size(from_size) if from_size is not None else settled_size()
        voucher = voucher_of(held, why, old_key)
        made = next_signer(held)
        register_installation_key(made, voucher)
        for keyid in held:
            revoke(SigningKey.objects.get(keyid=keyid), start, why, by=COMMAND)
    return held, made.keyid


def voucher_of(held: list[str], why: str, location: str) -> InstallationSigner | None:
    """The key that ends: where it is told to live, else in its file. A lost one signs for nothing more."""
    if why == RevocationReason.LOST:
        return None
    if not location:
        return kept_voucher(held)
    signer = load_signer(Path(), location)
    if signer.keyid not in held:
        raise Conflict("key_other", "The key at --old-key is not the one that signs now.")
    return signer


def kept_voucher(held: list[str]) -> InstallationSigner | None:
    """The newest standing key whose file is here."""
    files = [path_of(keyid) for keyid in held] + [Path(settings.KEYS_DIR) / FIRST]
    signers = (load_signer(path) for path in files if path.exists())
    return next((signer for signer in signers if signer.keyid in held), None)


def next_signer(held: list[str]) -> InstallationSigner:
    """A new key file; where keys live elsewhere, the key that the setting has been pointed at."""
    if not settings.EVIDENCE_KEY:
        return create_signer()
    signer = load_signer(Path(), settings.EVIDENCE_KEY)
    if signer.keyid in held:
        raise Conflict(
            "key_same", "Point MUNIMENT_EVIDENCE_KEY at the new key first, then rotate again."
        )
    return signer


def create_signer() -> InstallationSigner:
    """A new key in the file that its id names; a crash before the commit leaves a file that nobody asks for."""
    folder = Path(settings.KEYS_DIR)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = folder / f"evidence-{new_id()}.new"
    note.create_key(partial)
    signer = InstallationSigner(note.load_signer(partial, NAME))
    partial.rename(path_of(signer.keyid))
    return signer


def settled_size() -> int:
    """The log's size once all that was committed before now is in it."""
    last = OutboxEntry.objects.aggregate(last=Max("id"))["last"] or 0
    end = time.monotonic() + PATIENCE_SECONDS
    while OutboxEntry.objects.filter(pk__lte=last).exists():
        if time.monotonic() > end:
            raise Busy(
                "log_waits",
                "Signed statements wait to enter the log. Start the platform (its sequencer), then rotate again.",
            )
        time.sleep(0.1)
    return log_size()


def checked_size(size: int) -> int:
    """A size that a key may be revoked from: the log has it already."""
    now = log_size()
    if not 0 <= size <= now:
        raise InvalidInput("from", f"Give a log size from 0 to {now}, the size now.", "/from")
    return size


def revoke(key: SigningKey, start: int, why: str, *, by: Actor) -> KeyRevocation:
    """Write the revocation, its entry and the work that follows, in the caller's transaction."""
    earlier = min(key.revocations.values_list("from_size", flat=True), default=None)
    if earlier is not None and start >= earlier:
        raise Conflict(
            "key_revoked", f"This key is revoked from log size {earlier} already, which says more."
        )
    entry_id = record(
        "key.revoked",
        by=by,
        object_type="key",
        object_id=key.keyid,
        unit_path=key.unit.path if key.unit else EVERYWHERE,
        facts={"keyid": key.keyid, "from": str(start), "why": why},
    )
    row = KeyRevocation.objects.create(key=key, from_size=start, why=why, entry_id=entry_id)
    signed = Evidence.objects.filter(keyid=key.keyid).with_index()
    # What is not in the log yet will stand above the size.
    hit = signed.filter(Q(log_index=None) | Q(log_index__gte=start))
    units = Unit.objects.filter(pk__in=set(hit.values_list("unit_id", flat=True)))
    signals.revoked.send(sender=KeyRevocation, entry_id=entry_id, units=list(units))
    return row
