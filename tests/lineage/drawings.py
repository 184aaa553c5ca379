"""The demonstration's graph, and drawn graphs of any shape."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from lineage.graph import Edge, Grade, Node, NodeKind

DAY = datetime(2026, 11, 3, tzinfo=UTC)
LONG = "Approved with conditions by the accountable executive (demo)"
NODES: list[tuple[str, NodeKind, str, str]] = [
    ("survey", "source", "employment_MA_reference.pq", "68,785 rows · 21d0…7e66"),
    ("prepare", "job-run", "prepare-2015", "run 1 · COMPLETE"),
    ("train", "dataset", "train-2015.parquet", "31,582 rows · db79…bf76"),
    ("test", "dataset", "test-2015.parquet", "13,536 rows · 3917…3277"),
    ("training", "job-run", "train-v1", "run 1 · COMPLETE"),
    ("model", "model-version", "job-support-places 1", "ONNX · 15bd…f756"),
    ("approval", "approval", LONG, "2 Nov 2026"),
    ("release", "release", "release 1", "cut-off 0.50 · 07be…1119"),
    ("live", "deployment", "production", ""),
]
EDGES: list[tuple[str, str, Grade]] = [
    ("survey", "prepare", "observed"),
    ("prepare", "train", "observed"),
    ("prepare", "test", "observed"),
    ("train", "training", "observed"),
    ("training", "model", "observed"),
    ("model", "release", "derived"),
    ("test", "release", "derived"),
    ("approval", "release", "asserted"),
    ("release", "live", "asserted"),
]


def edge(src: str, dst: str, grade: Grade = "observed", recorded: int = 0) -> Edge:
    return Edge(src, dst, grade, recorded, DAY)


def demonstration(url: str = "/lineage/") -> tuple[list[Node], list[Edge]]:
    nodes = [Node(i, kind, label, sub, url and f"{url}{i}/") for i, kind, label, sub in NODES]
    return nodes, [edge(*found) for found in EDGES]


def _drawn(found: tuple[int, list[tuple[int, int]], list[str]]) -> tuple[list[Node], list[Edge]]:
    count, pairs, labels = found
    nodes = [Node(f"n{i:02}", "dataset", labels[i % len(labels)]) for i in range(count)]
    edges = [edge(f"n{a % count:02}", f"n{b % count:02}") for a, b in pairs]
    return nodes, edges


ends = st.tuples(st.integers(0, 23), st.integers(0, 23))
labels = st.lists(st.text(max_size=60), min_size=1, max_size=5)
graphs = st.tuples(st.integers(1, 24), st.lists(ends, max_size=40), labels).map(_drawn)
