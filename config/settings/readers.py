"""Readers of environment variables that refuse nonsense instead of guessing."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = frozenset({"true", "yes", "on", "1"})
FALSE_WORDS = frozenset({"false", "no", "off", "0"})


def env_text(name: str, default: str) -> str:
    """The variable without surrounding white space, or the default where it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def env_bool(name: str, default: bool) -> bool:
    """true/yes/on/1 or false/no/off/0.

    Raises:
        ImproperlyConfigured: on any other word.
    """
    word = env_text(name, "").lower()
    if not word:
        return default
    if word not in TRUE_WORDS | FALSE_WORDS:
        raise ImproperlyConfigured(f"{name} is {word!r}: write true or false.")
    return word in TRUE_WORDS


def env_int(name: str, default: int, *, least: int, most: int) -> int:
    """A whole number between `least` and `most`.

    Raises:
        ImproperlyConfigured: not a whole number, or out of range.
    """
    text = env_text(name, "")
    if not text:
        return default
    if not (text.isascii() and text.removeprefix("-").isdigit()):
        raise ImproperlyConfigured(f"{name} is {text!r}: write a whole number.")
    if not least <= int(text) <= most:
        raise ImproperlyConfigured(f"{name} is {text}: it must lie between {least} and {most}.")
    return int(text)


def env_word(name: str, default: str, words: tuple[str, ...]) -> str:
    """One of the words.

    Raises:
        ImproperlyConfigured: on any other.
    """
    word = env_text(name, default).lower()
    if word not in words:
        raise ImproperlyConfigured(f"{name} is {word!r}: write {' or '.join(words)}.")
    return word


def env_list(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Words between commas; empty ones are dropped."""
    words = [word.strip() for word in os.environ.get(name, "").split(",")]
    return [word for word in words if word] or list(default)


def env_secret(name: str) -> str:
    """The secret of NAME, or of the file that NAME_FILE names; empty where neither is set.

    Raises:
        ImproperlyConfigured: both are set, or the file cannot be read or is empty.
    """
    value, path = os.environ.get(name, "").strip(), os.environ.get(f"{name}_FILE", "").strip()
    if value and path:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set: set one of them.")
    if not path:
        return value
    try:
        secret = Path(path).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}.") from error
    if not secret:
        raise ImproperlyConfigured(f"{name}_FILE names an empty file: {path}.")
    return secret


def env_url(name: str, schemes: frozenset[str]) -> SplitResult | None:
    """The URL of NAME or NAME_FILE with one of the schemes, or None where it is unset.

    Raises:
        ImproperlyConfigured: another scheme; the message never shows the URL's password.
    """
    text = env_secret(name)
    if not text:
        return None
    url = urlsplit(text)
    if url.scheme not in schemes:
        known = ", ".join(sorted(f"{scheme}://" for scheme in schemes))
        raise ImproperlyConfigured(f"{name} must begin with one of {known}.")
    return url
