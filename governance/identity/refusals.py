"""Attempts that were refused, as entries of the log: who tried what, and what stood in the way.

An account that only tries cannot fill the log: after `MOST` refusals in a minute it is told to wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone

from governance.audit.actions import Fact, record
from governance.audit.models import Leaf, OutboxEntry
from governance.identity.errors import Busy, Forbidden
from governance.identity.policy import Routes
from governance.identity.principal import Principal

MOST, WINDOW = 60, timedelta(minutes=1)
# A refusal further back than this many entries does not count: looking stays cheap in a log of any size.
FAR = 2000
READS = frozenset({"GET", "HEAD", "OPTIONS"})
ACT, EVIDENCE = "act.refused", "evidence.refused"


class TooManyRefusals(Busy):
    status = 429
    retry_after = int(WINDOW.total_seconds())

    def __init__(self) -> None:
        super().__init__(
            "too_many_refusals",
            f"{MOST} attempts of this account were refused within a minute. Mend what asks; wait a minute.",
        )


def log_refusal(
    action: str,
    *,
    by: Principal,
    object_type: str,
    object_id: str,
    facts: Mapping[str, Fact],
) -> None:
    """One entry, in a transaction of its own. Raises TooManyRefusals; LogClosed while the log is refused."""
    if refused_lately(by.account_id) >= MOST:
        raise TooManyRefusals
    with transaction.atomic():
        record(
            action,
            by=by,
            object_type=object_type,
            object_id=object_id,
            unit_path=by.paths[0] if by.paths else "/",
            facts=facts,
        )


def refused_lately(account: UUID) -> int:
    """Refusals of the account within WINDOW, in the log and on their way into it."""
    newest = Leaf.objects.aggregate(newest=Max("index"))["newest"] or 0
    entered = Leaf.objects.filter(
        index__gte=newest - FAR,
        action__in=(ACT, EVIDENCE),
        account_id=account,
        at__gte=timezone.now() - WINDOW,
    )
    return entered.count() + waiting(account)


def waiting(account: UUID) -> int:
    mark = f'"account":"{account}"'.encode()
    bodies = OutboxEntry.objects.order_by("-id").values_list("body", flat=True)[:500]
    return sum(b'.refused"' in bytes(body) and mark in bytes(body) for body in bodies)


def log_refused_act(
    request: HttpRequest, refusal: Forbidden, routes: Routes, by: Principal
) -> None:
    """The entry about a request that would have changed something. Raises TooManyRefusals."""
    match = request.resolver_match
    if match is None or request.method in READS:
        return
    named = next((str(value) for value in match.kwargs.values() if isinstance(value, UUID)), None)
    log_refusal(
        ACT,
        by=by,
        object_type="address",
        object_id=match.view_name[:80],
        facts={
            "code": refusal.code,
            "act": routes.get((match.view_name, str(request.method))),
            "method": request.method,
            "about": named,
        },
    )
