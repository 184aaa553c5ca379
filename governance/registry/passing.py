"""What the gate last said of a release in an environment, read from its signed decisions."""

from __future__ import annotations

from governance.evidence.choices import PredicateType
from governance.evidence.models import Evidence
from governance.registry.models import Release

PASSED = ("allow", "warn")


def newest_decision(release: Release, environment: str) -> Evidence | None:
    """The newest gate decision on exactly this release, whatever it says."""
    return (
        Evidence.objects.filter(
            type=PredicateType.GATE_DECISION,
            subjects__contains=[release.digest],
            statement__predicate__environment=environment,
        )
        .order_by("-number")
        .first()
    )


def gate_words(release: Release, environment: str) -> dict[str, str] | None:
    """Its verdict and when it was given; None where the gate was never asked."""
    decision = newest_decision(release, environment)
    if decision is None:
        return None
    predicate = decision.predicate
    return {"verdict": str(predicate["verdict"]), "decidedAt": str(predicate["effectiveAt"])}


def has_passed(release: Release, environment: str) -> bool:
    said = gate_words(release, environment)
    return said is not None and said["verdict"] in PASSED
