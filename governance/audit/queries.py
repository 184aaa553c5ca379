from __future__ import annotations

from django.db.models import Max

from governance.audit.models import Leaf


def log_size() -> int:
    """How many entries the log holds now."""
    last = Leaf.objects.aggregate(last=Max("index"))["last"]
    return 0 if last is None else int(last) + 1
