"""Topics of documents: what the rules of the baseline in force look for, and which requirement each answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from governance.assessment.criteria import current_entries
from governance.assessment.rules.words import topic_words
from governance.identity.choices import UnitKind
from governance.identity.models import Unit

BELOW = {
    UnitKind.ORGANISATION: ("organisation", "unit", "system", "release", "deployment"),
    UnitKind.UNIT: ("unit", "system", "release", "deployment"),
    UnitKind.SYSTEM: ("system", "release", "deployment"),
}


@dataclass(frozen=True)
class Topic:
    """A topic with the words of its element, the requirements it answers and the scope that answers for it."""

    slug: str
    label: str
    requirements: tuple[str, ...]
    scope: str

    @property
    def words(self) -> str:
        return f"{topic_words(self.label)} ({', '.join(self.requirements)})"


def elements(rule: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The leaves of a rule."""
    below = [*rule.get("all", ()), *rule.get("any", ())]
    for part in below:
        yield from elements(part)
    if not below:
        yield rule


def topics() -> dict[str, Topic]:
    """Every topic of the baseline in force, in its order."""
    found: dict[str, Topic] = {}
    for entry in current_entries().values():
        for element in elements(entry["rule"]):
            slug = (element.get("where") or {}).get("topic", "")
            if element.get("kind") != "document" or not slug:
                continue
            known = found.get(slug)
            earlier = known.requirements if known else ()
            found[slug] = Topic(
                slug,
                known.label if known else str(element["label"]),
                tuple(dict.fromkeys([*earlier, entry["id"]])),
                known.scope if known else str(element.get("at") or entry["scope"]),
            )
    return found


def topics_for(unit: Unit) -> list[Topic]:
    """Topics that a document of this unit can answer: its own scope first, then those below it."""
    scopes = BELOW[UnitKind(unit.kind)]
    fitting = [topic for topic in topics().values() if topic.scope in scopes]
    return sorted(fitting, key=lambda topic: scopes.index(topic.scope))
