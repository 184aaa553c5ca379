"""Monitoring is not failure: runs on schedule, alerts in time, production judged by labels."""

from __future__ import annotations

import pytest

from governance.assessment.rules import badge
from tests.assessment.rules_story import (
    CRITERION,
    FAIRNESS,
    JSON,
    MODEL,
    Story,
    node,
    planned,
    registered,
    verdict,
)

SATISFIED = ("satisfied", None)
FAILS = ("not-satisfied", None)
MISSING = ("not-determined", "missing")
CONTESTED = ("not-determined", "contested")
RUNS = {"form": "monitor", "id": "runs", "label": "Watched", "signal": "behaviour"}
ALERTS = {"form": "monitor", "id": "alerts", "label": "Alerts triaged", "signal": "alerts"}
WATCHED = {**FAIRNESS, "watch": True}
HERE: JSON = {"scope": ("deployment", "dep-1")}


def live() -> Story:
    story = registered()
    story.live()
    return story


def monitored(**fields: object) -> Story:
    story = live()
    held = {"intervalSeconds": 86_400, "graceSeconds": 3_600, **fields}
    story.record("monitor", "mon-1", held, **HERE, at="2026-11-03T12:00:00Z")
    return story


def run(
    story: Story, slot: str, status: str = "completed", monitor: str = "mon-1", revision: int = 1
) -> str:
    fields = {"monitor": monitor, "slot": slot, "status": status, "monitorRevision": revision}
    return story.record("monitor-run", f"run-{slot}", fields, "done", **HERE, at=slot)


def compared() -> Story:
    """A monitor that has completed a run, so that it could have raised an alert."""
    story = monitored()
    run(story, "2026-11-04T12:00:00Z")
    return story


def watched(rule: dict, story: Story, at: str, **changes: object) -> dict:
    return story.judge(rule, at, scope="deployment", fresh_days=30, **changes)


def test_without_an_active_monitor_watching_is_missing() -> None:
    assert verdict(watched(RUNS, live(), "2026-11-10T00:00:00Z")) == MISSING
    story = monitored()
    story.record("monitor", "mon-1", {"intervalSeconds": 60}, "paused", **HERE)
    assert verdict(watched(RUNS, story, "2026-11-10T00:00:00Z")) == MISSING


def test_run_on_schedule_holds_until_the_next_is_overdue() -> None:
    story = monitored()
    run(story, "2026-11-05T12:00:00Z")
    result = watched(RUNS, story, "2026-11-06T12:59:59Z")
    assert verdict(result) == SATISFIED
    assert result["changesAt"] == "2026-11-06T13:00:00.000000Z"
    late = watched(RUNS, story, "2026-11-06T13:00:00Z")
    assert verdict(late) == FAILS
    assert "No run since 5 Nov 2026, 12:00 UTC" in late["why"]["sentence"]


def test_first_run_has_until_its_first_slot_is_over() -> None:
    story = monitored()
    assert verdict(watched(RUNS, story, "2026-11-04T12:59:59Z")) == MISSING
    assert verdict(watched(RUNS, story, "2026-11-04T13:00:00Z")) == FAILS


@pytest.mark.parametrize("status", ["missed", "no-data", "invalid"])
def test_newest_run_without_a_result_fails(status: str) -> None:
    story = monitored()
    run(story, "2026-11-05T12:00:00Z")
    run(story, "2026-11-06T12:00:00Z", status)
    result = watched(RUNS, story, "2026-11-06T12:30:00Z")
    assert verdict(result) == FAILS
    run(story, "2026-11-07T12:00:00Z")
    assert verdict(watched(RUNS, story, "2026-11-07T12:30:00Z")) == SATISFIED


def test_runs_of_another_monitor_do_not_count() -> None:
    story = monitored()
    run(story, "2026-11-05T12:00:00Z", monitor="mon-2")
    assert verdict(watched(RUNS, story, "2026-11-05T13:00:00Z")) == FAILS


def test_every_active_monitor_must_run() -> None:
    story = monitored()
    story.record("monitor", "mon-2", {"intervalSeconds": 60}, **HERE, at="2026-11-03T12:00:00Z")
    run(story, "2026-11-05T12:00:00Z")
    assert verdict(watched(RUNS, story, "2026-11-05T12:30:00Z")) == FAILS


