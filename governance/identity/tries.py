"""Wrong passwords, counted by sign-in name and by address: each one beyond the limit waits twice as long.

A name counts whether or not anybody has it, so that the answers tell nothing.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from governance.audit.actions import CommandActor, record
from governance.identity.errors import TooManyTries
from governance.identity.models import Account, SignInTries

WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=1)
FIRST_WAIT, LONGEST_WAIT = 30, 900
# Many people may share an address; nobody shares a sign-in name.
LIMITS = {"login": 5, "password": 5, "address": 20}
STRANGER = CommandActor(kind="stranger")


@dataclass(frozen=True)
class Key:
    kind: str
    value: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(f"{self.kind}:{self.value}".encode()).hexdigest()


def login_key(login: str) -> Key:
    return Key("login", unicodedata.normalize("NFKC", login).strip().casefold())


def address_key(request: HttpRequest) -> Key:
    """The client's address; behind a proxy the one that the proxy itself wrote last."""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    direct = request.META.get("REMOTE_ADDR", "")
    return Key("address", (forwarded if settings.BEHIND_PROXY else "") or direct)


def check(key: Key) -> None:
    """Raises TooManyTries while the key waits."""
    row = SignInTries.objects.filter(pk=key.digest).first()
    if row is not None:
        refuse_waiting(row, timezone.now())


def refuse_waiting(row: SignInTries, now: datetime) -> None:
    if row.locked_until is not None and row.locked_until > now:
        raise TooManyTries(-(-(row.locked_until - now) // timedelta(seconds=1)))


def count(key: Key) -> int:
    """Count one failure; returns the seconds that the key waits from now on. Raises TooManyTries.

    Called before a password is looked at and cleared when it was right, many tries at once are no way
    around the limit.
    """
    now = timezone.now()
    with transaction.atomic():
        SignInTries.objects.bulk_create([SignInTries(pk=key.digest)], ignore_conflicts=True)
        row = SignInTries.objects.select_for_update().get(pk=key.digest)
        refuse_waiting(row, now)
        if now - max(row.last_at, row.locked_until or row.last_at) > WINDOW:
            row.failures = 0
        row.failures += 1
        row.last_at = now
        seconds = wait_after(row.failures - LIMITS[key.kind])
        row.locked_until = now + timedelta(seconds=seconds) if seconds else None
        row.save()
    return seconds


def wait_after(beyond: int) -> int:
    return min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(beyond, 10)) if beyond >= 0 else 0


def clear(key: Key) -> None:
    SignInTries.objects.filter(pk=key.digest).delete()


def record_wait(login: str, address: Key, waits: dict[str, int]) -> None:
    """Enter a wait that has just begun, once; and forget what is long past."""
    SignInTries.objects.filter(last_at__lt=timezone.now() - KEPT).delete()
    begun = {kind: seconds for kind, seconds in waits.items() if seconds}
    if not begun:
        return
    login = login.replace("\0", "")[:150]
    account = Account.objects.filter(login__iexact=login, person__isnull=False).first()
    with transaction.atomic():
        record(
            "identity.sign_in_refused",
            by=STRANGER,
            object_type="account",
            object_id=account.pk if account else "unknown",
            unit_path=account.responsible.unit.path if account else "/",
            facts={"counted": sorted(begun), "seconds": max(begun.values())},
            texts={"login": login or "(empty)", "address": address.value or "(unknown)"},
        )
