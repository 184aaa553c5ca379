"""Every page that links lead to from home: one origin, reading only."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag, urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Error, Page

MOST = 150
# A kind of page is looked at this often: the twentieth requirement has nothing that the third had not.
PER_VIEW = 4
# Links inside a drawing have no address of their own: it is resolved here.
LINKS = """Array.from(document.querySelectorAll("a[href]:not([download])"),
    a => new URL(a.getAttribute("href"), location.href).href)"""
WIDTH = "document.documentElement.scrollWidth"


@dataclass(frozen=True)
class Seen:
    """What was met at a path; `view` is the name of its URL with what tells tabs apart."""

    path: str
    view: str
    status: int
    title: str = ""
    headings: list[str] = field(default_factory=list)
    width: int = 0


def crawl(page: Page, site: str, start: str = "/") -> Iterator[Seen]:
    """Pages in the order in which they are found, at most 150; the page stands at what is yielded."""
    waiting, known, looked = deque([start]), {start}, dict[str, int]()
    while waiting and len(known) < 20 * MOST and sum(looked.values()) < MOST:
        path = waiting.popleft()
        view = view_of(path)
        if looked.get(view, 0) >= PER_VIEW:
            continue
        looked[view] = looked.get(view, 0) + 1
        seen = look(page, site, path, view)
        if seen is None:
            continue
        yield seen
        fresh = [link for link in links_of(page, site) if link not in known]
        known.update(fresh)
        waiting.extend(fresh)


def look(page: Page, site: str, path: str, view: str) -> Seen | None:
    """The page at a path; None where it is a file."""
    try:
        answer = page.goto(site + path)
    except Error as error:
        if "Download is starting" in error.message:
            return None
        raise
    assert answer is not None
    if "text/html" not in answer.headers.get("content-type", ""):
        return None
    headings = page.locator("h1").all_inner_texts()
    return Seen(path, view, answer.status, page.title(), headings, page.evaluate(WIDTH))


def links_of(page: Page, site: str) -> list[str]:
    """Paths of this site that the page links to, once each."""
    found: list[Any] = page.evaluate(LINKS)
    paths = [urldefrag(link).url.removeprefix(site) or "/" for link in found]
    return list(dict.fromkeys(path for path in paths if path.startswith("/")))


def view_of(path: str) -> str:
    """The URL's name; of a page with tabs also which one."""
    try:
        match = resolve(urlsplit(path).path)
    except Resolver404:
        return path
    slugs = [str(match.kwargs[name]) for name in ("tab", "act") if name in match.kwargs]
    return " ".join([str(match.view_name), *slugs])
