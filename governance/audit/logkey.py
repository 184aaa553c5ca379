"""What the log's signer keeps outside the database: its keys, its name and what it last signed."""

from __future__ import annotations

import json
import os
import uuid
from dataclasses import dataclass
from pathlib import Path

from governance.audit import note
from governance.audit.merkle import Frontier
from governance.audit.signers import open_or_make, open_signer

FILE_KINDS = ("", "file")


@dataclass(frozen=True)
class SignerHome:
    """`location` is where the key lives (`signers.py`); empty: the file log.pem in the folder."""

    folder: Path
    location: str = ""

    @property
    def signer(self) -> note.Signer:
        """The log's signer. The default file is made at first use; a log that has a public key never gets another."""
        if self.location:
            signer = open_signer(self.location, self.origin)
        elif self.public_path.exists() and not self.key_path.exists():
            raise note.NoteError(
                "key_missing",
                f"The log's key {self.key_path} is gone. Bring it back from where you keep it; "
                "without it the log cannot go on under its name.",
            )
        else:
            signer = open_or_make(self.key_path, self.origin)
        if not self.public_path.exists():
            write_whole(self.public_path, f"{signer.vkey}\n", mode=0o644)
        return signer

    @property
    def key_path(self) -> Path:
        return self.folder / "log.pem"

    @property
    def key_file(self) -> Path | None:
        """The file that holds the key, where it lies in one."""
        if not self.location:
            return self.key_path
        kind, colon, rest = self.location.partition(":")
        if colon and kind not in FILE_KINDS:
            return None
        return Path(rest if colon else self.location)

    @property
    def public_path(self) -> Path:
        """The first public key, as it is published: who checks the log never opens a private one."""
        return self.folder / "log.vkey"

    @property
    def next_file(self) -> Path | None:
        """Where the next key lies that `rotate_log_key` made, beside the present one."""
        return self.key_file.with_suffix(".next.pem") if self.key_file else None

    @property
    def next_place(self) -> Path:
        """Holds the location of the next key, where an operator gave one."""
        return self.folder / "log.next"

    @property
    def next_location(self) -> str:
        """Where the key that takes over lives; empty while none does."""
        if self.next_place.exists():
            return self.next_place.read_text(encoding="utf-8").strip()
        return str(self.next_file) if self.next_file and self.next_file.exists() else ""

    def signers(self) -> list[note.Signer]:
        """The present key and the one that takes over."""
        following = self.next_location
        return [self.signer, *([open_signer(following, self.origin)] if following else [])]

    def make_next(self, location: str) -> note.Signer:
        """The key that takes over: at `location`, else a new file. The same again after a crash."""
        if location:
            signer = open_signer(location, self.origin)
            write_whole(self.next_place, f"{location}\n")
            return signer
        if self.next_file is None:
            raise note.NoteError(
                "bad_location",
                "The present key lies in no file, so that none can be made beside it. "
                "Make the new key where it shall live and name its place with --to.",
            )
        return open_or_make(self.next_file, self.origin)

    def adopt(self, vkey: str) -> bool:
        """Let the next key, once it reigns alone, take the place of the old one; whether it did now.

        The rename puts the new file in the old one's place: one step, and the old private key is gone.
        """
        if self.signer.vkey == vkey:
            self.next_place.unlink(missing_ok=True)
            return False
        made = self.next_file
        if self.next_place.exists() or made is None or not made.exists():
            return False
        if open_signer(str(made), self.origin).vkey != vkey or self.key_file is None:
            return False
        made.replace(self.key_file)
        sync_folder(self.folder)
        return True

    @property
    def origin(self) -> str:
        """The log's name: given once, at first use."""
        path = self.folder / "log.origin"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(path, f"muniment.local/{uuid.uuid4()}", mode=0o644)
        return path.read_text(encoding="ascii").strip()

    def last_signed(self) -> Frontier | None:
        path = self.folder / "log.signed"
        if not path.exists():
            return None
        return Frontier.from_json(json.loads(path.read_text(encoding="ascii")))

    def remember(self, frontier: Frontier) -> None:
        write_whole(self.folder / "log.signed", json.dumps(frontier.to_json()))


def write_whole(path: Path, text: str, mode: int = 0o600) -> None:
    """Replace a file in one step; a crash leaves the old or the new one, never a part."""
    partial = path.with_suffix(path.suffix + ".new")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
