"""The register as CSV, under the filters of its page."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import QueryDict

from governance.identity.principal import Principal
from governance.identity.tables import table
from risk.listing import risks_of
from risk.models import Risk


@table(
    "risks",
    ("Number", lambda risk: f"R-{risk.number}"),
    ("AI system", "system.unit.name"),
    ("Risk", "title"),
    ("Cause", "cause"),
    ("Event", "event"),
    ("Consequence", "consequence"),
    ("Likelihood", "likelihood"),
    ("Impact", "impact"),
    ("Level", "level"),
    ("Treatment", "treatment"),
    ("Plan", "plan"),
    ("Due", "due_on"),
    ("Residual likelihood", "residual_likelihood"),
    ("Residual impact", "residual_impact"),
    ("Residual level", "residual"),
    ("Owner", "owner.name"),
    ("State", "get_state_display"),
    ("Indicator", lambda risk: risk.signal.label if risk.signal else ""),
    ("Requirements", "requirements"),
    ("Next review", "review_on"),
    ("Id", "pk"),
)
def risks_table(principal: Principal, query: QueryDict) -> Iterable[Risk]:
    return risks_of(query, principal)