def test_grace_defaults_to_a_tenth_of_the_interval_and_at_least_a_minute() -> None:
    story = monitored(graceSeconds=None)
    run(story, "2026-11-05T12:00:00Z")
    assert (
        watched(RUNS, story, "2026-11-05T12:30:00Z")["changesAt"] == "2026-11-06T14:24:00.000000Z"
    )
    story = monitored(graceSeconds=None, intervalSeconds=60)
    run(story, "2026-11-05T12:00:00Z")
    assert (
        watched(RUNS, story, "2026-11-05T12:00:10Z")["changesAt"] == "2026-11-05T12:02:00.000000Z"
    )


def test_ended_deployment_is_not_overdue_after_its_end() -> None:
    story = monitored()
    run(story, "2026-11-05T12:00:00Z")
    story.live(end="2026-11-06T00:00:00Z")
    assert verdict(watched(RUNS, story, "2027-11-06T00:00:00Z")) == SATISFIED


def alerts(story: Story, at: str) -> dict:
    return watched(ALERTS, story, at)


def test_no_alert_holds_only_while_a_monitor_could_raise_one() -> None:
    assert verdict(alerts(live(), "2026-11-05T00:00:00Z")) == MISSING
    assert verdict(alerts(compared(), "2026-11-05T00:00:00Z")) == SATISFIED


def test_open_alert_is_no_failure_until_its_triage_is_overdue() -> None:
    story = live()
    story.alert("open")
    result = alerts(story, "2026-11-05T00:00:00Z")
    assert verdict(result) == SATISFIED
    assert result["changesAt"] == "2026-11-06T00:00:00.000000Z"
    overdue = alerts(story, "2026-11-06T00:00:00Z")
    assert verdict(overdue) == FAILS
    assert [one["what"] for one in overdue["waitingFor"]] == ["Triage the open alert."]


def test_alert_never_triaged_fails_for_ever() -> None:
    story = live()
    story.alert("open")
    assert verdict(alerts(story, "2027-11-06T00:00:00Z")) == FAILS


def test_alert_triaged_in_time_holds() -> None:
    story = live()
    story.alert("open")
    story.alert("triaged", triaged="2026-11-05T00:00:00Z")
    assert verdict(alerts(story, "2026-11-20T00:00:00Z")) == SATISFIED


def test_alert_triaged_late_fails_within_the_look_back() -> None:
    story = compared()
    story.alert("triaged", triaged="2026-11-07T00:00:00Z")
    assert verdict(alerts(story, "2026-11-20T00:00:00Z")) == FAILS
    assert verdict(alerts(story, "2026-12-05T23:59:59Z")) == FAILS
    assert verdict(alerts(story, "2026-12-06T00:00:00Z")) == SATISFIED


def test_alert_closed_without_triage_was_missed() -> None:
    story = compared()
    story.alert("closed", at="2026-11-05T00:00:00Z")
    assert verdict(alerts(story, "2026-11-07T00:00:00Z")) == FAILS
    assert verdict(alerts(story, "2026-12-06T00:00:00Z")) == SATISFIED


def production(story: Story, plan: str, value: str | None, month: int, **common: object) -> str:
    period = {"begin": f"2026-0{month}-01T00:00:00Z", "end": f"2026-0{month + 1}-01T00:00:00Z"}
    common.setdefault("status", "completed" if value else "invalid")
    return story.measure(value, plan, **HERE, **period, **common)


def shipped() -> tuple[Story, str]:
    story, plan = planned()
    story.live()
    story.measure("0.90", plan)
    return story, plan


def test_open_alert_puts_a_watched_metric_under_review() -> None:
    story, _ = shipped()
    alert = story.alert("open")
    assert verdict(story.judge(FAIRNESS)) == SATISFIED
    result = story.judge(WATCHED)
    assert verdict(result) == CONTESTED
    assert badge(result) == ("warn", "under review")
    assert alert in result["why"]["evidence"]


def test_triaged_alert_keeps_it_under_review_and_closing_ends_it() -> None:
    story, _ = shipped()
    story.alert("triaged", triaged="2026-11-05T00:00:00Z")
    assert verdict(story.judge(WATCHED)) == CONTESTED
    story.alert("closed", triaged="2026-11-06T00:00:00Z")
    assert verdict(story.judge(WATCHED)) == SATISFIED


@pytest.mark.parametrize(
    ("theme", "watch", "expected"),
    [
        ("privacy", True, SATISFIED),
        ("privacy", ["privacy", "drift"], CONTESTED),
        ("privacy", ["any"], CONTESTED),
        (None, True, CONTESTED),
        ("any", True, CONTESTED),
    ],
)
def test_alert_counts_for_its_theme(theme: str | None, watch: object, expected: tuple) -> None:
    story, _ = shipped()
    story.alert("open", theme=theme)
    assert verdict(story.judge({**FAIRNESS, "watch": watch})) == expected


