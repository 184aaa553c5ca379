"""Read a name from a mapping or from an object, so that a component takes either."""

from __future__ import annotations

from collections.abc import Mapping


def read(source: object, name: str, default: object = None) -> object:
    """The value called name in a mapping or on an object; default where it is absent."""
    if isinstance(source, Mapping):
        return source.get(name, default)
    return getattr(source, name, default)


def text(source: object, name: str, default: str = "") -> str:
    """As read, as text; None reads as the default."""
    value = read(source, name)
    return default if value is None else str(value)


def sequence(value: object) -> list[object]:
    """A list of what a list or tuple holds; anything else is an empty list."""
    return list(value) if isinstance(value, list | tuple) else []
