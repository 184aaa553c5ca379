"""Who holds the private keys, as far as this machine can tell, and what the operator declares about it."""

from __future__ import annotations

import pwd
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from governance.audit.logkey import SignerHome
from governance.evidence.choices import KeyPurpose
from governance.evidence.keys import FIRST, load_signer, path_of
from governance.evidence.models import SigningKey

ELSEWHERE = "the pipeline; it never comes here"
SEPARATION = {
    "same": (
        "warn",
        "The same person may own the database and hold the keys.",
        "Nobody has declared otherwise. Whoever has both can rewrite the log and sign it anew; only checkpoints "
        "kept elsewhere show it then.",
    ),
    "separate": (
        "good",
        "Declared separate: who owns the database does not hold the keys.",
        "The operator of this installation declares it (MUNIMENT_KEY_SEPARATION); the platform cannot check it.",
    ),
}


@dataclass(frozen=True)
class Holder:
    """Where a private key is: its file, and the user of the operating system whom the file belongs to."""

    words: str
    file: str = ""


def holder_of(key: SigningKey) -> Holder:
    if key.purpose == KeyPurpose.PIPELINE:
        return Holder(ELSEWHERE)
    path = path_of(key.keyid)
    if not path.exists() and is_first(key.keyid):
        path = Path(settings.KEYS_DIR) / FIRST
    return file_holder(path)


def is_first(keyid: str) -> bool:
    path = Path(settings.KEYS_DIR) / FIRST
    return path.exists() and load_signer(path).keyid == keyid


def log_holder() -> Holder:
    return file_holder(SignerHome(settings.KEYS_DIR).folder / "log.pem")


def file_holder(path: Path) -> Holder:
    try:
        owner = path.stat().st_uid
    except OSError:
        return Holder("not on the machine of the web process")
    try:
        name = pwd.getpwuid(owner).pw_name
    except KeyError:
        name = f"number {owner}"
    return Holder(f"a file of the system user {name}", f"{path.parent.name}/{path.name}")


def separation() -> tuple[str, str, str]:
    """Tone, sentence and what follows from it: the operator's declaration, shown as one."""
    return SEPARATION[settings.KEY_SEPARATION]
