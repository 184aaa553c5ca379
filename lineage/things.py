"""What stands in a row of the table and a box of the drawing."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from lineage.graph import Edge, Node

KNOWN_WORDS = {
    "observed": "observed by the producer",
    "derived": "derived from equal digests",
    "asserted": "asserted by a person",
    "recorded": "signed record",
    "computed": "computed here",
    "named": "named by a record only",
}


@dataclass(frozen=True)
class Thing:
    """A node with what the table says of it; `known` is a key of KNOWN_WORDS, `recorded` a log index.

    `detail` is what the box has no room for; `state` is a run's; `is_exact` says that content is named by digest or version.
    """

    node: Node
    known: str
    name: str = ""
    detail: str = ""
    digest: str = ""
    by: str = ""
    recorded: int | None = None
    evidence: UUID | None = None
    state: str = ""
    is_exact: bool = True

    @property
    def run_id(self) -> str:
        """Id of the attempt that a run's node stands for."""
        return self.node.id.removeprefix("run:")


@dataclass
class Flow:
    """Things by node id, and the edges among them."""

    things: dict[str, Thing] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)

    def add(self, thing: Thing) -> str:
        """Keep the thing unless one of its id is there; returns the id."""
        self.things.setdefault(thing.node.id, thing)
        return thing.node.id


def content_id(key: str) -> str:
    return f"data:{key}"


def short(digest: str) -> str:
    return f"{digest[:4]}…{digest[-4:]}"


def address(name: str, *arguments: object) -> str:
    """The page of this name, or nothing where the platform has no such page."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""
