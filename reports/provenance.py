"""Which program made a report: the digest of everything that shapes its content and its pages."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

HERE = Path(__file__).parent
SHAPING = ("content/*.py", "engine/*.py", "chart_specs.py", "pages.py", "templates/reports/pdf/*")


@cache
def code() -> dict[str, Any]:
    """Name, version and digest over (path, bytes) of the files, as the report statement names it."""
    hashed = hashlib.sha256()
    for path in sorted(path for pattern in SHAPING for path in HERE.glob(pattern)):
        hashed.update(f"{path.relative_to(HERE)}\0".encode())
        hashed.update(hashlib.sha256(path.read_bytes()).digest())
    return {"name": "muniment.reports", "version": settings.VERSION, "digest": hashed.hexdigest()}