def test_alert_does_not_contest_what_was_never_measured() -> None:
    story, _ = planned()
    story.live()
    story.alert("open")
    assert verdict(story.judge(WATCHED)) == MISSING


def test_labels_that_confirm_a_breach_fail_the_release() -> None:
    story, plan = shipped()
    story.alert("open")
    production(story, plan, "0.60", 6)
    result = story.judge(WATCHED)
    assert verdict(result) == FAILS
    assert (
        "In production until 1 Jul 2026"
        in node(result["why"], "fairness")["elements"][1]["sentence"]
    )


def test_production_recovers_with_a_later_period_and_lists_the_earlier_failure() -> None:
    story, plan = shipped()
    failed = production(story, plan, "0.60", 5)
    production(story, plan, "0.90", 7)
    result = story.judge(FAIRNESS)
    assert verdict(result) == SATISFIED
    held = node(result["why"], "fairness")["elements"][1]["details"]
    assert [one["evidence"] for one in held["earlierFailing"]] == [[failed]]


def test_worst_attempt_of_the_latest_period_decides() -> None:
    story, plan = shipped()
    production(story, plan, "0.60", 7)
    production(story, plan, "0.90", 7)
    assert verdict(story.judge(FAIRNESS)) == FAILS


def test_period_arriving_late_but_observed_earlier_does_not_decide() -> None:
    story, plan = shipped()
    production(story, plan, "0.90", 7)
    production(story, plan, "0.60", 5)
    assert verdict(story.judge(FAIRNESS)) == SATISFIED


def test_later_period_without_a_valid_measurement_does_not_hide_a_failure() -> None:
    story, plan = shipped()
    production(story, plan, "0.60", 5)
    production(story, plan, None, 7)
    assert verdict(story.judge(FAIRNESS)) == FAILS


def field(story: Story, at: str = "2026-11-10T00:00:00Z", **changes: object) -> dict:
    return story.judge(FAIRNESS, at, scope="deployment", **changes)


def test_deployment_is_judged_by_production_not_by_tests() -> None:
    story, plan = shipped()
    assert verdict(field(story)) == MISSING
    production(story, plan, "0.90", 7)
    assert verdict(field(story)) == SATISFIED


def test_deployment_whose_latest_period_cannot_be_judged_is_insufficient() -> None:
    story, plan = shipped()
    production(story, plan, "0.90", 6)
    production(story, plan, None, 7)
    assert verdict(field(story)) == ("not-determined", "insufficient")


def test_production_goes_stale_from_the_end_of_the_latest_period() -> None:
    story, plan = shipped()
    production(story, plan, "0.90", 7)
    assert verdict(field(story, "2027-01-27T23:59:59Z")) == SATISFIED
    assert verdict(field(story, "2027-01-28T00:00:00Z")) == ("not-determined", "stale")


def test_batch_slice_is_judged_as_the_whole() -> None:
    story = registered()
    plan = story.plan({**CRITERION, "slice": "all"})
    story.approve(plan)
    story.live()
    production(story, plan, "0.60", 7, series={"slice": "batch:b-7"})
    assert verdict(field(story)) == FAILS


def test_production_of_another_systems_deployment_does_not_count() -> None:
    story, plan = shipped()
    story.measure("0.10", plan, scope=("deployment", "dep-9"), series={"target": f"sha256:{MODEL}"})
    assert verdict(story.judge(FAIRNESS)) == SATISFIED


def test_second_deployment_failing_fails_the_release() -> None:
    story, plan = shipped()
    story.live(id_="dep-2")
    production(story, plan, "0.90", 7)
    story.measure("0.10", plan, scope=("deployment", "dep-2"), at="2026-08-01T00:00:00Z")
    assert verdict(story.judge(FAIRNESS)) == FAILS


def test_production_is_left_out_when_the_rule_asks_for_tests_only() -> None:
    story, plan = shipped()
    production(story, plan, "0.10", 7)
    assert verdict(story.judge({**FAIRNESS, "data": "test"})) == SATISFIED


@pytest.mark.parametrize("interval", [None, 0, -5, True, "60"])
def test_monitor_without_an_interval_is_insufficient(interval: object) -> None:
    story = monitored(intervalSeconds=interval)
    assert verdict(watched(RUNS, story, "2026-11-05T00:00:00Z")) == (
        "not-determined",
        "insufficient",
    )


