"""The platform's own work on the log's anchors."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from governance.audit.anchors import Outcome, anchor_newest, places
from governance.audit.closing import present_refusal
from governance.audit.proofs import log_key
from governance.identity.choices import Role
from governance.identity.models import Person, RoleGrant
from governance.work.actions import notify
from governance.work.kinds import register
from governance.work.runner import Run

# With a look every 45 s a place is behind by less than a minute while the log grows.
EVERY_SECONDS = 45


@register(
    "log.anchor",
    every_seconds=EVERY_SECONDS,
    max_attempts=1,
    title="Send the log's head to its anchors",
)
def anchor(run: Run) -> dict[str, Any]:
    """A log that is refused has no head to send."""
    if present_refusal():
        return {"refused": True}
    key, targets = log_key(settings.KEYS_DIR), places()
    if key is None or not targets:
        return {"places": 0}
    outcomes = anchor_newest(key, targets)
    for outcome in outcomes:
        if outcome.changed:
            tell(outcome)
    failing = sum(bool(outcome.anchor.error) for outcome in outcomes)
    return {"places": len(targets), "sent": len(outcomes) - failing, "failing": failing}


@transaction.atomic
def tell(outcome: Outcome) -> None:
    anchor = outcome.anchor
    title = "An anchor of the log fails" if anchor.error else "An anchor of the log works again"
    for person in administrators():
        notify(
            person, "anchor", title, reverse("anchors"), f"{anchor.place}: {anchor.error or 'sent'}"
        )


def administrators() -> list[Person]:
    grants = RoleGrant.objects.live().filter(role=Role.ADMINISTRATOR, person__is_active=True)
    return list(dict.fromkeys(grant.person for grant in grants.select_related("person")))
