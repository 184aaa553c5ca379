"""What was live on a day, as known then, and what made it: signed statements joined with what producers observed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from governance.identity.models import Person, Unit
from governance.registry.models import AISystem
from lineage.acts import add_acts
from lineage.flow import Look, add_flow, name_by_records, trace_of
from lineage.graph import Edge, Graph, Node
from lineage.models import Contradiction, RunAttempt
from lineage.records import Statement, acts_about, deployments_live, newest_records
from lineage.things import Flow, Thing, address, content_id, short
from lineage.tracing import Trace
from lineage.upstream import Moment


@dataclass(frozen=True)
class Live:
    """A deployment that was live, the release in it and that release's model versions, as stated."""

    deployment: Statement
    release: Statement
    models: tuple[Statement, ...]

    @property
    def node_id(self) -> str:
        return f"deployment:{self.deployment.record}"


@dataclass(frozen=True)
class Story:
    """The answer. `things` are in order of distance from what was live; `remarks` are sentences."""

    system: AISystem
    moment: Moment
    live: tuple[Live, ...] = ()
    things: tuple[Thing, ...] = ()
    graph: Graph = field(default_factory=lambda: Graph([], []))
    traces: tuple[tuple[str, Trace], ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def unended(self) -> list[Thing]:
        return [one for one in self.things if not one.node.has_ended]

    @property
    def declared(self) -> list[Thing]:
        return [one for one in self.things if one.node.is_declared_source]

    @property
    def grades(self) -> dict[str, int]:
        return dict(Counter(edge.grade for edge in self.graph.edges))

    @property
    def is_complete(self) -> bool:
        return bool(self.traces) and all(one.is_complete for _, one in self.traces)


def story_of(system: AISystem, moment: Moment, units: tuple[UUID, ...] | None = None) -> Story:
    """Everything upstream of what was live. `units` limits the events that count; None: the organisation's."""
    live = live_at(system.unit, moment)
    if not live:
        return Story(system, moment)
    flow = Flow()
    look = Look(system.unit.organisation_id, units, moment)
    models = list({one.record: one for each in live for one in each.models}.values())
    digests = [one.fields["digest"] for one in (*(each.release for each in live), *models)]
    acts = acts_about(system.unit, digests, moment)
    add_flow(flow, look, models, _evaluated_data(acts))
    releases = {_release_label(each.release): each.models for each in live}
    traces = tuple((label, trace_of(flow, made)) for label, made in releases.items())
    name_by_records(flow, [UUID(one) for one in system.unit.path_ids], moment)
    people = _people(
        [*acts, *models, *(s for each in live for s in (each.deployment, each.release))]
    )
    for each in live:
        _add_live(flow, each, people)
    remarks = add_acts(flow, acts, live, people)
    return _told(system, moment, live, flow, traces, remarks)


def live_at(unit: Unit, moment: Moment) -> tuple[Live, ...]:
    """What was live at the instant, as stated in the log's first entries."""
    found: list[Live] = []
    for deployment in deployments_live(unit, moment):
        ids = [deployment.fields["release"]]
        found += [
            Live(deployment, release, models_of(unit, release, moment))
            for release in newest_records(unit, "release", moment, ids)
        ]
    return tuple(found)


def models_of(unit: Unit, release: Statement, moment: Moment) -> tuple[Statement, ...]:
    """Records of the model versions that a release's manifest names by digest."""
    digests = {one["digest"] for one in release.fields["models"]}
    found = newest_records(unit, "model-version", moment, digests=digests)
    return tuple(one for one in found if one.fields["digest"] in digests)


def _add_live(flow: Flow, each: Live, people: dict[str, str]) -> None:
    deployment, release = each.deployment, each.release
    fields = deployment.fields
    name = flow.add(
        Thing(
            Node(
                id=each.node_id,
                kind="deployment",
                label=fields["environment"],
                sublabel=f"since {fields['from'][:10]}",
            ),
            "recorded",
            detail=f"since {fields['from'][:16].replace('T', ' ')} UTC",
            by=_recorder(deployment, people),
            recorded=deployment.since,
            evidence=deployment.id,
        )
    )
    made = flow.add(_release(release, people))
    flow.edges.append(Edge(made, name, "asserted", deployment.since, deployment.at))
    for model in each.models:
        source = content_id(model.fields["digest"])
        flow.edges.append(Edge(source, made, "derived", release.since, release.at))


def _release(one: Statement, people: dict[str, str]) -> Thing:
    digest = one.fields["digest"]
    cut_off = one.fields["decision"].get("cutOff", "")
    words = f"cut-off {cut_off}" if cut_off else short(digest)
    node = Node(
        id=f"release:{one.record}",
        kind="release",
        label=_release_label(one),
        sublabel=words,
        url=address("release", one.record),
    )
    by = _recorder(one, people)
    return Thing(
        node,
        "recorded",
        detail=words,
        digest=digest,
        by=by,
        recorded=one.since,
        evidence=one.id,
    )


def _release_label(one: Statement) -> str:
    return f"release {one.fields['number']}"


def _recorder(one: Statement, people: dict[str, str]) -> str:
    author = one.predicate.get("author")
    return people.get(str(author), "") if author else "this platform"


def _people(statements: Iterable[Statement]) -> dict[str, str]:
    """Names of the people in these statements, by id."""
    ids = {one.predicate.get(part) for one in statements for part in ("author", "person")}
    found = Person.objects.filter(pk__in=[one for one in ids if one])
    return {str(person.pk): person.name for person in found}


def _evaluated_data(acts: Sequence[Statement]) -> set[str]:
    sets: list[Any] = [one.predicate.get("dataset") for one in acts]
    return {one["digest"] for one in sets if one}


def _told(
    system: AISystem,
    moment: Moment,
    live: tuple[Live, ...],
    flow: Flow,
    traces: tuple[tuple[str, Trace], ...],
    remarks: list[str],
) -> Story:
    whole = Graph((thing.node for thing in flow.things.values()), flow.edges)
    starts = [each.node_id for each in live]
    graph = whole.part({*starts, *whole.upstream(*starts)})
    depth = _depths(graph, starts)
    order = sorted(graph.nodes, key=lambda name: (depth[name], graph.nodes[name].label, name))
    things = tuple(flow.things[name] for name in order)
    return Story(
        system, moment, live, things, graph, traces, _contradictions(things, moment), tuple(remarks)
    )


def _depths(graph: Graph, starts: Sequence[str]) -> dict[str, int]:
    """Least number of steps from anything that was live."""
    found: dict[str, int] = {}
    for start in starts:
        for name, depth in graph.reach(start, "upstream").depths.items():
            found[name] = min(depth, found.get(name, depth))
    return found


def _contradictions(things: Sequence[Thing], moment: Moment) -> tuple[Contradiction, ...]:
    """What producers say of these runs that cannot all be right."""
    ids = [one.node.id.partition(":")[2] for one in things if one.node.kind == "job-run"]
    runs = RunAttempt.objects.filter(pk__in=ids)
    rows = Contradiction.objects.filter(
        run_ids__overlap=list(runs.values_list("run_id", flat=True)),
        unit__in=runs.values("unit"),
        recorded__lt=moment.log_size,
    )
    return tuple(rows[:50])
