"""Data, runs and model versions as a graph: the part of the story that lies upstream of a release."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from lineage.choices import RunState, UseRole
from lineage.graph import Edge, Graph, Node
from lineage.records import Statement, records_about
from lineage.things import Flow, Thing, content_id, short
from lineage.tracing import Content, Trace, trace
from lineage.upstream import Attempt, Data, Moment, Upstream, upstream

RUN_KINDS = frozenset({"job-run", "dataset", "model-version"})


@dataclass(frozen=True)
class Look:
    """Where to look: the organisation, the units whose events count (None: all), the moment."""

    organisation: UUID
    units: tuple[UUID, ...] | None
    moment: Moment


def add_flow(
    flow: Flow, look: Look, models: Sequence[Statement], others: Iterable[str] = ()
) -> None:
    """Add everything upstream of these model versions (records) and of the content with `others`' digests."""
    claimed = {digest for one in models for digest in one.fields["trainingData"]}
    own = {one.fields["digest"] for one in models}
    found = upstream(look.organisation, {*own, *claimed, *others}, look.moment, look.units)
    for one in models:
        flow.add(_model(one))
    names = _node_ids(found)
    for number, version in found.data.items():
        flow.add(_content(version, names[number], look.moment))
    for digest in sorted({*claimed, *others}):
        flow.add(_named_only(digest))
    for attempt in found.attempts.values():
        flow.add(_run(attempt, look.moment))
    flow.edges += _observed(found, names)
    flow.edges += _claims(flow, models)
    _say_makers(flow)


def trace_of(flow: Flow, models: Sequence[Statement]) -> Trace:
    """How much of what is upstream of these model versions is traced to who made it."""
    starts = [content_id(one.fields["digest"]) for one in models]
    inside = {*starts, *_part(flow).upstream(*starts)}
    makers, other = _makers(flow), {name for name in starts if _has_other_data(flow, name)}
    things = [flow.things[name] for name in sorted(inside)]
    return trace(
        Content(
            id=one.node.id,
            label=one.name or one.node.label,
            is_exact=one.is_exact,
            is_declared=one.node.is_declared_source,
            makers=tuple(run.state for run in makers[one.node.id]),
            has_other_data=one.node.id in other,
        )
        for one in things
        if one.node.kind != "job-run"
    )


def _part(flow: Flow) -> Graph:
    """Runs and content only, without approvals and other acts."""
    inside = [one.node for one in flow.things.values() if one.node.kind in RUN_KINDS]
    names = {node.id for node in inside}
    edges = [edge for edge in flow.edges if edge.src in names and edge.dst in names]
    return Graph(inside, edges)


def _makers(flow: Flow) -> dict[str, list[Thing]]:
    """The runs that made each content."""
    found: dict[str, list[Thing]] = defaultdict(list)
    for edge in flow.edges:
        source = flow.things[edge.src]
        if source.node.kind == "job-run":
            found[edge.dst].append(source)
    return found


def _node_ids(found: Upstream) -> dict[int, str]:
    return {number: content_id(found.data[found.same[number]].key) for number in found.data}


def _content(version: Data, name: str, moment: Moment) -> Thing:
    declared = version.declared is not None and version.declared < moment.log_size
    exact = short(version.digest) if version.digest else f"version {version.version}"
    node = Node(
        id=name,
        kind="dataset",
        label=version.name.rstrip("/").rpartition("/")[2] or version.name,
        sublabel=exact if version.digest or version.version else "no version stated",
        version_of=f"{version.namespace}/{version.name}",
        is_declared_source=declared,
    )
    return Thing(
        node,
        "observed",
        name=version.name,
        digest=version.digest,
        recorded=version.recorded,
        is_exact=bool(version.digest or version.version),
    )


