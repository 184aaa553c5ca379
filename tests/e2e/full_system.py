"""A system that has been through every room: tests look at its pages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from demo.story import judgements as said
from governance.assessment.actions import approvals, documents, findings, statements
from governance.assessment.models import ApprovalRequest
from governance.evidence.scope import unit_scope
from governance.gates.actions import ask_gate, request_release_approval
from governance.identity.actions import create_token
from governance.registry import actions as registry
from governance.work import runner
from governance.work.actions import write_comment
from governance.work.models import Job, JobState
from monitoring.models import Alert
from risk.watching import watch_risk
from tests.cast import PROFILE, Cast
from tests.lineage.pipeline import TRAINING, event, post, preparation, training
from tests.monitoring.places import Places, make_places
from tests.monitoring.watched import Watched, in_months, labels, make_watched, people
from tests.reports.making import make_report
from tests.risk.writing import treat, write

TODAY: date = datetime.now(UTC).date()
IN_TWO_MONTHS = TODAY + timedelta(days=60)
FAIRNESS = "MEASURE 2.11"


def make_full_system(cast: Cast) -> Watched:
    """Everything a page can show, made by the verbs that pages, pipeline and workers use."""
    places = make_places(cast)
    propose_another_system(cast)
    trace(cast, places)
    places.evaluate(places.approve(places.write_plan()))
    cast.judge()
    ask_gate(places.release, "production", by=cast.by("owen"))
    judge_release(cast, places)
    answer_for_organisation(cast)
    release(cast, places)
    watched = watch(places)
    enter_risks(cast)
    ask_for_more(cast, watched)
    finish(cast)
    make_report(cast)
    return watched


def propose_another_system(cast: Cast) -> None:
    registry.register_system(
        cast.organisation,
        "Letter sorting (test)",
        role="deployer",
        tier="minimal",
        tier_reason="Sorts incoming letters by department.",
        profile={**PROFILE, "purpose": "Sorts incoming letters"},
        owner=cast.person("dev"),
        by=cast.by("dev"),
    )


def trace(cast: Cast, places: Places) -> None:
    model = places.release.manifest["models"][0]["digest"]
    begun = event("START", 60, "train", TRAINING)
    events = [*preparation(), *training(model), begun, event("FAIL", 61, "train", TRAINING)]
    post(cast, events)
    finish(cast)


def judge_release(cast: Cast, places: Places) -> None:
    """Opinion, conclusion, finding, action and exception, as in the story."""
    release = places.release
    texts = {name: said.FINDING[name] for name in ("criterion", "condition", "cause", "effect")}
    statements.give_opinion(
        release, "fit-with-findings", said.OPINION, said.OPINION_TESTS, by=cast.by("vera")
    )
    verdict, reason = said.VALIDATOR_CONCLUSIONS[FAIRNESS]
    statements.conclude(
        release.scope, FAIRNESS, verdict, reason, role="validator", by=cast.by("vera"),
        target_digest=release.digest, authors=sorted(release.authors),
    )  # fmt: skip
    finding = findings.raise_finding(
        cast.system, said.FINDING["title"], texts, severity="high", owner=cast.person("owen"),
        due_on=IN_TWO_MONTHS, by=cast.by("vera"), release=release, requirement="MAP 2.3",
    )  # fmt: skip
    findings.plan_action(
        finding, said.ACTION, cast.person("dev"), IN_TWO_MONTHS, by=cast.by("owen")
    )
    findings.request_exception(
        release, [FAIRNESS], reason=said.EXCEPTION_REASON, expires_on=IN_TWO_MONTHS,
        compensating_control=said.EXCEPTION_CONTROL, by=cast.by("owen"),
    )  # fmt: skip
    decide(cast, "exception", said.EXCEPTION_GRANT, "dana")


def decide(cast: Cast, kind: str, reason: str, by: str, **changes: Any) -> None:
    asked = ApprovalRequest.objects.get(subject_kind=kind, state="open")
    outcome = "approved-with-conditions" if changes else "approved"
    approvals.decide(asked, outcome, reason, by=cast.by(by), **changes)


def answer_for_organisation(cast: Cast) -> None:
    upload = registry.receive_upload(
        cast.organisation, "document", "ai-policy.pdf", [b"%PDF-1.7 (test)"], by=cast.by("dana")
    )
    documents.attach_document(
        cast.organisation, "ai-policy", "AI policy of the service", upload=upload,
        valid_from=TODAY, valid_until=TODAY + timedelta(days=365), by=cast.by("dana"),
    )  # fmt: skip
    decide(cast, "document", "Read, and in line with what was resolved.", "erin")
    statements.make_statement(
        unit_scope(cast.organisation), "GOVERN 3.1", met=False, role="officer",
        text="Nobody affected by the decisions takes part in them yet.", by=cast.by("dana"),
    )  # fmt: skip
    documents.record_not_applicable(
        cast.system.unit,
        "MEASURE 2.12",
        "Runs on a server that is there anyway.",
        by=cast.by("dana"),
    )
    statements.assign(
        cast.system.unit, [FAIRNESS, "MAP 2.3"], cast.person("owen"), IN_TWO_MONTHS,
        by=cast.by("dana"),
    )  # fmt: skip


def release(cast: Cast, places: Places) -> None:
    request_release_approval(places.release, "production", "executive", by=cast.by("owen"))
    decide(cast, "release", said.DECISION, "erin", conditions=said.CONDITIONS)
    cast.judge()
    ask_gate(places.release, "production", by=cast.by("owen"))


def watch(places: Places) -> Watched:
    """Live, with three batches: the last one has ages in months."""
    watched = make_watched(places)
    first = watched.batch(people(21))
    watched.run()
    watched.label(first, labels(21))
    watched.batch(people(22))
    watched.run()
    watched.batch(in_months(people(23)), note="Ages in months: an error made for the test")
    watched.run()
    assert Alert.objects.filter(state="open").exists()
    return watched


def enter_risks(cast: Cast) -> None:
    risk = treat(cast, write(cast))
    watch_risk(
        risk, "Offer rates of the sexes", check="selection_rate_ratio", slice_="SEX",
        direction="below", amber=Decimal("0.9"), red=Decimal("0.8"), by=cast.by("owen"),
    )  # fmt: skip
    write(cast, title="Letters go to an old address", likelihood=2, impact=3)


def ask_for_more(cast: Cast, watched: Watched) -> None:
    create_token(cast.system.unit, "nightly pipeline", ["gate.ask"], 30, by=cast.by("dev"))
    write_comment(
        cast.system.unit, "ai-system", cast.system.pk, "Who reads the monthly figures?",
        by=cast.by("vera"),
    )  # fmt: skip
    ask_gate_later(cast, watched.places)


def ask_gate_later(cast: Cast, places: Places) -> None:
    """The gate of today, with the open alert."""
    cast.judge()
    ask_gate(places.release, "production", by=cast.by("owen"))


def finish(cast: Cast) -> None:
    """Sequence and run every job until none is left, as sequencer and workers do."""
    for _ in range(20):
        cast.sequence()
        jobs = Job.objects.filter(state=JobState.READY)
        if not jobs:
            return
        for job in jobs.order_by("created_at"):
            runner.run(job.pk)
