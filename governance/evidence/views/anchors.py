"""Where the log's heads are kept outside, and what could be rewritten unseen meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from governance.audit.anchors import newest_good, places, receipts
from governance.audit.models import Anchor, Checkpoint
from governance.audit.proofs import newest_checkpoint
from governance.evidence.views.log import tabs_of
from governance.identity.sessions import SignedInRequest

KINDS = {
    "dir": "folder",
    "git": "git repository",
    "syslog": "syslog",
    "webhook": "webhook",
    "tsa": "time-stamping authority",
}


@dataclass(frozen=True)
class Row:
    kind: str
    name: str
    good: Anchor | None
    last: Anchor | None

    @property
    def tone(self) -> str:
        if self.last is None:
            return "none"
        return "bad" if self.last.error else "good"

    @property
    def state(self) -> str:
        if self.last is None:
            return "not sent yet"
        return "fails" if self.last.error else "holds it"


def anchors(request: SignedInRequest) -> HttpResponse:
    """Each place with its newest receipt, and the exposure window in words."""
    rows = [
        Row(KINDS[place.kind], place.name, newest_good(place), receipts(place))
        for place in places()
    ]
    context: dict[str, Any] = {
        "rows": rows,
        "exposure": exposure(rows, newest_checkpoint(), timezone.now()),
        "sent": Anchor.objects.order_by("-id")[:30],
        "tabs": tabs_of("anchors", request.principal),
    }
    return render(request, "evidence/anchors.html", context)


def exposure(rows: list[Row], checkpoint: Checkpoint | None, now: datetime) -> str:
    """What a change would have to be newer than to stay unseen by every place."""
    held = [row.good for row in rows if row.good]
    if not held:
        return ""
    newest = max(held, key=lambda anchor: (anchor.size, anchor.at))
    if checkpoint is None or newest.size >= checkpoint.size:
        return f"Every signed entry is anchored: size {newest.size:,}, held outside."
    minutes = max(1, -(-int((now - newest.at).total_seconds()) // 60))
    return (
        f"{checkpoint.size - newest.size:,} signed entries are newer than what any place holds "
        f"(size {newest.size:,}, sent {minutes} min ago): who controls this machine could still take them back unseen."
    )