def _model(one: Statement) -> Thing:
    fields = one.fields
    label = f"{fields['model']} {fields['number']}"
    node = Node(
        id=content_id(fields["digest"]),
        kind="model-version",
        label=label,
        sublabel=short(fields["digest"]),
        version_of=fields["model"],
    )
    return Thing(
        node,
        "asserted",
        detail=fields["method"],
        digest=fields["digest"],
        recorded=one.since,
        evidence=one.id,
    )


def _named_only(digest: str) -> Thing:
    """Content that a record names and no event ever did."""
    node = Node(content_id(digest), "dataset", f"content {short(digest)}", "known by digest only")
    return Thing(node, "named", digest=digest)


def _run(attempt: Attempt, moment: Moment) -> Thing:
    state = attempt.state_at(moment.log_size)
    node = Node(
        id=f"run:{attempt.id}",
        kind="job-run",
        label=attempt.job,
        sublabel=state.label if attempt.number == 1 else f"attempt {attempt.number}, {state.label}",
        has_ended=state != RunState.RUNNING,
    )
    commit = f" · commit {attempt.commit[:12]}" if attempt.commit else ""
    by = f"{attempt.producer}{commit}"
    return Thing(
        node,
        "observed",
        detail=f"attempt {attempt.number}, {state.label}, began {attempt.began_at:%Y-%m-%d %H:%M} UTC",
        by=by,
        recorded=attempt.recorded,
        state=state.value,
    )


def _observed(found: Upstream, names: dict[int, str]) -> list[Edge]:
    edges = []
    for use in found.uses:
        run, data = f"run:{use.attempt}", names[use.data]
        ends = (run, data) if use.role == UseRole.OUTPUT else (data, run)
        edges.append(Edge(*ends, "observed", use.recorded, use.valid_from))
    return edges


def _claims(flow: Flow, models: Sequence[Statement]) -> list[Edge]:
    """Registered training data that no run is seen to have read: asserted, and drawn as such."""
    part = _part(flow)
    edges = []
    for one in models:
        model = content_id(one.fields["digest"])
        claimed = {content_id(digest) for digest in one.fields["trainingData"]}
        edges += [
            Edge(unread, model, "asserted", one.index, one.at)
            for unread in sorted(claimed - part.upstream(model))
        ]
    return edges


def _has_other_data(flow: Flow, model: str) -> bool:
    """Its run is known, and did not read what the registration names."""
    grades = {edge.grade for edge in flow.edges if edge.dst == model}
    return {"observed", "asserted"} <= grades


def _say_makers(flow: Flow) -> None:
    """Who made each content, in words."""
    makers = _makers(flow)
    for name, thing in flow.things.items():
        if thing.node.kind in {"dataset", "model-version"}:
            runs = {f"{run.node.label}, {run.detail.partition(',')[0]}" for run in makers[name]}
            flow.things[name] = _with_maker(thing, sorted(runs))


def _with_maker(thing: Thing, makers: list[str]) -> Thing:
    if makers:
        return replace(thing, by="; ".join(makers), known="observed")
    if thing.node.is_declared_source:
        return replace(thing, by="declared a source by its producer")
    return replace(thing, by="not known")


def name_by_records(flow: Flow, organisation_units: Sequence[UUID], moment: Moment) -> None:
    """Give content its registered name and number of rows, where a signed dataset record has them."""
    digests = {t.digest for t in flow.things.values() if t.node.kind == "dataset" and t.digest}
    for one in records_about(organisation_units, "dataset", digests, moment):
        name = content_id(one.fields["sha256"])
        thing = flow.things.get(name)
        if thing is None or thing.node.kind != "dataset":
            continue
        rows = f"{int(one.fields['rows']):,} rows"
        label = thing.node.label if thing.known == "observed" else one.fields["name"]
        node = replace(thing.node, label=label, sublabel=rows)
        first = min(x for x in (thing.recorded, one.since) if x is not None)
        flow.things[name] = replace(thing, node=node, recorded=first, evidence=one.id)
