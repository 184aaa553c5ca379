"""The two risks of the story, each tied to an indicator that is read from signed evidence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RiskText:
    """What the owner enters: the risk, how it is answered, and the series that is watched."""

    title: str
    cause: str
    event: str
    consequence: str
    likelihood: str
    impact: str
    requirements: tuple[str, ...]
    treatment: str
    plan: str
    residual: tuple[str, str]
    indicator: dict[str, str]


DRIFT = RiskText(
    title="The rows that are scored no longer look like the rows that were tested",
    cause="Surveys, forms and units change without notice to the team that runs the model.",
    event="Columns arrive with other meanings, units or shares than in the tested year.",
    consequence="Offers go to the wrong people for a whole quarter before anybody notices.",
    likelihood="4",
    impact="4",
    requirements=("MEASURE 2.4", "MEASURE 2.5", "MANAGE 4.1"),
    treatment="mitigate",
    plan=(
        "A monitor compares every delivery with the tested rows before letters go out. An alert on "
        "an input stops the run until the owner has found the cause."
    ),
    residual=("2", "4"),
    indicator={
        "label": "Largest drift of a column (PSI)",
        "check": "drift",
        "slice": "all",
        "direction": "above",
        "amber": "0.1",
        "red": "1",
    },
)
GROUPS = RiskText(
    title="Groups are offered places at very different rates",
    cause="The target stands in for need and counts people outside the labour force.",
    event="Offer rates by race, disability and age differ by more than four-fifths.",
    consequence="People who need a place are passed over because of the group they belong to.",
    likelihood="5",
    impact="4",
    requirements=("MEASURE 2.11", "MAP 2.3"),
    treatment="mitigate",
    plan=(
        "Case workers read each list by group before letters go, under exception 1; a target that "
        "measures need replaces the present one, as planned on finding F-1."
    ),
    residual=("3", "4"),
    indicator={
        "label": "Selection rate ratio by disability",
        "check": "selection_rate_ratio",
        "slice": "DIS",
        "direction": "below",
        "amber": "0.8",
        "red": "0.5",
    },
)
