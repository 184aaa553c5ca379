"""Real Chromium for page tests, and axe-core inside it.

axe-core comes from `npm ci` (package.json at the top). Where Chromium or axe-core is missing the tests are skipped with
the reason; with MUNIMENT_BROWSER_REQUIRED set they fail instead.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import Browser, Page, sync_playwright

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def missing(needs_axe: bool = True) -> str:
    """What is not installed, in words; nothing where all is there."""
    if not Path(CHROMIUM).exists():
        return "Chromium is missing: apt-get install --no-install-recommends chromium"
    return "axe-core is missing: npm ci" if needs_axe and not AXE.exists() else ""


def skip_or_fail(needs_axe: bool = True) -> None:
    """Skip with the reason where a part is missing; fail where the run insists on it."""
    reason = missing(needs_axe)
    if not reason:
        return
    if os.environ.get("MUNIMENT_BROWSER_REQUIRED"):
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium for the time of the block."""
    # Playwright's event loop in this thread makes Django refuse its own database calls.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
            browser.close()
        finally:
            # Under that loop the block had connections of its own, and the next test's database is another.
            if settings.configured:
                connections.close_all()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


def violations(page: Page) -> list[str]:
    """Each violation on the page as it stands: rule, element, what is wrong.

    The content security policy keeps out a script element, so axe-core goes in through the debugger.
    """
    page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate(
        "rules => axe.run({runOnly: rules}).then(result => result.violations)", RULES
    )
    return [
        f"{rule['id']} at {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


def violations_at(browser: Browser, url: str, **context: Any) -> list[str]:
    """As violations, for a fresh page at an address; context as for Browser.new_context."""
    with browser.new_context(**context) as fresh:
        page = fresh.new_page()
        page.goto(url)
        return violations(page)


def violations_in(browser: Browser, html: str, **context: Any) -> list[str]:
    """As violations, for HTML without an address."""
    with browser.new_context(**context) as fresh:
        page = fresh.new_page()
        page.set_content(html)
        return violations(page)
