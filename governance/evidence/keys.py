"""The installation's Ed25519 key for evidence: a file of mode 0600 outside the database."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from governance.audit import note
from governance.evidence import dsse
from governance.evidence.choices import KeyPurpose
from governance.evidence.models import SigningKey

NAME = "muniment-evidence"


class InstallationSigner:
    """Signs envelopes with the installation's key."""

    def __init__(self, signer: note.Ed25519Signer) -> None:
        self.signer = signer
        self.public = note.decode_vkey(signer.vkey).public_key
        self.keyid = dsse.keyid(self.public)

    def sign(self, message: bytes) -> bytes:
        return self.signer.sign(message)


@cache
def load_signer(path: Path) -> InstallationSigner:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        note.create_key(path)
    return InstallationSigner(note.load_signer(path, NAME))


def installation_signer() -> InstallationSigner:
    """The installation's signer; its public key is put on record at first use."""
    signer = load_signer(Path(settings.KEYS_DIR) / "evidence.pem")
    SigningKey.objects.get_or_create(
        keyid=signer.keyid,
        defaults={"public": signer.public.hex(), "purpose": KeyPurpose.INSTALLATION},
    )
    return signer
