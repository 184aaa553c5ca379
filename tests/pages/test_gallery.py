"""The components in a real browser: accessible, inside the policy, no wider than a phone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from playwright.sync_api import Browser, Page, ViewportSize

from tests.pages.axe import chromium, skip_or_fail, violations_at

PAGES = ["", "home/", "system/", "requirement/", "forms/", "empty/", "sign-in/", "errors/500/"]
DESK: ViewportSize = {"width": 1440, "height": 1000}
PHONE: ViewportSize = {"width": 390, "height": 844}


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """The pages' requests are no news."""


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    """The address of the gallery, served without a database."""
    kept = ("csp.", "django.middleware.", "django_htmx.")
    middleware = [name for name in settings.MIDDLEWARE if name.startswith(kept)]
    with override_settings(ROOT_URLCONF="tests.pages.gallery_urls", MIDDLEWARE=middleware):
        application = StaticFilesHandler(get_wsgi_application())
        server = make_server("127.0.0.1", 0, application, server_class=Server, handler_class=Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/gallery/"
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    skip_or_fail()
    with chromium() as browser:
        yield browser


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport=PHONE) as context:
        yield context.new_page()


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_no_violation(browser, gallery, path):
    assert violations_at(browser, gallery + path, viewport=DESK) == []


@pytest.mark.parametrize("path", ["", "system/", "forms/"])
def test_axe_finds_no_violation_in_the_dark_on_a_phone(browser, gallery, path):
    assert violations_at(browser, gallery + path, viewport=PHONE, color_scheme="dark") == []


@pytest.mark.parametrize("path", PAGES)
def test_page_is_no_wider_than_a_phone(phone, gallery, path):
    phone.goto(gallery + path)
    assert phone.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_pages_keep_to_the_content_security_policy(phone, gallery):
    complaints: list[str] = []
    phone.on("console", lambda message: complaints.append(message.text))
    phone.on("pageerror", lambda error: complaints.append(str(error)))
    for path in PAGES:
        answer = phone.goto(gallery + path)
        assert answer is not None
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert complaints == []


def test_fonts_of_the_house_are_loaded(phone, gallery):
    phone.goto(gallery)
    loaded = phone.evaluate(
        "document.fonts.ready.then(f => [...f].filter(x => x.status == 'loaded').map(x => x.family))"
    )
    assert {name.strip('"') for name in loaded} == {"Source Sans Pro", "Source Serif Pro"}


def test_menu_opens_on_a_phone_without_a_script(browser, gallery):
    with browser.new_context(viewport=PHONE, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{gallery}home/")
        assert not page.get_by_role("link", name="Reports").is_visible()
        page.get_by_role("button", name="Menu").click()
        assert page.get_by_role("link", name="Reports").is_visible()


def test_keyboard_reaches_the_content_first(phone, gallery):
    phone.goto(f"{gallery}system/")
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    assert phone.evaluate("document.activeElement.id") == "main"


def test_cursor_goes_to_the_errors_and_from_there_to_the_field(phone, gallery):
    phone.goto(f"{gallery}forms/")
    assert phone.evaluate("document.activeElement.className") == "error-summary"
    phone.locator(".error-summary a").first.click()
    assert phone.evaluate("document.activeElement.id") == "id_name"


def test_live_job_moves_and_then_stands_still(phone, gallery):
    phone.goto(gallery)
    job = phone.locator(".job", has_text="Evaluation of release 2")
    job.get_by_text("done").wait_for(timeout=15_000)
    assert job.get_attribute("hx-get") is None


def test_whole_digest_is_copied(browser, gallery):
    with browser.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        page.goto(gallery)
        page.get_by_role("button", name="Copy 9f41b7a0").click()
        page.get_by_text("Copied.").wait_for(state="attached")
        assert len(page.evaluate("navigator.clipboard.readText()")) == len("sha256:") + 64


def test_page_prints_without_its_frame(phone, gallery):
    phone.goto(f"{gallery}requirement/")
    phone.emulate_media(media="print")
    assert not phone.locator(".rail, .top").first.is_visible()
    assert phone.get_by_role("heading", level=1).is_visible()
