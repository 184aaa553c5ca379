"""Start-up check: every URL has a row in the policy table, every row a URL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.urls import URLPattern, URLResolver, get_resolver

from governance.identity.policy import ACTIONS, PUBLIC, SIGNED_IN, load_routes


def view_names(
    patterns: Sequence[URLPattern | URLResolver], namespace: str = ""
) -> Iterator[tuple[str, str]]:
    """(view name, pattern) of every URL below `patterns`."""
    for entry in patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from view_names(entry.url_patterns, inner)
        else:
            yield f"{namespace}{entry.name or ''}", str(entry.pattern)


@register("security")
def check_policy_table(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    routes = load_routes()
    ruled = {name for name, _ in routes}
    found = dict(view_names(get_resolver().url_patterns))
    messages: list[CheckMessage] = [
        Error(
            f"The URL '{pattern}' (view name '{name}') has no row in the policy table.",
            hint="Add (view name, method) to ROUTES in the app's policy_routes.py.",
            id="identity.E001",
        )
        for name, pattern in found.items()
        if name not in ruled
    ]
    messages += [
        Error(f"The policy table has a row for '{name}', which no URL has.", id="identity.E002")
        for name in sorted(ruled - set(found))
    ]
    known = {*ACTIONS, PUBLIC, SIGNED_IN}
    messages += [
        Error(f"The row {row} names the unknown action '{action}'.", id="identity.E003")
        for row, action in routes.items()
        if action not in known
    ]
    return messages
