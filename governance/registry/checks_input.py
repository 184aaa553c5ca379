"""What a pipeline hands in, checked before anything is written."""

from __future__ import annotations

import re
from collections.abc import Sequence

from governance.identity.errors import InvalidInput

SHA256 = re.compile(r"[0-9a-f]{64}")


def check_digests(digests: Sequence[str], pointer: str) -> list[str]:
    for position, digest in enumerate(digests):
        if not SHA256.fullmatch(digest):
            raise InvalidInput(
                "digest",
                "Give each dataset by the sha256 of its file: 64 lower-case hex digits.",
                f"{pointer}/{position}",
            )
    return list(digests)
