"""The pages of risks and reports in a real browser: accessible, no wider than a phone, light and dark."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from reports.actions import request_report, schedule_report
from risk import actions
from risk.models import Risk
from tests.cast import Cast
from tests.pages.axe import chromium, skip_or_fail
from tests.pages.test_pages_in_chromium import SIZES, problems_of
from tests.reports.making import make_report
from tests.reports.story import tell


def fill(cast: Cast) -> dict[str, str]:
    """A story, a report that is ready and one that waits; returns the paths of their pages by name."""
    tell(cast)
    ready = make_report(cast, recipients=[cast.person("erin")])
    waiting = request_report(cast.system.unit, by=cast.by("dana"))
    erin = [cast.person("erin")]
    schedule_report(
        cast.organisation, "Board report", cron="0 6 1 * *", recipients=erin, by=cast.by("dana")
    )
    treated, open_ = Risk.objects.order_by("number")
    actions.accept_risk(treated, "Small and watched.", by=cast.by("owen"))
    return {
        "reports": "/reports",
        "report": f"/reports/{ready.pk}",
        "report-waiting": f"/reports/{waiting.pk}",
        "report-ask": "/reports/ask",
        "report-schedule": "/reports/schedule",
        "system-reports": f"/systems/{cast.system.pk}/reports",
        "risks": "/risks",
        "risk-asked": f"/risks/{treated.pk}",
        "risk": f"/risks/{open_.pk}",
        "system-risks": f"/systems/{cast.system.pk}/risks",
        "risk-write": "/risks/new",
        "risk-treat": f"/risks/{open_.pk}/treat",
        "risk-watch": f"/risks/{open_.pk}/watch",
        "risk-edit": f"/risks/{open_.pk}/edit",
    }


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", sorted(SIZES))
def test_every_page_is_accessible_and_fits(
    cast: Cast, settings: Settings, live_server: LiveServer, size: str, scheme: Any
) -> None:
    skip_or_fail()
    settings.KEYS_DIR = cast.sequencer.home.folder
    pages = fill(cast)
    viewport: Any = SIZES[size]
    with chromium() as browser:
        context = browser.new_context(viewport=viewport, color_scheme=scheme)
        assert problems_of(cast, context, live_server.url, pages, f"{size}-{scheme}") == []
