"""Telling people that the log was refused: at once and by mail, since nothing can be written then."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from governance.audit.actions import SYSTEM, record
from governance.audit.closing import (
    TO_DO,
    Refusal,
    read_refusal,
    refusal_in,
    refused_path,
    told_path,
)
from governance.audit.models import Leaf, OutboxEntry
from governance.audit.proofs import log_key
from governance.identity.choices import Role
from governance.identity.models import Person, RoleGrant
from governance.work.actions import notify

log = logging.getLogger(__name__)
TOLD = (Role.ADMINISTRATOR, Role.OFFICER)


def watch_log() -> None:
    """Called every second: tell of a refusal once; enter it once the log is open again."""
    folder = Path(settings.KEYS_DIR)
    refusal, told = refusal_in(folder), read_refusal(told_path(folder))
    if refusal is not None and told is None:
        tell(folder, refusal)
    elif refusal is None and told is not None:
        enter(told)
        told_path(folder).unlink(missing_ok=True)


def tell(folder: Path, refusal: Refusal) -> None:
    try:
        # Any number of tickers may run: the link is made once.
        os.link(refused_path(folder), told_path(folder))
    except FileExistsError:
        return
    sent = [mail(person, refusal) for person in people_to_tell()]
    if sent and not any(sent):
        told_path(folder).unlink(missing_ok=True)


def mail(person: Person, refusal: Refusal) -> bool:
    text = (
        f"{refusal.sentence}\n\nSince {refusal.at} nothing can be changed; reading goes on. {TO_DO}\n\n"
        f"{settings.PUBLIC_URL}/log\n"
    )
    try:
        EmailMessage(
            "The audit log was refused: Muniment is read-only", text, to=[person.email]
        ).send()
    except OSError as error:  # SMTPException is one
        log.warning("The mail about the refused log did not go out: %s", error)
        return False
    return True


def people_to_tell() -> list[Person]:
    grants = RoleGrant.objects.live().filter(role__in=TOLD, person__is_active=True)
    return list(dict.fromkeys(grant.person for grant in grants.select_related("person")))


@transaction.atomic
def enter(refusal: Refusal) -> None:
    """The entry that tells of a refusal that is over; once, whatever crashed in between."""
    key = log_key(settings.KEYS_DIR)
    known = OutboxEntry.objects.filter(entry_id=refusal.entry).exists()
    if known or Leaf.objects.filter(entry_id=refusal.entry).exists():
        return
    record(
        "log.refused",
        by=SYSTEM,
        object_type="log",
        object_id=key.origin if key else "unknown",
        unit_path="/",
        facts={"size": str(refusal.size), "signed": str(refusal.signed), "since": refusal.at},
        texts={"sentence": refusal.sentence},
        entry_id=refusal.entry,
    )
    for person in people_to_tell():
        notify(person, "log_open", "The audit log is open again", "/log", refusal.sentence)
