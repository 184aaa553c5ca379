"""A person in front of a real browser, and what the browser complained about meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, Response

from governance.identity.models import Account

SECONDS = 20_000
FIRST_FAULT = 500


@dataclass
class Visitor:
    """`complaints` holds errors on the console (violations of the content policy among them) and faults."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Response:
        """Go to a path of the site."""
        answer = self.page.goto(self.url + path)
        assert answer is not None
        return answer

    def enter(self, account: Account) -> None:
        """Be signed in without the sign-in page."""
        client = Client()
        client.force_login(account)
        name = settings.SESSION_COOKIE_NAME
        cookie: Any = {"name": name, "value": client.cookies[name].value, "url": self.url}
        self.page.context.add_cookies([cookie])

    def fill(self, **values: str) -> None:
        """Fill in text fields by name."""
        for name, value in values.items():
            self.page.locator(f"[name={name}]").fill(value)

    def choose(self, **options: str) -> None:
        """Choose in lists by the words of the option."""
        for name, words in options.items():
            self.page.locator(f"select[name={name}]").select_option(label=words)

    def tick(self, words: str) -> None:
        """Choose the radio button or check box with this label."""
        self.page.get_by_label(words, exact=True).check()

    def press(self, words: str) -> None:
        """Press the button with these words."""
        self.page.get_by_role("button", name=words, exact=True).click()

    def follow(self, words: str) -> None:
        """Follow the first link with these words."""
        self.page.get_by_role("link", name=words).first.click()

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    @property
    def words(self) -> str:
        """What the main part of the page says, in one line."""
        return " ".join(self.page.locator("main").inner_text().split())


@contextmanager
def visit(browser: Browser, url: str, **context: Any) -> Iterator[Visitor]:
    """A visitor with a browser profile of their own; context as for Browser.new_context."""
    with browser.new_context(**context) as profile:
        profile.set_default_timeout(SECONDS)
        visitor = Visitor(profile.new_page(), url)
        listen(visitor)
        yield visitor


def listen(visitor: Visitor) -> None:
    complaints = visitor.complaints
    visitor.page.on(
        "console", lambda said: complaints.append(said.text) if said.type == "error" else None
    )
    visitor.page.on("pageerror", lambda error: complaints.append(str(error)))
    visitor.page.on(
        "response",
        lambda answer: (
            complaints.append(f"{answer.status} {answer.url}")
            if answer.status >= FIRST_FAULT
            else None
        ),
    )
