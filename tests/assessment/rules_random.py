"""Random logs for the property tests: acts of one system in any order and mixture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.assessment.rules_story import (
    CRITERION,
    FAIRNESS,
    OFFICER,
    OWNER,
    VALIDATOR,
    Story,
    registered,
)

JSON = dict[str, Any]
Act = Callable[[Story, list[str]], object]

RULES: list[JSON] = [
    FAIRNESS,
    {**FAIRNESS, "watch": True},
    {
        "all": [
            {**FAIRNESS, "watch": ["any"]},
            {"form": "record", "id": "doc", "label": "Doc", "kind": "document", "approved": True},
            {
                "form": "statement",
                "id": "v",
                "label": "V",
                "kind": "conclusion",
                "role": "validator",
            },
        ]
    },
    {
        "any": [
            FAIRNESS,
            {
                "form": "monitor",
                "id": "alerts",
                "label": "A",
                "signal": "alerts",
                "at": "deployment",
            },
            {
                "form": "monitor",
                "id": "runs",
                "label": "R",
                "signal": "behaviour",
                "at": "deployment",
            },
        ]
    },
]
DAYS = [f"2026-{month:02d}-{day:02d}T00:00:00Z" for month in (9, 10, 11, 12) for day in (1, 11, 21)]

moments = st.sampled_from(DAYS)
values = st.sampled_from(["0.10", "0.79", "0.80", "0.800", "0.95", "NaN", None])
people = st.sampled_from([OWNER, OFFICER, VALIDATOR])
outcomes = st.sampled_from(
    ["approved", "approved-with-conditions", "returned", "rejected", "revoked"]
)
places = st.sampled_from([("release", "rel-1"), ("deployment", "dep-1"), ("deployment", "dep-9")])


def _plan(threshold: str, author: str, state: str, at: str) -> Act:
    def act(story: Story, plans: list[str]) -> None:
        criterion = {**CRITERION, "threshold": threshold}
        plans.append(story.plan(criterion, author=author, state=state, at=at))

    return act


def _approve(which: int, outcome: str, person: str, at: str) -> Act:
    def act(story: Story, plans: list[str]) -> None:
        known = [*story.digest_of]
        story.approve(known[which % len(known)], outcome, person=person, at=at)

    return act


def measured(which: int, value: str | None, place: tuple, at: str, end: str, fix: int) -> Act:
    """A measurement, planned when a plan exists and `which` is no multiple of 5; may correct another."""

    def act(story: Story, plans: list[str]) -> None:
        plan = plans[which % len(plans)] if plans and which % 5 else None
        earlier = [one["statement"]["predicate"]["id"] for one in story.leaves]
        replaced = (
            {"id": earlier[fix % len(earlier)], "reasonDigest": "9" * 64} if fix % 3 == 0 else None
        )
        status = "completed" if value is not None else "invalid"
        held = {"n": 100} if which % 7 == 6 else {}
        story.measure(
            value, plan, scope=place, at=at, end=end, status=status, supersedes=replaced, held=held
        )

    return act


def _record(kind: str, fields: JSON, place: tuple, state: str, at: str) -> Act:
    return lambda story, _: story.record(kind, f"{kind}-1", fields, state, scope=place, at=at)


def _alert(state: str, triaged: str | None, at: str) -> Act:
    return lambda story, _: story.alert(state, triaged=triaged, at=at)


def _word(kind: str, is_good: bool, person: str, at: str) -> Act:
    if kind == "conclude":
        said = "satisfied" if is_good else "not-satisfied"
        return lambda story, _: story.conclude(said, person, at=at)
    return lambda story, _: story.state("met" if is_good else "not-met", person, at=at)


def _live(begin: str, end: str | None) -> Act:
    return lambda story, _: story.live(begin, end)


numbers = st.integers(0, 40)
measurements = st.builds(measured, numbers, values, places, moments, moments, numbers)
_dep = st.just(("deployment", "dep-1"))
acts = st.one_of(
    st.builds(
        _plan,
        st.sampled_from(["0.80", "0.50"]),
        people,
        st.sampled_from(["active", "withdrawn"]),
        moments,
    ),
    st.builds(_approve, numbers, outcomes, people, moments),
    st.builds(_approve, numbers, st.just("approved"), st.just(OFFICER), st.just(DAYS[0])),
    measurements,
    measurements,
    st.builds(
        _record,
        st.just("document"),
        st.sampled_from([{"a": "1"}, {"a": "2"}]),
        places,
        st.just("in-force"),
        moments,
    ),
    st.builds(
        _record,
        st.just("monitor"),
        st.just({"intervalSeconds": 864_000}),
        _dep,
        st.sampled_from(["active", "paused"]),
        moments,
    ),
    st.builds(
        _record,
        st.just("monitor-run"),
        st.builds(
            lambda slot, status: {"monitor": "monitor-1", "slot": slot, "status": status},
            moments,
            st.sampled_from(["completed", "no-data"]),
        ),
        _dep,
        st.just("done"),
        moments,
    ),
    st.builds(
        _record,
        st.just("exception"),
        st.builds(lambda until: {"requirements": ["MEASURE 2.11"], "expires": until}, moments),
        st.just(("release", "rel-1")),
        st.just("granted"),
        moments,
    ),
    st.builds(_alert, st.sampled_from(["open", "triaged", "closed"]), st.none() | moments, moments),
    st.builds(_word, st.sampled_from(["conclude", "state"]), st.booleans(), people, moments),
    st.builds(_live, moments, st.none() | moments),
)


def tell(chosen: list[Act]) -> tuple[Story, list[str]]:
    story = registered()
    plans = [story.plan(at=DAYS[0])]
    story.approve(plans[0], at=DAYS[0])
    for act in chosen:
        act(story, plans)
    return story, plans


told = st.lists(acts, max_size=25).map(tell)
rules = st.sampled_from(RULES)
