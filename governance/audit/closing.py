"""Whether the log is closed: the signer found another log in the database than it had signed.

The word lies in a file beside the signer's memory, outside the database. While it is there nothing can be
changed, because every change needs its entry.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from governance.audit.ids import new_id
from governance.audit.logkey import write_whole

TO_DO = (
    "Restore the newest backup of the database: the platform opens by itself within 10 seconds. "
    "`manage.py log_status` says more."
)


class LogClosed(Exception):
    """No change is possible: the log in the database is not the one that was signed."""

    code = "log_refused"

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        self.sentence = (
            f"Nothing can be changed: the audit log was refused. {refusal.sentence} {TO_DO}"
        )
        super().__init__(self.sentence)


@dataclass(frozen=True)
class Refusal:
    """What the signer said, when, and how large the log was and should have been."""

    sentence: str
    at: str
    size: int
    signed: int
    # Id of the entry that tells of it once the log is open again.
    entry_id: str

    @property
    def instant(self) -> datetime:
        return datetime.fromisoformat(self.at)

    @property
    def entry(self) -> UUID:
        return UUID(self.entry_id)


def refused_path(folder: Path) -> Path:
    return folder / "log.refused"


def told_path(folder: Path) -> Path:
    """The refusal of which people were told; it stays until the log is open and has an entry of it."""
    return folder / "log.refused.told"


def refuse(folder: Path, sentence: str, size: int, signed: int) -> Refusal:
    """Close the log. A refusal that stands keeps its instant."""
    standing = refusal_in(folder)
    if standing is not None and standing.sentence == sentence:
        return standing
    at = standing.at if standing else datetime.now(UTC).isoformat(timespec="seconds")
    entry_id = standing.entry_id if standing else str(new_id())
    made = Refusal(sentence, at, size, signed, entry_id)
    write_whole(refused_path(folder), json.dumps(asdict(made), ensure_ascii=True), mode=0o644)
    return made


def reopen(folder: Path) -> None:
    refused_path(folder).unlink(missing_ok=True)


def refusal_in(folder: Path) -> Refusal | None:
    return read_refusal(refused_path(folder))


def read_refusal(path: Path) -> Refusal | None:
    """None where the file is not there; one that cannot be read is a refusal all the same."""
    try:
        return Refusal(**json.loads(path.read_text(encoding="ascii")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError):
        sentence = f"The file {path} cannot be read."
        return Refusal(sentence, "1970-01-01T00:00:00+00:00", 0, 0, str(UUID(int=0)))


def present_refusal() -> Refusal | None:
    """The refusal that stands now; costs one look at the file system."""
    return refusal_in(settings.KEYS_DIR)


def demand_open() -> None:
    """Raises LogClosed while the log is refused."""
    refusal = present_refusal()
    if refusal is not None:
        raise LogClosed(refusal)
