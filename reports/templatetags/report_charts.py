"""Charts for the pages of any room: give a Vega-Lite spec and the unit that it tells of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from governance.identity.models import Unit
from reports.charts import request_chart
from reports.models import Chart

register = template.Library()


@register.inclusion_tag("reports/chart_place.html")
def drawn_chart(spec: Mapping[str, Any], unit: Unit) -> dict[str, Chart]:
    """The picture, or its place while a worker draws it. Write the figures as a table beside it."""
    return {"chart": request_chart(spec, unit)}
