"""Long identities made short for the eye; the whole stays within reach."""

from __future__ import annotations

import re

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.components.icons import icon

UUID = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")


def short_digest(value: str) -> str:
    """First 8 and last 4 digits of a digest; an algorithm before a colon is left out."""
    digits = value.rpartition(":")[2]
    return digits if len(digits) <= 16 else f"{digits[:8]}…{digits[-4:]}"


def evidence_words(identity: str) -> str:
    """EV- and the last 8 digits of a UUID (version 7 begins with the time); other ids as they are."""
    return f"EV-{identity[-8:]}" if UUID.match(identity) else identity


def digest(value: object) -> SafeString:
    """A short digest with the whole in its title and a button that copies the whole."""
    full = "" if value is None else str(value)
    if not full:
        return format_html('<span class="muted">{}</span>', "no digest")
    return format_html(
        '<span class="digest"><code title="{}">{}</code>'
        '<button type="button" class="copy" data-copy="{}" aria-label="{}">{}</button></span>',
        full,
        short_digest(full),
        full,
        f"Copy {short_digest(full)}",
        icon("copy"),
    )


def evidence_url(identity: str) -> str:
    """Address of the page of one piece of evidence, or nothing where no such page exists."""
    try:
        return reverse("evidence", args=[identity])
    except NoReverseMatch:
        return ""


def evidence(identity: object, url: str = "") -> SafeString:
    """A short evidence id, linked to the evidence."""
    full = str(identity)
    address = url or evidence_url(full)
    if not address:
        return format_html('<code class="ev" title="{}">{}</code>', full, evidence_words(full))
    return format_html(
        '<a class="ev" href="{}" title="{}">{}</a>', address, full, evidence_words(full)
    )
