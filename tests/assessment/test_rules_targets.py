"""Targets come from records alone; statements are read strictly in what all of them have."""

from __future__ import annotations

from typing import Any

import pytest

from governance.assessment.rules import (
    InstantError,
    StatementError,
    TargetError,
    evaluate,
    read_log,
)
from governance.assessment.rules.instants import (
    day_of,
    end_or_none,
    moment,
    parse_instant,
    through,
    write_instant,
)
from tests.assessment.rules_story import (
    FAIRNESS,
    MODEL,
    ORGANISATION,
    OWNER,
    RELEASE,
    SYSTEM,
    T,
    entry,
    planned,
    registered,
    verdict,
)


def test_release_target_holds_every_digest_that_counts() -> None:
    target = registered().target()
    assert target["digests"] == sorted([MODEL, RELEASE])
    assert (target["system"], target["release"], target["owner"]) == (SYSTEM, "rel-1", OWNER)
    assert target["since"] == "2026-11-01T08:00:00.000000Z"
    assert (target["liveSince"], target["until"], target["deployments"]) == (None, None, [])


def test_deployment_target_takes_its_digests_from_the_release() -> None:
    story = registered()
    story.live("2026-11-03T12:00:00Z", "2026-12-01T00:00:00Z")
    target = story.target("deployment", "dep-1")
    assert target["digests"] == sorted([MODEL, RELEASE])
    assert target["liveSince"] == "2026-11-03T12:00:00.000000Z"
    assert target["until"] == "2026-12-01T00:00:00.000000Z"
    assert target["deployments"] == ["dep-1"]


def test_system_and_organisation_are_live_from_their_first_deployment() -> None:
    story = registered()
    story.live("2026-11-05T00:00:00Z", id_="dep-2")
    story.live("2026-11-03T12:00:00Z")
    for type_, id_ in (("release", "rel-1"), ("system", SYSTEM), ("organisation", ORGANISATION)):
        target = story.target(type_, id_)
        assert target["liveSince"] == "2026-11-03T12:00:00.000000Z"
        assert target["deployments"] == ["dep-1", "dep-2"]


def test_cancelled_deployment_never_was_live() -> None:
    story = registered()
    fields = {"system": SYSTEM, "release": "rel-1", "from": "2026-11-03T12:00:00Z", "to": None}
    story.record("deployment", "dep-1", fields, "cancelled", scope=("deployment", "dep-1"))
    assert story.target()["deployments"] == []


def test_system_counts_the_digests_of_its_releases_that_are_not_retired() -> None:
    story = registered()
    assert story.target("system", SYSTEM)["digests"] == sorted([MODEL, RELEASE])
    story.record("release", "rel-1", {"system": SYSTEM, "digest": RELEASE}, "retired")
    assert story.target("system", SYSTEM)["digests"] == []


@pytest.mark.parametrize(
    ("type_", "id_", "words"),
    [
        ("galaxy", "x", "is no scope"),
        ("release", "rel-9", "register the release first"),
        ("deployment", "dep-9", "register the deployment first"),
    ],
)
def test_unknown_target_says_what_to_do(type_: str, id_: str, words: str) -> None:
    with pytest.raises(TargetError, match=words):
        registered().target(type_, id_)


def test_deployment_of_an_unknown_release_is_refused() -> None:
    story = registered()
    fields = {"release": "rel-9", "from": None, "to": None}
    story.record("deployment", "dep-1", fields, scope=("deployment", "dep-1"))
    with pytest.raises(TargetError, match="names release 'rel-9'"):
        story.target("deployment", "dep-1")


def test_log_size_leaves_out_what_came_later() -> None:
    story, plan = planned()
    story.measure("0.90", plan)
    size = len(story.leaves)
    story.measure("0.10", plan)
    then = evaluate(entry(FAIRNESS), story.target(), story.leaves, T, log_size=size)
    assert (verdict(then), then["logSize"]) == (("satisfied", None), size)
    now = evaluate(entry(FAIRNESS), story.target(), story.leaves, T, log_size=size + 1)
    assert verdict(now) == ("not-satisfied", None)


def test_log_read_once_serves_many_requirements_of_its_own_size_only() -> None:
    story, _ = planned()
    log = read_log(story.leaves, 4)
    assert evaluate(entry(FAIRNESS), story.target(), log, T)["logSize"] == 4
    with pytest.raises(ValueError, match="read for another size"):
        evaluate(entry(FAIRNESS), story.target(), log, T, log_size=5)


def test_statements_of_other_formats_are_left_out() -> None:
    foreign = {"predicateType": "https://slsa.dev/provenance/v1", "predicate": {}}
    log = read_log([{"index": 0, "digest": "0" * 64, "statement": foreign}])
    assert log.records("system") == []


@pytest.mark.parametrize(
    ("part", "value"), [("id", ""), ("scope", {}), ("producedAt", "yesterday")]
)
def test_statement_without_what_all_have_is_refused_with_its_index(
    part: str, value: object
) -> None:
    story = registered()
    story.leaves[1]["statement"]["predicate"][part] = value
    with pytest.raises(StatementError, match="log index 1 cannot be read"):
        read_log(story.leaves)


@pytest.mark.parametrize(
    "at", ["", "2026-11-10T00:00:00", "2026-13-01T00:00:00Z", None, "٢٠٢٦-11-10"]
)
def test_bad_time_is_refused(at: Any) -> None:
    story = registered()
    with pytest.raises(InstantError, match="write it as 2026-11-03T10:04:00Z"):
        evaluate(entry(FAIRNESS), story.target(), story.leaves, at)


def test_instants_are_read_aloud_to_the_minute_or_second() -> None:
    assert moment(parse_instant("2026-11-03T10:00:00Z")) == "3 Nov 2026, 10:00 UTC"
    assert moment(parse_instant("2026-11-03T10:04:05Z")) == "3 Nov 2026, 10:04:05 UTC"


def test_a_validity_that_ends_at_midnight_is_read_aloud_with_its_last_day() -> None:
    assert through(parse_instant("2027-03-02T00:00:00Z")) == "1 Mar 2027"
    assert through(parse_instant("2027-03-02T08:00:00Z")) == "2 Mar 2027"
    assert day_of("2027-03-01") == "1 Mar 2027"
    assert day_of("no time") == "no time"


def test_instants_keep_microseconds_and_dates_last_their_day() -> None:
    assert write_instant(parse_instant("2026-11-03T10:04:00.5Z")) == "2026-11-03T10:04:00.500000Z"
    assert write_instant(parse_instant("2026-11-03")) == "2026-11-03T00:00:00.000000Z"
    end = end_or_none("2026-12-31")
    assert end is not None and write_instant(end) == "2027-01-01T00:00:00.000000Z"


def test_newest_revision_of_a_release_describes_it() -> None:
    story = registered()
    story.record("release", "rel-1", {"system": SYSTEM, "digest": "9" * 64, "owner": "else"})
    target = story.target()
    assert (target["digests"], target["owner"]) == (["9" * 64], "else")


def test_release_without_a_digest_field_is_known_by_its_record_and_its_subjects() -> None:
    story = registered()
    made = story.record("release", "rel-2", {"system": SYSTEM}, subjects=["8" * 64])
    assert story.target("release", "rel-2")["digests"] == sorted([story.digest_of[made], "8" * 64])
