"""Status as icon, word and tone together; never by colour alone."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.components.icons import icon
from config.components.values import read, text
from governance.assessment import rules

ICONS = {"good": "check", "bad": "cross", "warn": "alert", "wait": "clock", "none": "dash"}
ALIASES = {"info": "wait", "neutral": "none", "": "none"}


def tone_name(tone: str) -> str:
    """One of good, bad, warn, wait, none. Raises ValueError for any other word."""
    name = ALIASES.get(tone, tone)
    if name not in ICONS:
        raise ValueError(f"There is no tone {tone!r}; choose one of {', '.join(ICONS)}.")
    return name


def badge(tone: str, words: object) -> SafeString:
    """A badge: icon, words and tone."""
    name = tone_name(str(tone))
    return format_html(
        '<span class="badge {}">{}<span>{}</span></span>', name, icon(ICONS[name]), words
    )


def result_words(result: object) -> tuple[str, str]:
    """Tone and words of a result: its own where it has them (a Result, a posture row), else by the rules.

    A result that is inherited says so.
    """
    tone, words = text(result, "tone"), text(result, "words")
    if not words:
        tone, words = rules.badge(dict(result) if isinstance(result, Mapping) else vars(result))
    body = read(result, "body") or result
    is_inherited = text(body, "applicability") == "inherited"
    return tone, f"{words} (inherited)" if is_inherited else words


def result_badge(result: object) -> SafeString:
    """The badge of a result."""
    return badge(*result_words(result))
