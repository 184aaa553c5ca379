"""Properties of the rule engine over random logs."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.assessment.rules import badge, evaluate
from governance.assessment.rules.canonical import dumps
from tests.assessment.rules_random import DAYS, measured, moments, numbers, rules, tell, told
from tests.assessment.rules_story import FAIRNESS, Story, entry, planned, registered

ROOT = Path(__file__).parents[2]
MANY = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
FEW = settings(MANY, max_examples=120)


def judged(leaves: list, target: dict, rule: dict, at: str, **frame: int) -> bytes:
    return dumps(evaluate(entry(rule, fresh_days=30), target, leaves, at, **frame))


@MANY
@given(told, rules, moments, st.randoms(use_true_random=False))
def test_order_of_statements_does_not_matter(
    made: tuple, rule: dict, at: str, chance: random.Random
) -> None:
    story = made[0]
    shuffled = [*story.leaves, *story.leaves[:3]]
    chance.shuffle(shuffled)
    target = story.target()
    assert judged(shuffled, target, rule, at) == judged(story.leaves, target, rule, at)


def elsewhere() -> list[dict]:
    """Everything a neighbouring system says, and statements of kinds no rule here reads."""
    story, plan = planned()
    story.measure("0.10", plan)
    story.live()
    story.alert("open")
    story.state("not-met")
    story.conclude("not-satisfied")
    text = re.sub(r'"(rel|sys|dep|plan|alert|mv)-1"', r'"\1-8"', json.dumps(story.leaves))
    text = re.sub("[0-9a-f]{64}", lambda found: hashlib.sha256(found[0].encode()).hexdigest(), text)
    leaves: list[dict] = json.loads(text.replace('"st-', '"other-'))
    foreign = {"predicateType": "https://slsa.dev/provenance/v1", "predicate": {}}
    return [*leaves, {"index": 0, "digest": "0" * 64, "statement": foreign}]


@MANY
@given(told, rules, moments, st.randoms(use_true_random=False))
def test_unrelated_statements_change_nothing(
    made: tuple, rule: dict, at: str, chance: random.Random
) -> None:
    story, others = made[0], elsewhere()
    places = sorted(chance.sample(range(len(story.leaves) + len(others)), len(others)))
    own = iter(story.leaves)
    foreign = iter(others)
    mixed = [
        {**(next(foreign) if index in places else next(own)), "index": index}
        for index in range(len(story.leaves) + len(others))
    ]
    target = story.target()
    assert judged(mixed, target, rule, at) == judged(story.leaves, target, rule, at)


@MANY
@given(told, rules, moments, numbers)
def test_what_came_after_the_log_size_does_not_matter(
    made: tuple, rule: dict, at: str, number: int
) -> None:
    story = made[0]
    size = max(3, len(story.leaves) - number)
    target = Story.target(registered())
    early = judged(story.leaves[:size], target, rule, at, log_size=size)
    assert judged(story.leaves, target, rule, at, log_size=size) == early


@MANY
@given(told, rules, moments, numbers, st.sampled_from(["0.10", "0.79"]), moments, st.booleans())
def test_failing_attempt_never_mends_a_failure(
    made: tuple, rule: dict, at: str, which: int, value: str, when: str, is_live: bool
) -> None:
    story, plans = made
    target = story.target()
    before = evaluate(entry(rule), target, story.leaves, at)
    place = ("deployment", "dep-1") if is_live else ("release", "rel-1")
    measured(which, value, place, when, when, 1)(story, plans)
    after = evaluate(entry(rule), target, story.leaves, at)
    if before["determination"] == "not-satisfied":
        assert after["determination"] != "satisfied"
    if before["determination"] != "satisfied" and not is_live:
        assert after["determination"] != "satisfied"


@MANY
@given(told, moments)
def test_test_failure_on_record_stays_whatever_is_added_later(made: tuple, at: str) -> None:
    story, plans = made
    story.measure("0.10", plans[0], at=DAYS[0])
    rule = {**FAIRNESS, "data": "test"}
    before = evaluate(entry(rule), story.target(), story.leaves, at)
    story.measure("0.99", plans[0], at=DAYS[0])
    story.approve(plans[0], "revoked", at=DAYS[0])
    after = evaluate(entry(rule), story.target(), story.leaves, at)
    assert after["determination"] == before["determination"]


@FEW
@given(told, rules, moments, st.integers(0, 999))
def test_nothing_changes_before_changes_at_and_something_does_then(
    made: tuple, rule: dict, at: str, thousandth: int
) -> None:
    story = made[0]
    target, held = story.target(), entry(rule, fresh_days=30)
    now = evaluate(held, target, story.leaves, at)
    end = now["changesAt"] or "2031-01-01T00:00:00.000000Z"
    begin_, end_ = datetime.fromisoformat(at), datetime.fromisoformat(end)
    between = (begin_ + (end_ - begin_) * thousandth / 1000).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    framed = ("effectiveAt", "changesAt")
    later = evaluate(held, target, story.leaves, between)
    assert {**later, **{key: now[key] for key in framed}} == now
    if now["changesAt"]:
        then = evaluate(held, target, story.leaves, end)
        assert {**then, **{key: now[key] for key in framed}} != now


@FEW
@given(told, rules, moments)
def test_result_is_coherent(made: tuple, rule: dict, at: str) -> None:
    story = made[0]
    result = evaluate(entry(rule), story.target(), story.leaves, at)
    assert (result["determination"] == "not-determined") == (result["reason"] is not None)
    known = {one["statement"]["predicate"]["id"] for one in story.leaves}
    assert set(result["why"]["evidence"]) <= known
    if result["determination"] == "satisfied":
        assert result["basis"] is not None and not result["waitingFor"]
    assert badge(result)[0] in {"good", "bad", "warn", "wait", "none"}


PROGRAM = """
import json, sys
from governance.assessment.rules import evaluate
from governance.assessment.rules.canonical import digest
for entry, target, leaves, at in json.load(sys.stdin):
    print(digest(evaluate(entry, target, leaves, at)))
"""


def test_other_processes_give_the_same_bytes() -> None:
    chance = random.Random(7)
    cases = []
    for _ in range(20):
        story, _plans = tell([_example(chance) for _ in range(20)])
        cases.append([entry(RULE), story.target(), story.leaves, chance.choice(DAYS)])
    found = set()
    for seed in ("0", "1", "4711"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            input=json.dumps(cases),
            capture_output=True,
            text=True,
            env=environment,
            check=True,
        )
        found.add(done.stdout)
    assert len(found) == 1
    assert len(set(found.pop().split())) > 10


RULE = {
    "all": [
        {**FAIRNESS, "watch": True},
        {"form": "record", "id": "d", "label": "D", "kind": "document"},
    ]
}


def _example(chance: random.Random):
    value = chance.choice(["0.10", "0.95", None])
    return measured(
        chance.randrange(40), value, ("release", "rel-1"), chance.choice(DAYS), DAYS[0], 1
    )
