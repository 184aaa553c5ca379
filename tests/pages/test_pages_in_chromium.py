"""Every page of the spine in a real browser: accessible, no wider than a phone, light and dark.

With MUNIMENT_SHOTS set to a folder, a picture of each page is left there.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.cast import Cast
from tests.pages.axe import chromium, skip_or_fail, violations
from tests.pages.browse import signed_in
from tests.pages.fill import fill

SHOTS = os.environ.get("MUNIMENT_SHOTS", "")
SIZES = {"desk": {"width": 1440, "height": 1000}, "phone": {"width": 390, "height": 844}}
# Who sees most of the page.
SEEN_BY = {
    "person": "adam",
    "person-add": "adam",
    "people": "adam",
    "unit-add": "adam",
    "jobs": "adam",
    "tokens": "owen",
    "token-create": "owen",
    "keys": "owen",
    "key-register": "owen",
    "key-revoke": "owen",
    "release": "owen",
    "exception-ask": "owen",
    "opinion": "vera",
}
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def sign_in(cast: Cast, context: BrowserContext, url: str, name: str) -> None:
    cookies = signed_in(cast, name).cookies
    context.clear_cookies()
    context.add_cookies([{"name": one, "value": cookies[one].value, "url": url} for one in cookies])


def problems_of(
    cast: Cast, context: BrowserContext, url: str, pages: dict[str, str], label: str
) -> list[str]:
    """What is wrong on any page in this context: axe-core's violations, and overflow."""
    found = []
    for name, path in pages.items():
        sign_in(cast, context, url, SEEN_BY.get(name, "dana"))
        page = context.new_page()
        page.goto(url + path)
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{label}.png", full_page=True)
        found += [f"{name} {label}: {one}" for one in violations(page)]
        if page.evaluate(WIDER):
            found.append(f"{name} {label}: wider than the screen")
        page.close()
    return found


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", sorted(SIZES))
def test_every_page_is_accessible_and_fits(
    cast: Cast, settings: Settings, live_server: LiveServer, size: str, scheme: Any
) -> None:
    skip_or_fail()
    settings.KEYS_DIR = cast.sequencer.home.folder
    pages = fill(cast)
    viewport: Any = SIZES[size]
    with chromium() as browser:
        context = browser.new_context(viewport=viewport, color_scheme=scheme)
        assert problems_of(cast, context, live_server.url, pages, f"{size}-{scheme}") == []
