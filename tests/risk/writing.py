"""Risks of the tests' system, written and treated through the verbs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from risk import actions
from risk.models import Risk
from tests.cast import Cast

TEXTS = {
    "cause": "The target 'not employed' includes people outside the labour force",
    "event": "People who do not look for work are offered places",
    "consequence": "Places are missing for those who need them",
}


def next_quarter() -> Any:
    return timezone.now().date() + timedelta(days=90)


def write(cast: Cast, by: str = "owen", **changes: Any) -> Risk:
    values = {
        "title": "Proxy target",
        "texts": TEXTS,
        "likelihood": 4,
        "impact": 4,
        "owner": cast.person("dev"),
        "review_on": next_quarter(),
        "requirements": ["MAP 5.1", "MEASURE 2.11"],
    }
    return actions.write_risk(cast.system, by=cast.by(by), **(values | changes))


def treat(cast: Cast, risk: Risk, by: str = "owen", **changes: Any) -> Risk:
    values = {
        "residual_likelihood": 2,
        "residual_impact": 3,
        "due_on": next_quarter(),
    }
    return actions.treat_risk(
        risk, "mitigate", "Ask for the labour force status.", by=cast.by(by), **(values | changes)
    )
