"""Records: the newest revision counts, complete, in its state, approved by a second person, in date."""

from __future__ import annotations

from typing import Any

from tests.assessment.rules_story import (
    EXECUTIVE,
    OFFICER,
    OWNER,
    RELEASE,
    SYSTEM,
    Story,
    node,
    registered,
    verdict,
)

SATISFIED = ("satisfied", None)
MISSING = ("not-determined", "missing")
INSUFFICIENT = ("not-determined", "insufficient")
STALE = ("not-determined", "stale")
OVERSIGHT = {"form": "record", "id": "oversight", "label": "Oversight plan", "kind": "document"}


def rule(**changes: object) -> dict:
    return {**OVERSIGHT, **changes}


def document(story: Story, id_: str = "doc-1", state: str = "in-force", **common: Any) -> str:
    fields = common.pop("fields", {"topic": "oversight"})
    return story.record("document", id_, fields, state, **common)


def test_record_at_the_target_satisfies() -> None:
    story = registered()
    made = document(story)
    result = story.judge(rule())
    assert verdict(result) == SATISFIED
    assert result["basis"] == "record"
    assert result["why"]["evidence"] == [made]


def test_missing_record_names_what_would_fill_it_and_who() -> None:
    result = registered().judge(rule(where={"topic": "oversight"}, complete=["person", "means"]))
    assert verdict(result) == MISSING
    assert result["waitingFor"] == [
        {
            "what": "Attach a document on the topic “Oversight plan” (MEASURE 2.11), with person and means.",
            "role": "owner",
            "act": "record",
            "element": "oversight",
        }
    ]


def test_newest_revision_by_index_is_the_present() -> None:
    story = registered()
    document(story, fields={"person": "Ann"})
    document(story, fields={"person": ""})
    result = story.judge(rule(complete=["person"]))
    assert verdict(result) == INSUFFICIENT
    assert "it lacks person" in result["why"]["sentence"]


def test_false_and_zero_fill_a_field_but_blanks_and_empty_lists_do_not() -> None:
    story = registered()
    document(story, fields={"a": False, "b": 0, "c": "  ", "d": [], "e": None, "f": {}})
    sentence = story.judge(rule(complete=["a", "b", "c", "d", "e", "f"]))["why"]["sentence"]
    assert "it lacks c, d, e and f." in sentence


def test_where_compares_values_and_types() -> None:
    story = registered()
    document(story, fields={"topic": "oversight", "public": 1})
    assert verdict(story.judge(rule(where={"topic": "oversight", "public": 1}))) == SATISFIED
    assert verdict(story.judge(rule(where={"public": True}))) == MISSING
    assert verdict(story.judge(rule(where={"topic": "roles"}))) == MISSING


def test_record_in_another_state_is_insufficient() -> None:
    story = registered()
    document(story, state="proposed")
    result = story.judge(rule(states=["in-force"]))
    assert verdict(result) == INSUFFICIENT
    assert "it is proposed, not in force" in result["why"]["sentence"]


def test_withdrawn_record_does_not_count_unless_asked_for() -> None:
    story = registered()
    document(story, state="withdrawn")
    assert verdict(story.judge(rule())) == MISSING
    assert verdict(story.judge(rule(states=["withdrawn"]))) == SATISFIED


def test_approval_by_a_second_person_is_needed() -> None:
    story = registered()
    made = document(story)
    assert verdict(story.judge(rule(approved=True))) == INSUFFICIENT
    story.approve(made, person=OWNER)
    assert verdict(story.judge(rule(approved=True))) == INSUFFICIENT
    approval = story.approve(made)
    result = story.judge(rule(approved=True))
    assert verdict(result) == SATISFIED
    assert approval in result["why"]["evidence"]


def test_unapproved_record_waits_for_the_approver() -> None:
    story = registered()
    document(story)
    waiting = story.judge(rule(approved=True, approver="executive"))["waitingFor"]
    assert [(one["act"], one["role"]) for one in waiting] == [("approval", "executive")]


def test_approver_must_act_in_the_role_asked_for() -> None:
    story = registered()
    made = document(story)
    asked = rule(approved=True, approver="executive")
    story.approve(made)
    assert verdict(story.judge(asked)) == INSUFFICIENT
    story.approve(made, person=EXECUTIVE, role="executive")
    assert verdict(story.judge(asked)) == SATISFIED


def test_record_edited_after_approval_is_stale() -> None:
    story = registered()
    story.approve(document(story))
    document(story, fields={"topic": "oversight", "person": "Ann"})
    result = story.judge(rule(approved=True))
    assert verdict(result) == STALE
    assert "changed after its approval" in result["why"]["sentence"]


def test_moving_an_approved_record_to_a_state_keeps_its_approval() -> None:
    story = registered()
    story.approve(document(story, state="proposed"))
    document(story, state="in-force", author=OFFICER)
    assert verdict(story.judge(rule(approved=True, states=["in-force"]))) == SATISFIED


def test_revoked_approval_is_said() -> None:
    story = registered()
    made = document(story)
    story.approve(made)
    story.approve(made, "revoked")
    result = story.judge(rule(approved=True))
    assert verdict(result) == INSUFFICIENT
    assert "its approval was revoked on 3 Nov 2026" in result["why"]["sentence"]


def test_approval_past_its_validity_is_stale() -> None:
    story = registered()
    story.approve(document(story), validUntil="2026-11-09T00:00:00Z")
    assert verdict(story.judge(rule(approved=True), "2026-11-08T00:00:00Z")) == SATISFIED
    assert verdict(story.judge(rule(approved=True))) == STALE


