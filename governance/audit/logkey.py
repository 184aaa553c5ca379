"""What the log's signer keeps outside the database: its key, its name and what it last signed."""

from __future__ import annotations

import json
import os
import uuid
from dataclasses import dataclass
from pathlib import Path

from governance.audit import note
from governance.audit.merkle import Frontier


@dataclass(frozen=True)
class SignerHome:
    folder: Path

    @property
    def signer(self) -> note.Ed25519Signer:
        """The log's signer; the key file is made at first use, mode 0600."""
        path = self.folder / "log.pem"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            note.create_key(path)
        signer = note.load_signer(path, self.origin)
        if not self.public_path.exists():
            write_whole(self.public_path, f"{signer.vkey}\n")
        return signer

    @property
    def public_path(self) -> Path:
        """The public key as it is published: who checks the log never opens the private one."""
        return self.folder / "log.vkey"

    @property
    def origin(self) -> str:
        """The log's name: given once, at first use."""
        path = self.folder / "log.origin"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(path, f"muniment.local/{uuid.uuid4()}")
        return path.read_text(encoding="ascii").strip()

    def last_signed(self) -> Frontier | None:
        path = self.folder / "log.signed"
        if not path.exists():
            return None
        return Frontier.from_json(json.loads(path.read_text(encoding="ascii")))

    def remember(self, frontier: Frontier) -> None:
        write_whole(self.folder / "log.signed", json.dumps(frontier.to_json()))


def write_whole(path: Path, text: str) -> None:
    """Replace a file in one step; a crash leaves the old or the new one, never a part."""
    partial = path.with_suffix(path.suffix + ".new")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
