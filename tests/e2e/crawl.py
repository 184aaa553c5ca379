"""Every page that links lead to from home: one origin, reading only."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag, urlsplit

from playwright.sync_api import Error, Page

MOST = 150
VARYING = re.compile(r"(?<=/)([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+|[A-Z]+-[\d.]+)(?=/|$)")
# Links inside a drawing have no address of their own: it is resolved here.
LINKS = """Array.from(document.querySelectorAll("a[href]:not([download])"),
    a => new URL(a.getAttribute("href"), location.href).href)"""
WIDTH = "document.documentElement.scrollWidth"


@dataclass(frozen=True)
class Seen:
    """What was met at a path; `view` is the kind of page; the width is in CSS pixels."""

    path: str
    view: str
    status: int
    title: str = ""
    headings: list[str] = field(default_factory=list)
    width: int = 0


def crawl(page: Page, site: str, per_view: int, start: str = "/") -> Iterator[Seen]:
    """Pages in the order in which they are found, at most 150, and so many of a kind.

    The page stands at what is yielded: the twentieth requirement has nothing that the third had not.
    """
    waiting, known, looked = deque([start]), {start}, Counter[str]()
    while waiting and looked.total() < MOST:
        path = waiting.popleft()
        if looked[view_of(path)] == per_view:
            continue
        looked[view_of(path)] += 1
        seen = look(page, site, path)
        if seen is None:
            continue
        yield seen
        fresh = [link for link in links_of(page, site) if link not in known]
        known.update(fresh)
        waiting.extend(fresh)


def look(page: Page, site: str, path: str) -> Seen | None:
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
    return Seen(path, view_of(path), answer.status, page.title(), headings, page.evaluate(WIDTH))


def links_of(page: Page, site: str) -> list[str]:
    """Paths of this site that the page links to, once each."""
    found: list[Any] = page.evaluate(LINKS)
    paths = [urldefrag(link).url.removeprefix(site) or "/" for link in found]
    return list(dict.fromkeys(path for path in paths if path.startswith("/")))


def view_of(path: str) -> str:
    """The kind of page: the path with ids, numbers and requirements left open, without its query."""
    return VARYING.sub("*", urlsplit(path).path)
