"""What came from what: closures as sets, how complete they are, and the graph as of an instant.

Edges point the way things flow: `src` made or fed `dst`. Depth is never carried through a
closure; it is found breadth first, once for each node.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

NodeKind = Literal[
    "source",
    "dataset",
    "job-run",
    "model-version",
    "release",
    "deployment",
    "approval",
    "gate-decision",
    "evaluation",
]
Grade = Literal["observed", "derived", "asserted"]
Direction = Literal["upstream", "downstream"]

MADE_KINDS = frozenset({"dataset", "model-version"})


class GraphError(ValueError):
    """The nodes and edges are no graph; the text says which of them."""


@dataclass(frozen=True, slots=True)
class Node:
    """A thing in the graph.

    `version_of` names what this is a version of (a dataset's name). `has_ended` is False for a
    run without terminal event. `is_declared_source`: its producer says nothing tracked feeds it.
    """

    id: str
    kind: NodeKind
    label: str
    sublabel: str = ""
    url: str = ""
    version_of: str = ""
    has_ended: bool = True
    is_declared_source: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """`grade` says how it is known: observed by the producer, derived from equal digests, or
    asserted by a person. `recorded` is its log index; it holds from `valid_from` (included) to
    `valid_until` (excluded, None for ever).
    """

    src: str
    dst: str
    grade: Grade
    recorded: int
    valid_from: datetime
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """Nodes with their least depth (the start has 0); `is_cut` when a limit left some out."""

    depths: dict[str, int]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Completeness:
    """What is not known about everything upstream of a node; ids in order.

    `unknown_producers`: versions nobody says to have made, of things made at other times.
    `never_made`: things of which no version was ever seen to be made.
    `declared_sources`: said to have no tracked upstream, which is known, not missing.
    """

    unknown_producers: tuple[str, ...]
    never_made: tuple[str, ...]
    unended_runs: tuple[str, ...]
    declared_sources: tuple[str, ...]
    grades: dict[Grade, int]

    @property
    def is_complete(self) -> bool:
        return not (self.unknown_producers or self.never_made or self.unended_runs)


class Graph:
    """Nodes and the edges between them.

    Raises GraphError for an id given twice and for an edge to a node that is not there.
    """

    def __init__(self, nodes: Iterable[Node], edges: Iterable[Edge]) -> None:
        listed = list(nodes)
        self.nodes = {node.id: node for node in listed}
        if len(self.nodes) != len(listed):
            raise GraphError("A node id is given twice.")
        self.edges = tuple(edges)
        for edge in self.edges:
            for end in (edge.src, edge.dst):
                if end not in self.nodes:
                    raise GraphError(f"An edge names the node {end!r}, which is not there.")

    def upstream(self, *start: str) -> frozenset[str]:
        """Everything that led to the start, without the start itself."""
        return self._closure(start, self._sources)

    def downstream(self, *start: str) -> frozenset[str]:
        """Everything the start led to, without the start itself."""
        return self._closure(start, self._targets)

    def reach(self, start: str, direction: Direction, limit: int | None = None) -> Reach:
        """Least depths from `start`, at most `limit` steps away. Raises GraphError."""
        self._require(start)
        step = self._sources if direction == "upstream" else self._targets
        depths, frontier, depth = {start: 0}, {start}, 0
        while frontier and (limit is None or depth < limit):
            depth += 1
            frontier = {end for node in frontier for end in step.get(node, ())} - depths.keys()
            depths.update(dict.fromkeys(frontier, depth))
        is_cut = any(end not in depths for node in frontier for end in step.get(node, ()))
        return Reach(depths, is_cut)

    def part(self, ids: Iterable[str]) -> Graph:
        """These nodes and the edges among them."""
        kept = set(ids)
        edges = [edge for edge in self.edges if edge.src in kept and edge.dst in kept]
        return Graph([node for node in self.nodes.values() if node.id in kept], edges)

    def completeness(self, start: str) -> Completeness:
        """What is known and unknown about everything upstream of `start`, itself included."""
        self._require(start)
        inside = {start} | self.upstream(start)
        nodes = [self.nodes[name] for name in sorted(inside)]
        origins = [n for n in nodes if n.kind in MADE_KINDS and not self._sources.get(n.id)]
        silent = [node for node in origins if not node.is_declared_source]
        made = self._made_names
        return Completeness(
            unknown_producers=tuple(n.id for n in silent if _name(n) in made),
            never_made=tuple(n.id for n in silent if _name(n) not in made),
            unended_runs=tuple(n.id for n in nodes if n.kind == "job-run" and not n.has_ended),
            declared_sources=tuple(n.id for n in origins if n.is_declared_source),
            grades=self._grades(inside),
        )

    def _closure(self, start: tuple[str, ...], step: dict[str, set[str]]) -> frozenset[str]:
        for name in start:
            self._require(name)
        seen, waiting = set(start), list(start)
        while waiting:
            new = step.get(waiting.pop(), set()) - seen
            seen |= new
            waiting.extend(new)
        return frozenset(seen.difference(start))

    def _grades(self, inside: set[str]) -> dict[Grade, int]:
        counts: dict[Grade, int] = {"observed": 0, "derived": 0, "asserted": 0}
        for edge in self.edges:
            if edge.dst in inside:
                counts[edge.grade] += 1
        return counts

    def _require(self, name: str) -> None:
        if name not in self.nodes:
            raise GraphError(f"There is no node {name!r} in this graph.")

    @cached_property
    def _made_names(self) -> frozenset[str]:
        made = (node for node in self.nodes.values() if self._sources.get(node.id))
        return frozenset(_name(node) for node in made)

    @cached_property
    def _sources(self) -> dict[str, set[str]]:
        found = defaultdict(set)
        for edge in self.edges:
            found[edge.dst].add(edge.src)
        return found

    @cached_property
    def _targets(self) -> dict[str, set[str]]:
        found = defaultdict(set)
        for edge in self.edges:
            found[edge.src].add(edge.dst)
        return found


def as_of(edges: Iterable[Edge], log_size: int, instant: datetime) -> list[Edge]:
    """The edges that hold at `instant`, as known when the log had `log_size` leaves.

    What was recorded later changes what we know now about then, never what we knew then.
    """
    return [
        edge
        for edge in edges
        if edge.recorded < log_size
        and edge.valid_from <= instant
        and (edge.valid_until is None or instant < edge.valid_until)
    ]


def _name(node: Node) -> str:
    return node.version_of or node.id
