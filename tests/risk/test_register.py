from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.assessment.actions import approvals
from governance.assessment.models import ApprovalRequest, Result
from governance.evidence.models import Evidence
from governance.identity.errors import Conflict, Forbidden, InvalidInput, NotFound
from governance.work.actions import enqueue
from governance.work.models import Notification
from governance.work.runner import run
from risk import actions
from risk.models import Risk
from tests.cast import Cast
from tests.environment.by_hand import by_hand
from tests.risk.writing import TEXTS, next_quarter, treat, write

RISK_OUTCOMES = ("MANAGE 1.2", "MANAGE 1.3", "MANAGE 1.4", "MAP 5.1")


def determination(cast: Cast, requirement: str) -> str:
    return Result.objects.get(requirement=requirement, unit=cast.system.unit).determination


def test_a_risk_states_itself_at_its_system(cast: Cast, risk: Risk) -> None:
    stated = Evidence.objects.of_record(risk.pk).get()
    assert (stated.scope_type, stated.scope_id) == ("system", cast.system.pk)
    assert stated.fields["level"] == "high"
    assert stated.fields["treatment"] is None


def test_the_second_risk_of_a_system_is_number_two(cast: Cast, risk: Risk) -> None:
    assert write(cast, title="Drift").number == 2


def test_an_untreated_risk_leaves_the_responses_open(cast: Cast, risk: Risk) -> None:
    cast.judge()
    assert determination(cast, "MAP 5.1") == "satisfied"
    assert determination(cast, "MANAGE 1.3") == "not-determined"


def test_treated_risks_satisfy_what_the_baseline_asks_of_the_register(
    cast: Cast, risk: Risk
) -> None:
    treat(cast, risk)
    cast.judge()
    assert {determination(cast, one) for one in RISK_OUTCOMES} == {"satisfied"}


def test_a_second_risk_without_treatment_opens_them_again(cast: Cast, risk: Risk) -> None:
    treat(cast, risk)
    write(cast, title="Drift")
    cast.judge()
    assert determination(cast, "MANAGE 1.2") == "not-determined"


def test_what_remains_cannot_exceed_what_was(cast: Cast, risk: Risk) -> None:
    with pytest.raises(InvalidInput, match="cannot be rated above"):
        treat(cast, risk, residual_impact=5)


def test_a_rating_outside_the_scale_is_refused(cast: Cast) -> None:
    with pytest.raises(InvalidInput, match="1 to 5"):
        write(cast, likelihood=6)


def test_an_unknown_requirement_is_refused(cast: Cast) -> None:
    with pytest.raises(NotFound, match="MAP 9.9"):
        write(cast, requirements=["MAP 9.9"])


def test_a_review_day_in_the_past_is_refused(cast: Cast) -> None:
    with pytest.raises(InvalidInput, match="day to come"):
        write(cast, review_on=timezone.now().date())


def test_a_validator_does_not_write_risks(cast: Cast) -> None:
    with pytest.raises(Forbidden, match="Owner or Developer|Compliance officer"):
        write(cast, by="vera")


def test_only_a_treated_risk_can_be_accepted(cast: Cast, risk: Risk) -> None:
    with pytest.raises(Conflict, match="Choose a treatment"):
        actions.accept_risk(risk, "Bounded.", by=cast.by("owen"))


def ask(cast: Cast, risk: Risk) -> ApprovalRequest:
    return actions.accept_risk(treat(cast, risk), "Small and watched.", by=cast.by("owen"))


def test_the_executive_accepts_what_remains(cast: Cast, risk: Risk) -> None:
    approvals.decide(ask(cast, risk), "approved", "Bounded.", by=cast.by("erin"))
    risk.refresh_from_db()
    stated = Evidence.objects.of_record(risk.pk).first()
    assert stated and (risk.state, stated.state) == ("accepted", "accepted")


def test_the_acceptance_binds_the_words_that_were_asked(cast: Cast, risk: Risk) -> None:
    request = ask(cast, risk)
    approvals.decide(request, "approved", "Bounded.", by=cast.by("erin"))
    asked, accepted = reversed(Evidence.objects.of_record(risk.pk)[:2])
    assert request.subject_digest == asked.subjects[0]
    assert asked.fields == accepted.fields


def test_who_wrote_a_risk_does_not_accept_it(cast: Cast, risk: Risk) -> None:
    request = ask(cast, risk)
    assert cast.person("owen").pk in request.barred
    assert cast.person("dev").pk in request.barred
    with pytest.raises(Forbidden, match="somebody else decides"):
        approvals.decide(request, "approved", "Mine.", by=cast.by("owen"))


def test_an_edit_makes_an_open_question_stale(cast: Cast, risk: Risk) -> None:
    request = ask(cast, risk)
    actions.edit_risk(
        risk,
        "Proxy target, reworded",
        TEXTS,
        likelihood=4,
        impact=4,
        owner=cast.person("dev"),
        review_on=next_quarter(),
        by=cast.by("owen"),
    )
    request.refresh_from_db()
    assert request.state == "stale"
    with pytest.raises(Conflict):
        approvals.decide(request, "approved", "Late.", by=cast.by("erin"))


def test_a_review_keeps_the_acceptance(cast: Cast, risk: Risk) -> None:
    approvals.decide(ask(cast, risk), "approved", "Bounded.", by=cast.by("erin"))
    later = timezone.now().date() + timedelta(days=120)
    held = actions.review_risk(risk, later, by=cast.by("owen"))
    stated = Evidence.objects.of_record(risk.pk).first()
    assert (held.state, held.review_on) == ("accepted", later)
    assert stated and stated.predicate["validUntil"].startswith(
        (later + timedelta(days=1)).isoformat()
    )


def test_its_author_cannot_withdraw_a_risk(cast: Cast) -> None:
    risk = write(cast, by="dana")
    with pytest.raises(Forbidden, match="other than its author"):
        actions.withdraw_risk(risk, "Gone.", by=cast.by("dana"))


def test_a_withdrawn_risk_is_no_longer_asked_about(cast: Cast, risk: Risk) -> None:
    treat(cast, write(cast, title="Drift"))
    actions.withdraw_risk(risk, "The target was changed.", by=cast.by("dana"))
    cast.judge()
    assert determination(cast, "MANAGE 1.2") == "satisfied"


def test_the_owner_is_told_once_that_a_review_is_due(cast: Cast) -> None:
    risk = write(cast)
    with by_hand():
        Risk.objects.filter(pk=risk.pk).update(review_on=timezone.now().date() + timedelta(days=2))
    for _ in range(2):
        assert run(enqueue("risk.remind", {}).pk) == "done"
    told = Notification.objects.get(kind="review_due")
    assert (told.person, told.url) == (risk.owner, risk.get_absolute_url())
    assert str(risk) in told.title
