"""Order an acyclic graph in layers: with fast_sugiyama where installed, else by barycentres.

Nodes are numbers from 0; both ways give layers and heights in units of one row, and add
dummy nodes, so that an edge over several layers has a place in each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise

HAS_FAST_SUGIYAMA = find_spec("fast_sugiyama") is not None
if HAS_FAST_SUGIYAMA:
    import fast_sugiyama

SWEEPS = 12

NumberEdge = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Layered:
    """`layer` (0 is leftmost) and `row` of every node and dummy; `chains` gives the dummies of
    each edge in order, source and target left out."""

    layer: dict[int, int]
    row: dict[int, float]
    chains: dict[NumberEdge, tuple[int, ...]]


Engine = Callable[[int, list[NumberEdge]], Layered]


def layered(count: int, edges: list[NumberEdge]) -> Layered:
    """Layers of one connected acyclic graph of `count` nodes."""
    engine = by_fast_sugiyama if HAS_FAST_SUGIYAMA else by_barycentre
    return engine(count, edges)


def by_fast_sugiyama(count: int, edges: list[NumberEdge]) -> Layered:
    """Network simplex layers and Brandes-Köpf rows, computed by the wheel fast_sugiyama."""
    if not edges:
        return by_barycentre(count, edges)
    found = fast_sugiyama.from_edges(
        edges, vertex_spacing=1.0, dummy_vertices=True, dummy_size=1.0, check_layout=False
    )
    ((positions, _, _, drawn),) = found
    levels = sorted({y for _, (_, y) in positions}, reverse=True)
    layer_of = {y: layer for layer, y in enumerate(levels)}
    return Layered(
        layer={int(node): layer_of[y] for node, (_, y) in positions},
        row={int(node): float(x) for node, (x, _) in positions},
        chains=_chains(count, edges, [(int(a), int(b)) for a, b in drawn or edges]),
    )


def by_barycentre(count: int, edges: list[NumberEdge]) -> Layered:
    """Longest-path layers; order by the mean place of the neighbours, swept to and fro
    (Sugiyama, Tagawa and Toda 1981)."""
    layer = _longest_paths(count, edges)
    chains: dict[NumberEdge, tuple[int, ...]] = {}
    links: list[NumberEdge] = []
    for src, dst in edges:
        dummies = tuple(range(len(layer), len(layer) + layer[dst] - layer[src] - 1))
        layer |= {dummy: layer[src] + step for step, dummy in enumerate(dummies, start=1)}
        chains[src, dst] = dummies
        path = (src, *dummies, dst)
        links.extend(pairwise(path))
    return Layered(layer, _rows(layer, links), chains)


def _chains(
    count: int, edges: list[NumberEdge], drawn: list[NumberEdge]
) -> dict[NumberEdge, tuple[int, ...]]:
    """Follow the drawn pieces from each source through its dummies to a real node."""
    after = {a: b for a, b in drawn if a >= count}
    chains: dict[NumberEdge, tuple[int, ...]] = dict.fromkeys(edges, ())
    for src, first in drawn:
        if src >= count:
            continue
        path = [first]
        while path[-1] >= count:
            path.append(after[path[-1]])
        chains[src, path[-1]] = tuple(path[:-1])
    return chains


def _longest_paths(count: int, edges: list[NumberEdge]) -> dict[int, int]:
    targets, waiting_for = defaultdict(list), [0] * count
    for src, dst in edges:
        targets[src].append(dst)
        waiting_for[dst] += 1
    layer = dict.fromkeys(range(count), 0)
    ready = [node for node in range(count) if not waiting_for[node]]
    for node in ready:
        for target in targets[node]:
            layer[target] = max(layer[target], layer[node] + 1)
            waiting_for[target] -= 1
            if not waiting_for[target]:
                ready.append(target)
    return layer


def _rows(layer: dict[int, int], links: list[NumberEdge]) -> dict[int, float]:
    before, after = defaultdict(list), defaultdict(list)
    for src, dst in links:
        after[src].append(dst)
        before[dst].append(src)
    columns: list[list[int]] = [[] for _ in range(max(layer.values()) + 1)]
    for node in sorted(layer):
        columns[layer[node]].append(node)
    row = {node: float(place) for column in columns for place, node in enumerate(column)}
    for sweep in range(SWEEPS):
        near = before if sweep % 2 == 0 else after
        for column in columns if sweep % 2 == 0 else reversed(columns):
            _arrange(column, near, row)
    return row


def _arrange(column: list[int], near: dict[int, list[int]], row: dict[int, float]) -> None:
    """Order the column by its neighbours' mean row and space it around their middle."""
    wanted = {node: _mean([row[n] for n in near[node]], row[node]) for node in column}
    column.sort(key=lambda node: (wanted[node], row[node], node))
    spread = spaced([wanted[node] for node in column], [1.0] * (len(column) - 1))
    row.update(zip(column, spread, strict=True))


def spaced(wanted: list[float], gaps: list[float]) -> list[float]:
    """Places in the same order, at least `gaps` apart, moved as a whole towards `wanted`."""
    places = wanted[:1]
    for want, gap in zip(wanted[1:], gaps, strict=True):
        places.append(max(want, places[-1] + gap))
    shift = _mean([p - w for p, w in zip(places, wanted, strict=True)], 0.0)
    return [place - shift for place in places]


def _mean(values: Iterable[float], otherwise: float) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else otherwise
