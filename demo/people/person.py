"""One person with an account and a browser without scripts: opens pages, fills in forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from demo.people.pages import Field, Form, Page
from demo.people.reader import read_page

Values = Mapping[str, str | Sequence[str]]
Files = Mapping[str, tuple[str, bytes]]
SECONDS = 30.0
FIRST_ERROR = 400


class PageRefused(Exception):
    """The platform refused what a person did; `problems` are its own sentences."""

    def __init__(self, page: Page, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems) or f"{page.url} answered {page.status}.")
        self.page = page
        self.problems = list(problems)


@dataclass
class Person:
    role: str
    name: str
    login: str
    password: str
    site: str
    browser: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.browser = httpx.Client(base_url=self.site, follow_redirects=True, timeout=SECONDS)

    def sign_in(self, password: str = "") -> Page:
        page = self.open("/sign-in")
        return self.send(page, {"username": self.login, "password": password or self.password})

    def set_own_password(self, first: str, proof: str = "") -> Page:
        """Sign in with the password that somebody else chose, and change it to one's own.

        A second account is taken over with `proof`, the password of the person's other one.
        """
        self.sign_in(first)
        own = {"present": proof or first, "new": self.password, "again": self.password}
        return self.fill("/account", own)

    def open(self, path: str) -> Page:
        """Raises PageRefused where the platform does not show the page."""
        return self.shown(self.browser.get(path))

    def fill(self, path: str, values: Values, **options: Any) -> Page:
        """Open a page and send its form; options as for `send`."""
        return self.send(self.open(path), values, **options)

    def send(
        self, page: Page, values: Values, *, files: Files | None = None, button: str = ""
    ) -> Page:
        """Send the page's form that has these fields, the others as they stand.

        What is chosen from a list may be given by the option's words. Raises PageRefused with the
        page's problems, LookupError where the page has no such form or option.
        """
        form = page.form_with(*values, *(files or {}))
        body = body_of(form, values, button)
        address = urljoin(page.url, form.action or page.url)
        headers = {"Referer": page.url}
        if form.method == "get":
            return self.shown(self.browser.get(address, params=body))
        return self.shown(
            self.browser.post(address, data=body, files=files or None, headers=headers)
        )

    def insist(self, path: str, values: Mapping[str, str]) -> Page:
        """Send a form that no page offers this person, as somebody would who does not give up."""
        token = self.browser.cookies.get("csrf", "")
        body = {**values, "csrfmiddlewaretoken": token}
        return self.shown(self.browser.post(path, data=body))

    def post_json(self, path: str, body: Mapping[str, Any]) -> Any:
        """Send JSON to the REST API in this person's session. Raises PageRefused with its sentence."""
        headers = {"X-CSRFToken": self.browser.cookies.get("csrf") or "", "Referer": self.site}
        answer = self.browser.post(f"/api/v1/{path}", json=dict(body), headers=headers)
        if not answer.is_success:
            said = answer.json().get("detail", answer.text)
            raise PageRefused(Page(str(answer.url), answer.status_code), [str(said)])
        return answer.json()

    def shown(self, answer: httpx.Response) -> Page:
        page = read_page(str(answer.url), answer.status_code, answer.text)
        errors = [words for tone, words in page.messages if "bad" in tone.split()]
        if answer.status_code >= FIRST_ERROR:
            raise PageRefused(page, page.problems or errors or page.paragraphs[:1])
        if page.problems or errors:
            raise PageRefused(page, page.problems or errors)
        return page


def body_of(form: Form, values: Values, button: str) -> dict[str, Any]:
    """What a browser would send: given values over those that stand in the form."""
    body: dict[str, Any] = {name: shown.given for name, shown in form.fields.items() if shown.given}
    for name, value in values.items():
        wanted = [value] if isinstance(value, str) else list(value)
        body[name] = [chosen(form.fields[name], one) for one in wanted]
    if button:
        body[button] = [form.buttons[button]]
    return body


def chosen(field_: Field, wanted: str) -> str:
    return field_.choose(wanted) if field_.options else wanted


def last_part(page: Page) -> str:
    """The last part of a page's address, such as the id of what it shows."""
    return urlsplit(page.url).path.rstrip("/").rpartition("/")[2]
