"""What an evaluation gave, in words: read from its signed figures, never from here."""

from __future__ import annotations

from demo.story.stage import JSON, Unexpected


def figure(run: JSON, check: str, slice_: str = "all") -> JSON:
    """The figure of a series. Raises Unexpected where the evaluation has none."""
    for one in run["results"]:
        if (one["check"], one["slice"]) == (check, slice_) and one["value"] is not None:
            found: JSON = one
            return found
    raise Unexpected(f"The evaluation gives no {check} for {slice_}.")


def value(run: JSON, check: str, slice_: str = "all") -> float:
    return float(figure(run, check, slice_)["value"]["value"])


def with_interval(run: JSON, check: str) -> str:
    found = figure(run, check)["value"]
    low, high = float(found["lower"]), float(found["upper"])
    return f"{float(found['value']):.4f} [{low:.4f}, {high:.4f}]"


def ratios(run: JSON, attributes: tuple[str, ...]) -> str:
    """Lowest over highest selection rate of each attribute, as measured."""
    said = [f"{name} {value(run, 'selection_rate_ratio', name):.2f}" for name in attributes]
    return ", ".join(said)
