"""Status as icon, word and tone together; never by colour alone."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.components.icons import icon
from config.components.times import day_words, moment
from config.components.values import read, text

ICONS = {"good": "check", "bad": "cross", "warn": "alert", "wait": "clock", "none": "dash"}
ALIASES = {"info": "wait", "neutral": "none", "": "none"}
REASONS = {
    "contested": ("warn", "under review"),
    "insufficient": ("none", "not determined: too few"),
    "missing": ("none", "not determined: missing"),
    "stale": ("warn", "not determined: stale"),
}
APPLICABILITY = {
    "not-applicable": ("none", "not applicable"),
    "not-yet-due": ("wait", "not yet due"),
}


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
    """Tone and words of a result with applicability, determination and reason.

    A result that is inherited says so after its determination.
    """
    applicability = text(result, "applicability").replace("_", "-")
    if applicability in APPLICABILITY:
        return APPLICABILITY[applicability]
    tone, words = _determination(result)
    return (tone, f"{words} (inherited)") if applicability == "inherited" else (tone, words)


def _determination(result: object) -> tuple[str, str]:
    determination = text(result, "determination").replace("_", "-")
    if determination == "satisfied":
        return "good", "satisfied"
    if determination == "not-satisfied":
        return "bad", "not satisfied"
    return REASONS.get(text(result, "reason"), ("none", "not determined"))


def exception_words(result: object) -> str:
    """Words about the exception of a result, or nothing where there is none."""
    exception = read(result, "exception")
    if not exception or exception == "none":
        return ""
    expires = moment(read(exception, "expires") or read(exception, "expires_at"))
    return f"exception until {day_words(expires)}" if expires else "exception"


def result_badge(result: object) -> SafeString:
    """The badge of a result, and a second one where an exception stands beside it."""
    first = badge(*result_words(result))
    exception = exception_words(result)
    if not exception:
        return first
    return format_html("{} {}", first, badge("warn", exception))
