"""Pictures of every kind of page of a running platform: at 1440 and 390 pixels, light and dark.

    python -m bench.screenshots --url http://127.0.0.1:8000 --login officer@demo.example --password …

Without login and password the first account of the demonstration's sign-in page is taken. Writes PNG files, one
folder for each look, into var/screenshots, and prints a table of the pages.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.e2e.crawl import crawl
from tests.pages.axe import chromium, missing

FOLDER = Path(__file__).resolve().parents[1] / "var" / "screenshots"
WIDTHS = (1440, 390)
SCHEMES = ("light", "dark")
HEIGHT = 900
PER_KIND = 2


@contextmanager
def signed_in(browser: Browser, asked: argparse.Namespace, **look: Any) -> Iterator[Page]:
    with browser.new_context(**look) as profile:
        page = profile.new_page()
        page.goto(f"{asked.url}/sign-in")
        login, password = asked.login, asked.password
        if not login:
            login, password = page.locator(".demo-accounts dd").first.inner_text().split(" · ")
        page.locator("[name=username]").fill(login)
        page.locator("[name=password]").fill(password)
        page.get_by_role("button", name="Sign in").click()
        if page.url.endswith("/sign-in"):
            raise SystemExit(f"{asked.url} does not let {login} in.")
        yield page


def pages_of(browser: Browser, asked: argparse.Namespace) -> dict[str, str]:
    """A file name for each path worth a picture."""
    with signed_in(browser, asked) as page:
        paths = [seen.path for seen in crawl(page, asked.url, PER_KIND)]
    return {path: name_of(path, number) for number, path in enumerate(paths)}


def name_of(path: str, number: int) -> str:
    words = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", path.partition("?")[0])
    return f"{number:03d}-{'-'.join(re.findall(r'[A-Za-z0-9.]+', words)) or 'home'}"


def take(browser: Browser, asked: argparse.Namespace, pages: dict[str, str]) -> None:
    for width in WIDTHS:
        for scheme in SCHEMES:
            look = {"viewport": {"width": width, "height": HEIGHT}, "color_scheme": scheme}
            with signed_in(browser, asked, **look) as page:
                for path, name in pages.items():
                    page.goto(asked.url + path)
                    file = asked.out / f"{width}-{scheme}" / f"{name}.png"
                    page.screenshot(path=file, full_page=True)
            print(f"{len(pages)} pages at {width} pixels, {scheme}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--login", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--out", type=Path, default=FOLDER)
    asked = parser.parse_args()
    if reason := missing(needs_axe=False):
        raise SystemExit(reason)
    asked.url = asked.url.rstrip("/")
    with chromium() as browser:
        pages = pages_of(browser, asked)
        take(browser, asked, pages)
    for path, name in pages.items():
        print(f"{name:40} {path}")
    print(f"Written to {asked.out}")


if __name__ == "__main__":
    main()
