"""The first page says of a risk what its record says: one that nobody rated after treatment does not "remain"."""

from __future__ import annotations

from typing import Any

import pytest

from reports.content.summary import figures, waiting

SYSTEM: dict[str, Any] = {
    "name": "Places",
    "findings": [],
    "risks": [],
    "releases": [],
    "exceptions": [],
    "monitoring": [],
}


def system_with(**risk: Any) -> dict[str, Any]:
    found = {
        "number": "R-1",
        "title": "Proxy target",
        "level": "high",
        "residual": "",
        "treatment": "",
        "indicators": [],
        "evidence": [],
    }
    return SYSTEM | {"risks": [found | risk]}


def high_after_treatment(system: dict[str, Any]) -> int:
    return next(one["value"] for one in figures([system]) if one["label"] == "High after treatment")


@pytest.mark.parametrize(
    ("risk", "words", "number"),
    [
        ({}, "high before treatment, not treated", 0),
        ({"treatment": "mitigate"}, "high before treatment, not rated after it", 0),
        ({"treatment": "mitigate", "residual": "high"}, "remains high", 1),
    ],
)
def test_a_high_risk_is_named_as_it_was_rated(
    risk: dict[str, Any], words: str, number: int
) -> None:
    system = system_with(**risk)
    assert [one["note"] for one in waiting(system, "")] == [words]
    assert high_after_treatment(system) == number


def test_a_risk_that_was_brought_down_needs_no_attention() -> None:
    assert not [*waiting(system_with(treatment="mitigate", residual="low"), "")]
