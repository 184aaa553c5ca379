"""The pages in real Chromium, and a slot done by a real worker."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from monitoring import actions
from monitoring.models import Alert, MonitorRun
from tests.environment.worker import Worker
from tests.monitoring.watched import Watched, in_months, labels, people
from tests.pages.axe import chromium, skip_or_fail, violations
from tests.pages.browse import signed_in
from tests.platform.processes import wait_until

LOOKS: list[dict[str, Any]] = [
    {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
]


def pages_of(watched: Watched) -> list[str]:
    places, system = watched.places, watched.cast.system.pk
    run = places.evaluate(places.approve(places.write_plan()))
    watched.label(watched.batch(people(21)), labels(21))
    watched.run()
    watched.batch(in_months(people(7)))
    watched.run()
    alert, plan = Alert.objects.get(subject="AGEP"), run.plan
    assert plan is not None
    return [
        reverse("monitoring"),
        watched.monitor.get_absolute_url(),
        reverse("monitor-edit", args=[watched.monitor.pk]),
        alert.get_absolute_url(),
        run.get_absolute_url(),
        plan.get_absolute_url(),
        reverse("evaluation-plan-write", args=[system]),
        reverse("system-tab", args=[system, "monitoring"]),
        reverse("system-tab", args=[system, "evaluations"]),
    ]


def test_every_page_fits_its_screen_and_is_accessible(watched: Watched, live_server: Any) -> None:
    skip_or_fail()
    paths, client = pages_of(watched), signed_in(watched.cast, "owen")
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
    with chromium() as browser:
        for look in LOOKS:
            with browser.new_context(**look) as context:
                context.add_cookies([cookie])  # type: ignore[list-item]
                page = context.new_page()
                for path in paths:
                    page.goto(live_server.url + path)
                    width = page.evaluate("document.documentElement.scrollWidth")
                    assert width <= look["viewport"]["width"], path
                    assert violations(page) == [], path


def test_a_real_worker_compares_a_batch(watched: Watched, celery_worker_process: Worker) -> None:
    watched.batch(in_months(people(7)))
    run = actions.run_monitor_now(watched.monitor, by=watched.cast.by("dev"))
    rows = MonitorRun.objects.filter(pk=run.pk)
    assert wait_until(lambda: not rows.filter(status="running").exists(), 90)
    assert rows.get().status == "completed", celery_worker_process.log.read_text()[-2000:]
    assert Alert.objects.filter(subject="AGEP").exists()
