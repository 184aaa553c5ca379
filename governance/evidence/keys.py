"""The installation's Ed25519 key for evidence: outside the database, where MUNIMENT_EVIDENCE_KEY says."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from governance.audit import note
from governance.audit.signers import open_or_make, open_signer
from governance.evidence import dsse
from governance.evidence.choices import KeyPurpose
from governance.evidence.models import SigningKey

NAME = "muniment-evidence"


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


def installation_signer() -> InstallationSigner:
    """The installation's signer; its public key is put on record at first use."""
    signer = load_signer(Path(settings.KEYS_DIR) / "evidence.pem", settings.EVIDENCE_KEY)
    SigningKey.objects.get_or_create(
        keyid=signer.keyid,
        defaults={"public": signer.public.hex(), "purpose": KeyPurpose.INSTALLATION},
    )
    return signer
