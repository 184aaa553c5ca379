from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser
from pytest_django import DjangoDbBlocker

from tests.pages.axe import chromium, skip_or_fail

if TYPE_CHECKING:
    from tests.e2e.site import Site, Staffed


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for the tests of one file."""
    skip_or_fail(needs_axe=False)
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def empty_site(
    browser: Browser,
    django_db_setup: None,
    template_database: str,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Site]:
    """An installation that nobody has set up."""
    from tests.e2e.site import Site, served

    with django_db_blocker.unblock(), served(template_database) as url:
        yield Site(url, browser)


@pytest.fixture(scope="module")
def site(empty_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staffed]:
    """An organisation with people of every role and no system, for the tests of one file."""
    from tests.e2e.site import Staffed, staffed

    with ExitStack() as stack:
        cast = stack.enter_context(staffed(tmp_path_factory.mktemp("keys")))
        yield Staffed(empty_site.url, empty_site.browser, cast)