def test_release_approved_by_its_own_digest_counts() -> None:
    story = registered()
    asked = {**rule(kind="release", approved=True, approver="executive")}
    assert verdict(story.judge(asked)) == INSUFFICIENT
    story.approve("", subject=RELEASE, person=EXECUTIVE, role="executive")
    assert verdict(story.judge(asked)) == SATISFIED


def test_validity_passed_is_stale_and_said_ahead() -> None:
    story = registered()
    document(story, valid_until="2026-11-20T00:00:00Z")
    result = story.judge(rule())
    assert verdict(result) == SATISFIED
    assert result["changesAt"] == "2026-11-20T00:00:00.000000Z"
    assert verdict(story.judge(rule(), "2026-11-20T00:00:00Z")) == STALE


def test_freshness_counts_from_valid_from() -> None:
    story = registered()
    document(story, valid_from="2026-01-01T00:00:00Z")
    assert verdict(story.judge(rule(), "2026-06-29T23:59:59Z")) == SATISFIED
    assert verdict(story.judge(rule(), "2026-06-30T00:00:00Z")) == STALE


def test_revision_valid_from_later_leaves_the_earlier_one_in_effect() -> None:
    story = registered()
    document(story, fields={"person": "Ann"})
    document(story, fields={"person": ""}, valid_from="2026-12-01T00:00:00Z")
    asked = rule(complete=["person"])
    assert verdict(story.judge(asked)) == SATISFIED
    assert verdict(story.judge(asked, "2026-12-01T00:00:00Z")) == INSUFFICIENT


def test_one_of_several_records_is_enough_unless_each_is_asked() -> None:
    story = registered()
    document(story, "doc-1", fields={"person": "Ann"})
    document(story, "doc-2", fields={"person": ""})
    assert verdict(story.judge(rule(complete=["person"]))) == SATISFIED
    result = story.judge(rule(complete=["person"], each=True))
    assert verdict(result) == INSUFFICIENT
    assert "1 of 2 documents falls short" in result["why"]["sentence"]


def test_each_of_nothing_is_missing_unless_none_is_needed() -> None:
    story = registered()
    assert verdict(story.judge(rule(each=True))) == MISSING
    assert verdict(story.judge(rule(each=True, min=0))) == SATISFIED


def test_minimum_counts_conforming_records() -> None:
    story = registered()
    document(story, "doc-1")
    assert verdict(story.judge(rule(min=2))) == MISSING
    document(story, "doc-2", state="proposed")
    assert verdict(story.judge(rule(min=2, states=["in-force"]))) == INSUFFICIENT
    document(story, "doc-2")
    assert verdict(story.judge(rule(min=2, states=["in-force"]))) == SATISFIED


def test_failing_field_value_fails_and_never_goes_stale() -> None:
    story = registered()
    document(story, fields={"outcome": "refused"})
    asked = rule(fails={"outcome": ["refused", "lapsed"]})
    result = story.judge(asked, "2036-01-01T00:00:00Z")
    assert verdict(result) == ("not-satisfied", None)
    assert "its outcome is refused" in result["why"]["sentence"]


def test_record_of_the_system_counts_for_a_release_only_when_asked_there() -> None:
    story = registered()
    document(story, scope=("system", SYSTEM))
    assert verdict(story.judge(rule())) == MISSING
    assert verdict(story.judge(rule(at="system"))) == SATISFIED


def test_record_of_another_system_does_not_count() -> None:
    story = registered()
    document(story, scope=("release", "rel-9"))
    document(story, scope=("system", "sys-9"))
    assert verdict(story.judge(rule())) == MISSING
    assert verdict(story.judge(rule(at="system"))) == MISSING


def test_record_of_the_organisation_is_found_from_below() -> None:
    story = registered()
    document(story, scope=("organisation", "org-1"))
    assert verdict(story.judge(rule(at="organisation"))) == SATISFIED


def test_record_of_a_release_is_found_from_its_system() -> None:
    story = registered()
    document(story)
    assert verdict(story.judge(rule(at="release"), scope="system")) == SATISFIED


def test_record_that_names_a_component_counts_for_the_release() -> None:
    story = registered()
    story.record(
        "artefact-admission",
        "up-1",
        {"kind": "model"},
        "admitted",
        subjects=["a" * 64],
        scope=("system", SYSTEM),
    )
    assert verdict(story.judge(rule(kind="artefact-admission", states=["admitted"]))) == SATISFIED


def test_why_lists_each_record_with_its_problem() -> None:
    story = registered()
    document(story, "doc-1", fields={"person": ""})
    held = node(story.judge(rule(complete=["person"]))["why"], "oversight")["details"]
    assert held["records"][0]["problem"] == "it lacks person"
    assert held["conforming"] == 0


def test_soonest_end_among_the_deciding_records_is_shown() -> None:
    story = registered()
    document(story, "doc-1", valid_until="2026-12-01T00:00:00Z")
    document(story, "doc-2", valid_until="2026-11-20T00:00:00Z")
    details = story.judge(rule(min=2))["why"]["details"]
    assert details["freshUntil"] == "2026-11-20T00:00:00.000000Z"


def test_unapproved_record_says_by_whom_it_is_to_be_approved() -> None:
    story = registered()
    document(story)
    sentence = story.judge(rule(approved=True, approver="executive"))["why"]["sentence"]
    assert "it is not approved by the executive" in sentence
