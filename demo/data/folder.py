"""Where the demonstration keeps what it downloads and what it makes."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def demo_folder() -> Path:
    """What it makes: `$MUNIMENT_HOME/demo`, or `.cache/demo` below the working folder."""
    home = os.environ.get("MUNIMENT_HOME")
    return Path(home) / "demo" if home else Path(".cache") / "demo"


def survey_folder() -> Path:
    """What it downloads, for any installation: below `$MUNIMENT_DEMO_CACHE` or `.cache/demo`."""
    return Path(os.environ.get("MUNIMENT_DEMO_CACHE") or ".cache/demo") / "survey"


def sha256_of(path: Path) -> str:
    """The file's SHA-256 as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
