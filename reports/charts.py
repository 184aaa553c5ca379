"""Pictures of figures: drawn once by a worker, kept by digest, the same on a page and in a PDF."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from governance.identity.models import Unit
from governance.registry import store
from governance.registry.models import Artefact
from governance.work.actions import enqueue
from governance.work.kinds import WorkFailed
from reports.chart_specs import FAMILY, digest
from reports.engine.running import EngineFailed, draw
from reports.models import Chart

SVG_LIMIT = 8 * 2**20
Spec = Mapping[str, Any]


def fonts() -> dict[int, Path]:
    """Font files by weight; the first part of every picture's lettering."""
    folder = settings.FONT_FOLDERS["source-sans"]
    return {400: folder / "SourceSansPro-Regular.otf", 600: folder / "SourceSansPro-Semibold.otf"}


def chart_of(spec: Spec, unit: Unit) -> Chart:
    """The chart of a spec at a unit, known or new; nothing is drawn here."""
    return Chart.objects.get_or_create(
        unit=unit, spec_digest=digest(spec), defaults={"spec": dict(spec)}
    )[0]


def request_chart(spec: Spec, unit: Unit) -> Chart:
    """The chart, with a job to draw it where it is not drawn yet."""
    with transaction.atomic():
        chart = chart_of(spec, unit)
        if chart.artefact_id is None and not chart.reason:
            enqueue("reports.chart", {"chart": str(chart.pk)}, unit=unit, key=f"chart:{chart.pk}")
    return chart


def chart_url(spec: Spec, unit: Unit) -> str | None:
    """Address of the picture, seen by who sees the unit; None while a worker draws it."""
    chart = request_chart(spec, unit)
    return chart.get_absolute_url() if chart.artefact_id else None


def draw_charts(
    charts: Sequence[Chart], on_drawn: Callable[[int], None] | None = None
) -> list[Chart]:
    """Draw those not drawn yet, in one child process. Raises WorkFailed with the engine's reason."""
    waiting = [chart for chart in charts if chart.artefact_id is None]

    def said(message: dict[str, Any]) -> None:
        if on_drawn and message.get("kind") == "progress":
            on_drawn(int(message["done"]))

    try:
        drawn = draw([one.spec for one in waiting], fonts(), FAMILY, on_message=said)
    except EngineFailed as failure:
        Chart.objects.filter(pk__in=[one.pk for one in waiting]).update(reason=str(failure))
        raise WorkFailed(f"A chart was not drawn. {failure}") from failure
    for chart, svg in zip(waiting, drawn, strict=True):
        keep(chart, svg)
    return list(charts)


def keep(chart: Chart, svg: bytes) -> None:
    chart.artefact = store.put([svg], SVG_LIMIT)
    Chart.objects.filter(pk=chart.pk).update(artefact=chart.artefact, reason="")


def picture(chart: Chart) -> bytes:
    """The SVG of a drawn chart."""
    assert chart.artefact is not None  # the caller drew it
    return read(chart.artefact)


def read(artefact: Artefact) -> bytes:
    return store.path_of(artefact.sha256).read_bytes()
