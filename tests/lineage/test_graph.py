from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.graph import Edge, Graph, GraphError, Node, as_of

DAY = datetime(2026, 11, 3, tzinfo=UTC)
pairs = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30)


def edge(src: str, dst: str, recorded: int = 0, day: int = 0, until: int | None = None) -> Edge:
    end = None if until is None else DAY + timedelta(days=until)
    return Edge(src, dst, "observed", recorded, DAY + timedelta(days=day), end)


def graph(*nodes: Node, edges: str) -> Graph:
    """Edges as "rows>run run>model"; nodes not given are runs."""
    ends = [pair.split(">") for pair in edges.split()]
    found = [edge(src, dst) for src, dst in ends]
    given_nodes = {node.id: node for node in nodes}
    names = dict.fromkeys([*given_nodes, *(end for e in found for end in (e.src, e.dst))])
    return Graph([given_nodes.get(name, Node(name, "job-run", name)) for name in names], found)


def numbers(edges: list[tuple[int, int]]) -> Graph:
    nodes = [Node(str(i), "dataset", str(i)) for i in range(10)]
    return Graph(nodes, [edge(str(a), str(b)) for a, b in edges])


def test_upstream_is_everything_that_led_here() -> None:
    found = graph(edges="rows>prepare prepare>train train>model other>elsewhere")

    assert found.upstream("model") == {"rows", "prepare", "train"}


def test_downstream_is_everything_it_led_to() -> None:
    found = graph(edges="rows>prepare prepare>train prepare>test")

    assert found.downstream("rows") == {"prepare", "train", "test"}


def test_a_cycle_ends() -> None:
    assert graph(edges="a>b b>a").upstream("a") == {"b"}


def test_depth_is_the_shortest_way() -> None:
    found = graph(edges="a>b b>c a>c c>d").reach("a", "downstream")

    assert found.depths == {"a": 0, "b": 1, "c": 1, "d": 2} and not found.is_cut


def test_a_limit_that_leaves_something_out_is_told() -> None:
    found = graph(edges="a>b b>c")

    assert found.reach("a", "downstream", 1).is_cut
    assert not found.reach("a", "downstream", 2).is_cut
    assert found.reach("c", "upstream", 1).depths == {"c": 0, "b": 1}


@given(pairs)
def test_the_closure_is_what_the_frontier_reaches(edges: list[tuple[int, int]]) -> None:
    found = numbers(edges)

    reached = set(found.reach("0", "downstream").depths) - {"0"}

    assert found.downstream("0") == reached


@given(pairs)
def test_up_and_down_mirror_each_other(edges: list[tuple[int, int]]) -> None:
    found = numbers(edges)

    for node in found.nodes:
        assert all(node in found.downstream(origin) for origin in found.upstream(node))


def test_a_version_that_nobody_made_is_an_unknown_producer() -> None:
    made = Node("rows@1", "dataset", "rows", version_of="rows")
    unknown = Node("rows@2", "dataset", "rows", version_of="rows")

    found = graph(made, unknown, edges="prepare>rows@1 rows@2>train").completeness("train")

    assert found.unknown_producers == ("rows@2",) and found.never_made == ()
    assert not found.is_complete


def test_a_dataset_never_seen_as_output_is_named() -> None:
    rows = Node("rows@1", "dataset", "rows", version_of="rows")

    found = graph(rows, edges="rows@1>train").completeness("train")

    assert found.never_made == ("rows@1",) and found.unknown_producers == ()


def test_declared_without_upstream_is_known() -> None:
    rows = Node("rows", "dataset", "rows", is_declared_source=True)

    found = graph(rows, edges="rows>train").completeness("train")

    assert found.declared_sources == ("rows",) and found.is_complete


def test_a_run_without_end_leaves_the_answer_open() -> None:
    run = Node("train", "job-run", "train", has_ended=False)

    found = graph(run, edges="train>model").completeness("model")

    assert found.unended_runs == ("train",) and not found.is_complete


def test_what_is_not_upstream_does_not_count() -> None:
    rows = Node("rows", "dataset", "rows")

    assert graph(rows, edges="train>model rows>elsewhere").completeness("model").is_complete


def test_edges_are_counted_by_how_they_are_known() -> None:
    nodes = [Node(name, "release", name) for name in "abc"]
    edges = [edge("a", "b"), Edge("b", "c", "asserted", 1, DAY)]

    assert Graph(nodes, edges).completeness("c").grades == {
        "observed": 1, "derived": 0, "asserted": 1,
    }  # fmt: skip


def test_what_was_recorded_later_was_not_known_then() -> None:
    late = edge("a", "b", recorded=7)

    assert as_of([late], 7, DAY) == []
    assert as_of([late], 8, DAY) == [late]


def test_an_edge_holds_from_its_first_instant_to_before_its_last() -> None:
    live = edge("release", "production", day=1, until=3)

    held = [as_of([live], 1, DAY + timedelta(days=day)) for day in range(4)]

    assert held == [[], [live], [live], []]


def test_a_part_has_only_the_edges_among_its_nodes() -> None:
    found = graph(edges="a>b b>c").part(["a", "b"])

    assert set(found.nodes) == {"a", "b"} and [e.dst for e in found.edges] == ["b"]


def test_an_edge_to_nowhere_is_refused() -> None:
    with pytest.raises(GraphError, match="'b'"):
        Graph([Node("a", "dataset", "a")], [edge("a", "b")])


def test_an_id_given_twice_is_refused() -> None:
    with pytest.raises(GraphError, match="twice"):
        Graph([Node("a", "dataset", "a")] * 2, [])


@pytest.mark.parametrize("ask", ["upstream", "reach", "completeness"])
def test_an_unknown_node_is_refused(ask: str) -> None:
    empty = Graph([], [])
    arguments = ("x", "upstream") if ask == "reach" else ("x",)

    with pytest.raises(GraphError, match="no node 'x'"):
        getattr(empty, ask)(*arguments)
