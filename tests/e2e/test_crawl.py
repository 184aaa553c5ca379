"""Every page a role can reach by links: it answers, fits, complains of nothing and is accessible."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.crawl import Seen, crawl
from tests.e2e.full_system import make_full_system
from tests.e2e.site import Staffed
from tests.e2e.visitor import Visitor
from tests.pages.axe import skip_or_fail, violations

PHONE: Any = {"width": 390, "height": 844}
DESK: Any = {"width": 1440, "height": 900}
# Without transitions: axe-core would measure colours on their way.
STILL: Any = {"viewport": PHONE, "reduced_motion": "reduce"}
LOOKS: tuple[tuple[Any, Any], ...] = ((DESK, "light"), (PHONE, "dark"))
FEWEST = 40
OTHERS = [(name, 4, 1) for name in ("owen", "dev", "vera", "erin", "abel", "adam", "nina")]


@pytest.fixture(scope="module")
def full_site(site: Staffed) -> Staffed:
    """The site with a system that has been through every room."""
    skip_or_fail()
    make_full_system(site.with_system())
    return site


def faults_of(seen: Seen, visitor: Visitor) -> Iterator[str]:
    """What is wrong with the page as it stands at the width of a phone."""
    if seen.status != 200:
        yield f"answers {seen.status}"
    if len(seen.headings) != 1 or not seen.headings[0].strip():
        yield f"has the headings {seen.headings}"
    if not seen.title.removesuffix(" · Muniment").strip():
        yield "has no title"
    if seen.width > PHONE["width"]:
        yield f"is {seen.width} pixels wide"
    yield from visitor.complaints
    visitor.complaints.clear()


def barriers_of(visitor: Visitor) -> Iterator[str]:
    """Violations of WCAG 2.2 AA: on a desk in light, on a phone in dark."""
    for size, scheme in LOOKS:
        visitor.page.set_viewport_size(size)
        visitor.page.emulate_media(color_scheme=scheme)
        yield from (f"{scheme}: {found}" for found in violations(visitor.page))
    visitor.page.emulate_media(color_scheme="light")


def walk(visitor: Visitor, per_view: int) -> tuple[set[str], list[str]]:
    """The kinds of pages met, and every fault with its address."""
    views, faults = set[str](), []
    for seen in crawl(visitor.page, visitor.url, per_view):
        found = list(faults_of(seen, visitor))
        if seen.view not in views:
            found += barriers_of(visitor)
        views.add(seen.view)
        faults += [f"{seen.path} {fault}" for fault in found]
    return views, faults


@pytest.mark.long
@pytest.mark.parametrize(("name", "per_view", "fewest"), [("dana", 2, FEWEST), *OTHERS])
def test_every_page_that_a_role_reaches_is_in_order(
    full_site: Staffed, name: str, per_view: int, fewest: int
) -> None:
    with full_site.signed_in(name, **STILL) as visitor:
        views, faults = walk(visitor, per_view)
    assert not faults, "\n".join(faults)
    assert len(views) >= fewest, sorted(views)