def test_invalid_attempt_beside_a_pass_leaves_the_period_judged() -> None:
    story, plan = shipped()
    production(story, plan, "0.90", 7)
    production(story, plan, None, 7)
    assert verdict(field(story)) == SATISFIED


def test_earlier_period_that_failed_once_is_listed_though_it_passed_again() -> None:
    story, plan = shipped()
    failed = production(story, plan, "0.60", 5)
    production(story, plan, "0.90", 5)
    production(story, plan, "0.90", 7)
    held = field(story)["why"]["elements"][0]["details"]
    assert held["earlierFailing"] == [
        {"from": "2026-05-01T00:00:00Z", "to": "2026-06-01T00:00:00.000000Z", "evidence": [failed]}
    ]


def test_periods_that_end_together_are_told_apart_by_their_beginning() -> None:
    story, plan = shipped()
    end = "2026-08-01T00:00:00Z"
    story.measure("0.60", plan, **HERE, begin="2026-06-01T00:00:00Z", end=end)
    story.measure("0.90", plan, **HERE, begin="2026-07-01T00:00:00Z", end=end)
    assert verdict(field(story)) == SATISFIED


def test_alert_without_a_deadline_is_insufficient() -> None:
    story = live()
    story.record("alert", "alert-1", {"openedAt": "2026-11-04T00:00:00Z"}, "open", **HERE)
    assert verdict(alerts(story, "2026-11-05T00:00:00Z")) == ("not-determined", "insufficient")


def test_alert_of_another_deployment_does_not_count() -> None:
    story, _ = shipped()
    fields = {"openedAt": "2026-11-04T00:00:00Z", "triageBy": "2026-11-05T00:00:00Z"}
    story.record("alert", "alert-9", fields, "open", scope=("deployment", "dep-9"))
    assert verdict(story.judge(WATCHED)) == SATISFIED


def test_failing_monitor_says_what_to_do_and_a_holding_one_asks_for_nothing() -> None:
    story = monitored()
    run(story, "2026-11-05T12:00:00Z", "no-data")
    result = watched(RUNS, story, "2026-11-05T12:30:00Z")
    assert "scheduled for 5 Nov 2026, 12:00 UTC is no data" in result["why"]["sentence"]
    assert [(one["act"], one["role"]) for one in result["waitingFor"]] == [("run", "developer")]
    run(story, "2026-11-06T12:00:00Z")
    assert watched(RUNS, story, "2026-11-06T12:30:00Z")["waitingFor"] == []


def test_under_review_says_how_many_alerts_are_open() -> None:
    story, _ = shipped()
    story.alert("open")
    sentence = story.judge(WATCHED)["why"]["sentence"]
    assert sentence.startswith("Under review: 1 alert open in production")


def test_alerts_element_speaks_of_the_first_trouble() -> None:
    story = live()
    story.alert("triaged", "alert-0", triaged="2026-11-05T00:00:00Z")
    story.alert("open")
    sentence = alerts(story, "2026-11-07T00:00:00Z")["why"]["sentence"]
    assert sentence == (
        "The alert of 4 Nov 2026 was to be triaged by 6 Nov 2026, 00:00 UTC and is not."
    )


def test_a_longer_interval_does_not_cure_a_slot_that_was_due() -> None:
    story = monitored()
    run(story, "2026-11-05T12:00:00Z")
    month = {"intervalSeconds": 31 * 86_400, "graceSeconds": 3_600}
    story.record("monitor", "mon-1", month, **HERE, at="2026-11-20T00:00:00Z")
    assert verdict(watched(RUNS, story, "2026-11-20T00:00:01Z")) == FAILS
    run(story, "2026-11-20T12:00:00Z", revision=2)
    assert verdict(watched(RUNS, story, "2026-11-30T00:00:00Z")) == SATISFIED


def test_no_alert_proves_nothing_before_a_run_was_completed() -> None:
    story = monitored()
    assert verdict(watched(ALERTS, story, "2026-11-04T00:00:00Z")) == MISSING
    run(story, "2026-11-04T12:00:00Z", "no-data")
    assert verdict(watched(ALERTS, story, "2026-11-04T13:00:00Z")) == MISSING
    run(story, "2026-11-05T12:00:00Z")
    assert verdict(watched(ALERTS, story, "2026-11-05T13:00:00Z")) == SATISFIED
