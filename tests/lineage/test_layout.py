from __future__ import annotations

import random
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings

from lineage import layers
from lineage.graph import Edge, Node
from lineage.layout import MARGIN, PlacedNode, Placement, place
from tests.lineage.drawings import demonstration, edge, graphs

Drawing = tuple[list[Node], list[Edge]]
by_both = pytest.mark.parametrize("has_wheel", [True, False])


@pytest.fixture(autouse=True)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests marked `by_both` run with the wheel fast_sugiyama and without it."""
    callspec = getattr(request.node, "callspec", None)
    if callspec and callspec.params.get("has_wheel") is False:
        monkeypatch.setattr(layers, "HAS_FAST_SUGIYAMA", False)
    elif callspec and "has_wheel" in callspec.params:
        pytest.importorskip("fast_sugiyama")


def overlap(a: PlacedNode, b: PlacedNode) -> bool:
    apart = a.x + a.width < b.x or b.x + b.width < a.x
    return not (apart or a.y + a.height < b.y or b.y + b.height < a.y)


def boxes(placement: Placement) -> dict[str, PlacedNode]:
    return {placed.node.id: placed for placed in placement.nodes}


@by_both
@settings(max_examples=60, deadline=None)
@given(drawing=graphs)
def test_no_two_boxes_overlap(has_wheel: bool, drawing: Drawing) -> None:
    for first, second in combinations(place(*drawing).nodes, 2):
        assert not overlap(first, second)


@by_both
@settings(max_examples=60, deadline=None)
@given(drawing=graphs)
def test_every_node_is_drawn_once_inside_the_picture(has_wheel: bool, drawing: Drawing) -> None:
    placement = place(*drawing)

    assert sorted(boxes(placement)) == sorted(node.id for node in drawing[0])
    for placed in placement.nodes:
        assert placed.x >= MARGIN and placed.x + placed.width <= placement.width
        assert placed.y >= MARGIN and placed.y + placed.height <= placement.height


@by_both
@settings(max_examples=60, deadline=None)
@given(drawing=graphs)
def test_every_pair_that_is_joined_has_one_line(has_wheel: bool, drawing: Drawing) -> None:
    drawn = [(line.edge.src, line.edge.dst) for line in place(*drawing).edges]

    assert sorted(drawn) == sorted({(e.src, e.dst) for e in drawing[1] if e.src != e.dst})


@by_both
@settings(max_examples=60, deadline=None)
@given(drawing=graphs)
def test_straight_pieces_of_lines_cross_no_box(has_wheel: bool, drawing: Drawing) -> None:
    placement = place(*drawing)

    for line in placement.edges:
        for (_, y), (_, other) in list(pairwise(line.points))[1::2]:
            assert y == other
        for x, y in line.points[1:-1]:
            inside = [b for b in placement.nodes if b.x <= x <= b.x + b.width]
            assert not any(b.y <= y <= b.y + b.height for b in inside)


@by_both
@settings(max_examples=40, deadline=None)
@given(drawing=graphs)
def test_the_order_of_nodes_and_edges_does_not_matter(has_wheel: bool, drawing: Drawing) -> None:
    nodes, edges = drawing
    mixed = random.Random(1)

    again = place(mixed.sample(nodes, len(nodes)), mixed.sample(edges, len(edges)))

    assert again == place(nodes, edges)


@by_both
def test_things_flow_from_left_to_right(has_wheel: bool) -> None:
    nodes, edges = demonstration()

    found = boxes(place(nodes, edges))

    for joined in edges:
        source, target = found[joined.src], found[joined.dst]
        assert source.x + source.width < target.x


@by_both
def test_a_line_starts_and_ends_at_the_edges_of_its_boxes(has_wheel: bool) -> None:
    placement = place(*demonstration())
    found = boxes(placement)

    for line in placement.edges:
        source, target = found[line.edge.src], found[line.edge.dst]
        assert line.points[0] == (round(source.x + source.width, 1), source.y + 23)
        assert line.points[-1] == (target.x, target.y + 23)


@by_both
def test_a_cycle_is_drawn_with_one_line_to_the_left(has_wheel: bool) -> None:
    nodes = [Node(name, "dataset", name) for name in "ab"]

    lines = place(nodes, [edge("a", "b"), edge("b", "a")]).edges

    assert [line.points[0][0] < line.points[-1][0] for line in lines] == [True, False]


def test_of_two_edges_the_better_known_is_drawn() -> None:
    nodes = [Node(name, "dataset", name) for name in "ab"]

    (line,) = place(nodes, [edge("a", "b", "asserted"), edge("a", "b", "observed", 9)]).edges

    assert line.edge.grade == "observed"


def test_edges_to_nodes_that_are_not_shown_are_left_out() -> None:
    assert place([Node("a", "dataset", "a")], [edge("a", "b"), edge("a", "a")]).edges == ()


def test_nothing_is_placed_for_nothing() -> None:
    assert place([], []).nodes == ()


def test_parts_that_are_not_joined_lie_below_each_other() -> None:
    nodes = [Node(name, "dataset", name) for name in "abcd"]

    found = boxes(place(nodes, [edge("a", "b"), edge("c", "d")]))

    assert found["a"].y == found["b"].y < found["c"].y == found["d"].y
    assert found["a"].x == found["c"].x
