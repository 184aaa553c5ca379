"""The pages in a real browser: nothing wider than the screen, no violation of the accessibility rules."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from governance.registry.actions import record_deployment
from lineage.models import RunAttempt
from tests.cast import Cast, make_release
from tests.lineage.pipeline import TRAINING, data, event, preparation, tell, training
from tests.pages.axe import chromium, skip_or_fail, violations

LOOKS: tuple[dict[str, Any], ...] = (
    {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
)


@pytest.fixture
def paths(cast: Cast) -> list[str]:
    """Addresses of the room's pages, with a release that is live and not wholly traced."""
    release = make_release(cast)
    tell(cast, *preparation(), *training(release.manifest["models"][0]["digest"]))
    tell(cast, event("RUNNING", 15, "train", TRAINING, inputs=[data("/srv/late/lookup.csv")]))
    record_deployment(release, "production", by=cast.by("owen"))
    cast.sequence()
    asked = f"/lineage?system={cast.system.pk}"
    tab = f"/systems/{cast.system.pk}/lineage"
    run = RunAttempt.objects.filter(job__name="train")[0].get_absolute_url()
    return ["/lineage", asked, f"{asked}&at=2020-01-01&known=5", f"{asked}&known=soon", tab, run]


def test_every_page_fits_its_screen_and_is_accessible(
    cast: Cast, paths: list[str], live_server: Any
) -> None:
    skip_or_fail()
    client = Client()
    client.force_login(cast.accounts["dana"])
    name = settings.SESSION_COOKIE_NAME
    cookie: Any = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
    with chromium() as browser:
        for look in LOOKS:
            with browser.new_context(**look) as context:
                context.add_cookies([cookie])
                page = context.new_page()
                for path in paths:
                    page.goto(live_server.url + path)
                    width = page.evaluate("document.documentElement.scrollWidth")
                    assert width <= look["viewport"]["width"], path
                    assert violations(page) == [], path
