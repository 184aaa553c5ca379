from __future__ import annotations

from django.conf import settings
from django.test import Client

from governance.assessment.actions import approvals
from governance.gates.actions import ask_gate, request_release_approval
from governance.registry.actions import record_deployment, register_dataset
from tests.cast import Cast, make_release
from tests.lineage.pipeline import *
from tests.pages.axe import chromium, violations


def test_shots(cast: Cast, live_server) -> None:
    release = make_release(cast)
    model = release.manifest["models"][0]["digest"]
    register_dataset(
        cast.system.unit,
        "train-2015.parquet",
        role="training",
        sha256=ROWS,
        rows=31582,
        by=cast.by("dev"),
    )
    tell(cast, *preparation(), *training(model))
    tell(cast, event("START", 60, "train", TRAINING), event("FAIL", 61, "train", TRAINING))
    r = request_release_approval(release, "production", "executive", by=cast.by("owen"))
    approvals.decide(
        r,
        "approved-with-conditions",
        "Benefits outweigh.",
        conditions=["Check monthly"],
        by=cast.by("erin"),
    )
    cast.sequence()
    ask_gate(release, "production", by=cast.by("owen"))
    record_deployment(release, "staging", by=cast.by("owen"))
    record_deployment(release, "production", by=cast.by("owen"))
    work(cast)
    tell(cast, event("RUNNING", 15, "train", TRAINING, inputs=[data("/srv/late/lookup-table.csv")]))
    cast.judge()
    client = Client()
    client.force_login(cast.accounts["dana"])
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    from lineage.models import RunAttempt

    pages = {
        "page": f"/lineage?system={cast.system.pk}",
        "tab": f"/systems/{cast.system.pk}/lineage",
        "card": f"/systems/{cast.system.pk}",
        "list": "/lineage",
        "run": RunAttempt.objects.filter(job__name="train").first().get_absolute_url(),
        "none": f"/lineage?system={cast.system.pk}&at=2020-01-01&known=5",
        "bad": f"/lineage?system={cast.system.pk}&known=soon",
    }
    with chromium() as browser:
        for scheme in ("light", "dark"):
            for width in (1440, 390):
                with browser.new_context(
                    viewport={"width": width, "height": 900}, color_scheme=scheme
                ) as ctx:
                    ctx.add_cookies(
                        [
                            {
                                "name": settings.SESSION_COOKIE_NAME,
                                "value": cookie,
                                "url": live_server.url,
                            }
                        ]
                    )
                    for name, url in pages.items():
                        p = ctx.new_page()
                        p.goto(live_server.url + url)
                        p.screenshot(
                            path=f"/tmp/shots-lineage/{name}-{width}-{scheme}.png", full_page=True
                        )
                        w = p.evaluate("document.documentElement.scrollWidth")
                        print(name, width, scheme, "scrollWidth", w, violations(p)[:4])
                        p.close()
