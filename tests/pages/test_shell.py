from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings

from config.gallery.views import ERRORS
from config.templatetags.ui import register

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "config/static/muniment"
TEMPLATES = sorted((ROOT / "config/templates").rglob("*.html"))
TOKENS = (STATIC / "tokens.css").read_text()
TONES = ["good", "bad", "warn", "wait", "none"]
TEXT_PAIRS = [
    *product(["ink", "muted", "accent"], ["paper", "canvas", "rail"]),
    *((tone, f"{tone}-soft") for tone in TONES),
    *product(["bad", "good", "warn"], ["paper"]),
    ("ink", "none-soft"),
    ("muted", "none-soft"),
    ("on-accent", "accent"),
    ("on-accent", "bad"),
]


def colour(name: str, dark: bool) -> tuple[int, int, int]:
    found = re.search(rf"--{name}: light-dark\(#(\w{{6}}), #(\w{{6}})\)", TOKENS)
    assert found, name
    digits = found.group(2 if dark else 1)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def luminance(rgb: tuple[int, int, int]) -> float:
    """Relative luminance of WCAG 2."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in rgb)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str, dark: bool) -> float:
    light, low = sorted((luminance(colour(name, dark)) for name in (first, second)), reverse=True)
    return (light + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_reaches_aa_contrast(text, ground, dark):
    assert contrast(text, ground, dark) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("ground", ["paper", "canvas"])
def test_border_of_an_input_can_be_seen(ground, dark):
    assert contrast("line-strong", ground, dark) >= 3


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_template_has_nothing_inline(path):
    html = path.read_text()
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:|<script(?![^>]*\ssrc=)", html)


def test_style_sheets_and_script_stay_small():
    assert sum(path.stat().st_size for path in STATIC.glob("*.css")) <= 30 * 1024
    assert len((STATIC / "muniment.js").read_text().splitlines()) <= 200


def test_every_component_is_documented():
    text = (ROOT / "docs/reference/design-system.md").read_text()
    missing = [name for name in register.tags if f"{{% {name}" not in text]
    assert missing == []


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture(autouse=True)
def without_database():
    kept = ("csp.", "django.middleware.", "django_htmx.")
    middleware = [name for name in settings.MIDDLEWARE if name.startswith(kept)]
    with override_settings(ROOT_URLCONF="tests.pages.gallery_urls", MIDDLEWARE=middleware):
        yield


def test_title_is_repeated_as_heading(client):
    html = client.get("/gallery/system/").content.decode()
    assert "<title>Job-support places · Muniment</title>" in html
    assert "<h1>Job-support places</h1>" in html


def test_shell_marks_the_current_entry_and_the_demonstration(client):
    html = client.get("/gallery/home/").content.decode()
    assert re.search(r'aria-current="page">Home', html)
    assert "Demonstration data" in html
    assert "log 1,482" in html


@pytest.mark.parametrize("code", ERRORS)
def test_error_page_says_what_to_do(client, code):
    html = client.get(f"/gallery/errors/{code}/").content.decode()
    assert html.count("<h1>") == 1
    assert re.search(r"Go back|Open the page|Check|Wait|Try again|administrator", html)


def test_page_of_an_own_fault_shows_its_reference(client):
    assert "7f3a-91c2" in client.get("/gallery/errors/500/").content.decode()


def test_polling_ends_when_the_job_is_done(client):
    assert client.get("/gallery/job/?done=0").status_code == 200
    assert client.get("/gallery/job/?done=45000").status_code == 286


def test_theme_is_kept_in_a_cookie_and_written_by_the_server(client):
    answer = client.post("/theme/", {"theme": "dark", "next": "/gallery/home/"})
    assert answer["Location"] == "/gallery/home/"
    assert client.cookies["theme"]["httponly"]
    assert 'data-theme="dark"' in client.get("/gallery/home/").content.decode()


def test_unknown_theme_follows_the_device(client):
    client.post("/theme/", {"theme": "dark"})
    client.post("/theme/", {"theme": '"><script>'})
    assert "data-theme" not in client.get("/gallery/home/").content.decode()


def test_theme_does_not_lead_to_another_host(client):
    answer = client.post("/theme/", {"theme": "dark", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"
