"""A person in front of a real browser, and what the browser complained about meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import APIResponse, Browser, Page, Response

from governance.identity.models import Account
from tests.cast import PASSWORD

SECONDS = 20_000
FIRST_FAULT = 500
MOST_STOPS = 60
HAS_FOCUS = "element => element === document.activeElement"


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

    def sign_in(self, login: str, password: str = PASSWORD) -> None:
        """By the sign-in page."""
        self.open("/sign-in")
        self.fill(username=login, password=password)
        self.press("Sign in")

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

    def download(self, words: str) -> bytes:
        """The content of the file behind the first link with these words."""
        with self.page.expect_download() as started:
            self.follow(words)
        return Path(started.value.path()).read_bytes()

    def post(self, path: str, **values: str) -> APIResponse:
        """Send values that no form here offers, as somebody would who does not give up."""
        token = next(c["value"] for c in self.page.context.cookies() if c["name"] == "csrf")
        form: dict[str, str | float | bool] = {**values, "csrfmiddlewaretoken": token}
        return self.page.request.post(self.url + path, form=form)

    def keys(self, *names: str) -> None:
        for name in names:
            self.page.keyboard.press(name)

    def tab_to(self, id_: str) -> None:
        """Press Tab until the element with this id has the focus."""
        self.tab_until(lambda: self.focused == id_, id_)

    def tab_to_button(self, words: str) -> None:
        button = self.page.get_by_role("button", name=words)
        self.tab_until(lambda: bool(button.evaluate(HAS_FOCUS)), words)

    def tab_until(self, is_there: Callable[[], bool], words: str) -> None:
        for _ in range(MOST_STOPS):
            if is_there():
                return
            self.keys("Tab")
        raise AssertionError(f"Tab does not reach {words}.")

    @property
    def focused(self) -> str:
        """The id of what has the focus."""
        return str(self.page.evaluate("document.activeElement.id"))

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.url)

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
