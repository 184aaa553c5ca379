"""The artefact store: files under the sha256 of their bytes; written once, never changed."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from governance.identity.errors import DomainError
from governance.registry.models import Artefact


class TooLarge(DomainError):
    status = 413


def path_of(sha256: str) -> Path:
    return Path(settings.ARTEFACTS_DIR) / sha256[:2] / sha256


def put(chunks: Iterable[bytes], limit: int) -> Artefact:
    """Write the chunks to the store and return the artefact; the same bytes give the same artefact.

    Raises TooLarge beyond `limit` bytes; nothing is kept then.
    """
    root = Path(settings.ARTEFACTS_DIR)
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=root, delete=False) as file:
        partial = Path(file.name)
        try:
            sha256, size = copy(chunks, file, limit)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    target = path_of(sha256)
    target.parent.mkdir(exist_ok=True)
    partial.chmod(0o440)
    partial.replace(target)
    return Artefact.objects.get_or_create(sha256=sha256, defaults={"size": size})[0]


def copy(
    chunks: Iterable[bytes], file: tempfile._TemporaryFileWrapper[bytes], limit: int
) -> tuple[str, int]:
    hashed, size = hashlib.sha256(), 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise TooLarge(
                "file_too_large", f"This file is larger than {limit // 2**20} MiB, the limit here."
            )
        hashed.update(chunk)
        file.write(chunk)
    return hashed.hexdigest(), size
