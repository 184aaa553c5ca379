"""The metric form against a second, naive implementation that reads the log line by line."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.assessment.rules_story import CRITERION, FAIRNESS, OFFICER, OWNER, Story, registered

AT = "2026-11-10T00:00:00Z"
NOW = datetime(2026, 11, 10, tzinfo=UTC)
DAYS = ["2026-04-01T00:00:00Z", "2026-09-01T00:00:00Z", "2026-12-01T00:00:00Z"]
RULE = {**FAIRNESS, "data": "test"}
ORDER = ("fails", "insufficient", "stale", "missing")
COMPARE = {">=": lambda a, b: a >= b, "<": lambda a, b: a < b}


def predicates(leaves: list[dict], kind: str) -> list[dict]:
    """Predicates of one type that had happened, each with its index and first subject."""
    found = []
    for leaf in leaves:
        statement = leaf["statement"]
        if statement["predicateType"] != f"urn:muniment:predicate:{kind}:v1":
            continue
        subject = statement["subject"][0]["digest"]["sha256"] if statement["subject"] else ""
        own = {"index": leaf["index"], "subject": subject, "revoked": leaf.get("revoked", False)}
        found.append({**statement["predicate"], **own})
    return found


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def naive(leaves: list[dict], assurance: str | None = None) -> str:
    plans = [p for p in predicates(leaves, "record") if p["kind"] == "evaluation-plan"]
    approvals = [a for a in predicates(leaves, "approval") if moment(a["producedAt"]) <= NOW]
    runs = [m for m in predicates(leaves, "measurement") if moment(m["observed"]["to"]) <= NOW]
    states = []
    for name in {p["record"]["id"] for p in plans}:
        revisions = [p for p in plans if p["record"]["id"] == name]
        states += of_plan(revisions, approvals, [with_weakness(r, assurance) for r in runs], leaves)
    if not states:
        return "missing"
    return next((one for one in ORDER if one in states), "holds")


def with_weakness(run: dict, assurance: str | None) -> dict:
    """A run knows whether it is less sure than is asked for."""
    weak = assurance == "computed-here" and run["assurance"] == "computed-elsewhere"
    return {**run, "weak": weak}


def of_plan(revisions: list, approvals: list, runs: list, leaves: list) -> list[str]:
    begun = [p for p in revisions if moment(p["producedAt"]) <= NOW]
    texts: dict[str, list] = {}
    for revision in revisions:
        texts.setdefault(text_of(revision), []).append(revision)
    valid = {key: valid_approvals(same, approvals) for key, same in texts.items()}
    approved = [p for p in begun if any(end is None for _, end in valid[text_of(p)])]
    current = text_of(approved[-1]) if approved else None
    if begun and begun[-1]["record"]["state"] == "withdrawn":
        current = None
    states = []
    for key in {text_of(p) for p in begun}:
        state = of_text(texts[key], valid[key], runs, leaves)
        if key == current or state == "fails":
            states.append(state)
    return states


def text_of(revision: dict) -> str:
    criterion = revision["fields"]["criteria"][0]
    return " ".join(criterion[part] for part in ("comparator", "threshold", "use"))


def valid_approvals(same: list, approvals: list) -> list[tuple[int, int | None]]:
    """(index, index of the act that took it back) of each approval that counts."""
    mine = [a for a in approvals if a["subject"] in {p["subject"] for p in same}]
    found = []
    for one in mine:
        if one["outcome"] not in ("approved", "approved-with-conditions"):
            continue
        if one["person"] == same[0]["author"] or one["person"] in one["barred"]:
            continue
        if one["revoked"]:
            continue
        ends = [
            later["index"]
            for later in mine
            if later["index"] > one["index"]
            and (
                later["outcome"] == "revoked"
                or (
                    later["outcome"] in ("returned", "rejected")
                    and later["request"] == one["request"]
                )
            )
        ]
        found.append((one["index"], min(ends, default=None)))
    return found


def of_text(same: list, valid: list, runs: list, leaves: list) -> str:
    criterion = same[0]["fields"]["criteria"][0]
    digests = {p["subject"] for p in same}
    passes, short, failed = [], False, False
    for run in runs:
        if not run["plan"] or run["plan"]["digest"] not in digests or replaced(run, leaves):
            continue
        before = [
            (i, end) for i, end in valid if i < run["index"] and (end is None or end > run["index"])
        ]
        if not before:
            continue
        outcome = held(run, criterion)
        failed = failed or outcome is False
        if any(end is None for _, end in before) and not run["revoked"]:
            short = short or outcome is None or (outcome is True and run["weak"])
            if outcome is True and not run["weak"]:
                passes.append(moment(run["observed"]["to"]))
    if failed:
        return "fails"
    if passes:
        return "stale" if max(passes) + timedelta(days=90) <= NOW else "holds"
    return "insufficient" if short else "missing"


def held(run: dict, criterion: dict) -> bool | str | None:
    """True, False, None for too little, "invalid"."""
    if run["run"]["status"] != "completed" or run["value"]["value"] == "NaN":
        return "invalid"
    if run["value"]["n"] < criterion["minimumSample"]:
        return None
    number = run["value"]["value" if criterion["use"] == "point" else criterion["use"]]
    if number is None:
        return None
    return bool(
        COMPARE[criterion["comparator"]](Fraction(number), Fraction(criterion["threshold"]))
    )


def replaced(run: dict, leaves: list[dict]) -> bool:
    for later in predicates(leaves, "measurement"):
        link = later["supersedes"]
        if (
            link
            and not later["revoked"]
            and link["id"] == run["id"]
            and link["reasonDigest"]
            and later["index"] > run["index"]
        ):
            same = later["series"] == run["series"] and later["plan"] == run["plan"]
            if same and moment(later["producedAt"]) <= NOW:
                return True
    return False


@st.composite
def logs(draw: st.DrawFn) -> Story:
    story = registered()
    plans = [story.plan({**CRITERION, "use": "lower"}, at=DAYS[0])]
    story.approve(plans[0], at=DAYS[0])
    for _ in range(draw(st.integers(2, 14))):
        step = draw(st.sampled_from("pppaaaammmmmmm"))
        at = draw(st.sampled_from(DAYS[:2] * 2 + DAYS))
        if step == "p":
            plans.append(add_plan(draw, story, at))
        elif step == "a":
            add_approval(draw, story, plans, at)
        else:
            add_run(draw, story, plans, at)
    return story


def add_plan(draw: st.DrawFn, story: Story, at: str) -> str:
    comparator, threshold = draw(st.sampled_from([(">=", "0.80"), (">=", "0.5"), ("<", "0.8")]))
    changes = {"comparator": comparator, "threshold": threshold}
    use = draw(st.sampled_from(["point", "lower"]))
    made = story.plan(
        {**CRITERION, **changes, "use": use},
        id_=draw(st.sampled_from(["plan-1", "plan-1", "plan-2"])),
        state=draw(st.sampled_from(["active", "active", "active", "withdrawn"])),
        author=draw(st.sampled_from([OWNER, OFFICER])),
        at=at,
    )
    if draw(st.integers(0, 2)):
        story.approve(made, at=at)
    return made


def add_approval(draw: st.DrawFn, story: Story, plans: list[str], at: str) -> None:
    outcome = draw(
        st.sampled_from(["approved", "approved", "approved-with-conditions", "returned", "revoked"])
    )
    barred = draw(st.sampled_from([[], [], [OFFICER]]))
    person = draw(st.sampled_from([OFFICER, OWNER]))
    plan, revoked = draw(st.sampled_from(plans)), draw(st.integers(0, 7)) == 0
    story.approve(plan, outcome, person=person, barred=barred, at=at, revoked=revoked)


def add_run(draw: st.DrawFn, story: Story, plans: list[str], at: str) -> None:
    earlier = [
        leaf["statement"]["predicate"]["id"]
        for leaf in story.leaves
        if leaf["statement"]["predicateType"].endswith("measurement:v1")
    ]
    link = None
    if earlier and draw(st.integers(0, 3)) == 0:
        link = {
            "id": draw(st.sampled_from(earlier)),
            "reasonDigest": draw(st.sampled_from([None, "9" * 64])),
        }
    value = draw(st.sampled_from(["0.4", "0.6", "0.80", "0.85", "0.9", "0.9", "0.95", "NaN", None]))
    number = {
        "lower": draw(st.sampled_from(["0.4", "0.8", "0.8", None])),
        "n": draw(st.sampled_from([199, 200, 900, 900])),
    }
    story.measure(
        value,
        draw(st.sampled_from([*plans[:1] * 3, *plans, None])),
        at=at,
        status="completed" if value else "invalid",
        supersedes=link,
        held=number,
        assurance=draw(st.sampled_from(["computed-here", "computed-here", "computed-elsewhere"])),
        revoked=draw(st.integers(0, 5)) == 0,
    )


SEEN: Counter[str] = Counter()


@settings(
    max_examples=400, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)
@given(logs(), st.sampled_from([None, "computed-here", "computed-elsewhere"]))
def compare(story: Story, assurance: str | None) -> None:
    rule = {**RULE, "assurance": assurance} if assurance else RULE
    result = story.judge(rule, AT, fresh_days=90)
    expected = naive(story.leaves, assurance)
    SEEN[expected] += 1
    told = {"satisfied": "holds", "not-satisfied": "fails"}.get(
        result["determination"], result["reason"]
    )
    assert told == expected


def test_metric_form_agrees_with_a_naive_reading_of_the_log() -> None:
    SEEN.clear()
    compare()
    assert set(SEEN) == {"holds", "fails", "missing", "insufficient", "stale"}
