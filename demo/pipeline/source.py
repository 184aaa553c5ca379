"""Which code ran: the commit, and a digest of the pipeline's own files."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
PARTS = ("data", "pipeline")


@dataclass(frozen=True, slots=True)
class Source:
    """`commit` is None outside a git checkout; `clean` says that no tracked file was edited."""

    commit: str | None
    clean: bool
    digest: str

    @property
    def version(self) -> str:
        """The commit of an unedited checkout, else the digest of the files."""
        return self.commit if self.commit and self.clean else f"sha256:{self.digest}"

    def to_json(self) -> dict[str, str | bool | None]:
        return {"commit": self.commit, "clean": self.clean, "digest": f"sha256:{self.digest}"}


def current_source() -> Source:
    commit = _git("rev-parse", "HEAD")
    edited = _git("status", "--porcelain", "--", *(str(PACKAGE / part) for part in PARTS))
    return Source(commit=commit or None, clean=edited == "", digest=files_digest(PACKAGE))


def files_digest(package: Path) -> str:
    """SHA-256 over the lines "<sha256>  <path>" of the pipeline's Python files, in path order."""
    files = sorted(path for part in PARTS for path in (package / part).glob("*.py"))
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(package).as_posix()}\n"
        for path in files
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _git(*arguments: str) -> str | None:
    """What git prints, or None where there is no git, no checkout or no commit."""
    program = shutil.which("git")
    if program is None:
        return None
    command = [program, "-C", str(PACKAGE), *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return run.stdout.strip() if run.returncode == 0 else None
