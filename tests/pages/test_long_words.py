"""What people write may be one word without a space: no page grows wider than its screen, no table than its card."""

from __future__ import annotations

from typing import Any

from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from governance.registry import actions as registry
from governance.registry.pages import SYSTEM_TABS
from tests.cast import PROFILE, Cast
from tests.pages.axe import chromium, skip_or_fail
from tests.pages.test_pages_in_chromium import SIZES, WIDER, sign_in

WORD = "x" * 200
# A table that scrolls by itself may be wider than its frame; others may not.
BURSTS = """Array.from(document.querySelectorAll(".table:not(.scroll), .card, .facts"))
    .filter(e => getComputedStyle(e).overflowX === "visible" && e.scrollWidth > e.clientWidth + 1)
    .map(e => e.className)"""


def register(cast: Cast) -> list[str]:
    """A system whose name and purpose are one long word each; the paths on which they stand."""
    system = registry.register_system(
        cast.organisation,
        WORD,
        role="both",
        tier="high",
        tier_reason=WORD,
        profile=PROFILE | {"purpose": WORD},
        owner=cast.person("owen"),
        by=cast.by("owen"),
    )
    cast.judge()
    return [
        "/",
        "/systems",
        f"/systems/{system.pk}",
        *(f"/systems/{system.pk}/{tab}" for tab in SYSTEM_TABS if tab != "overview"),
        f"/systems/{system.pk}/requirements/MAP-1.1",
        f"/systems/{system.pk}/tier",
    ]


def test_long_words_break_on_every_tab_at_desk_and_phone(
    cast: Cast, settings: Settings, live_server: LiveServer
) -> None:
    skip_or_fail()
    settings.KEYS_DIR = cast.sequencer.home.folder
    paths, found = register(cast), []
    with chromium() as browser:
        for size, viewport in SIZES.items():
            shape: Any = viewport
            context = browser.new_context(viewport=shape)
            sign_in(cast, context, live_server.url, "dana")
            page = context.new_page()
            for path in paths:
                assert page.goto(live_server.url + path).status == 200, path
                if page.evaluate(WIDER) or page.evaluate(BURSTS):
                    found.append((size, path, page.evaluate(BURSTS)))
            context.close()
    assert found == []
