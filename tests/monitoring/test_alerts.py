from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from governance.evidence.models import Evidence
from governance.identity.errors import Conflict, Forbidden, InvalidInput
from governance.work import runner
from governance.work.actions import enqueue
from governance.work.models import Notification
from monitoring import actions
from monitoring.bearing import bears_on, consequence
from monitoring.models import Alert
from monitoring.watching.measuring import figure_words
from tests.monitoring.places import Places
from tests.monitoring.watched import Watched, in_months, make_watched, people
from tests.pages.browse import html_of, signed_in


def alarmed(watched: Watched) -> Alert:
    """A batch with the unit error was compared."""
    watched.batch(in_months(people(7)))
    watched.run()
    return Alert.objects.get(subject="AGEP")


def triage_all(watched: Watched) -> None:
    for alert in Alert.objects.all():
        actions.triage_alert(alert, "A unit error in the delivery.", by=watched.cast.by("owen"))


def test_an_alert_is_a_signed_record_with_a_time_by_which_it_is_triaged(watched: Watched) -> None:
    alert = alarmed(watched)
    stated = Evidence.objects.of_record(alert.pk).get()
    assert (stated.kind, stated.state, stated.scope_id) == ("alert", "open", watched.deployment.pk)
    assert alert.triage_by - alert.opened_at == timedelta(days=3)
    assert stated.fields["about"] == "AGEP"


def test_the_owner_and_the_officer_are_told_once(watched: Watched) -> None:
    alert = alarmed(watched)
    watched.batch(in_months(people(8)))
    watched.run()
    told = Notification.objects.filter(kind="alert_opened", url=alert.get_absolute_url())
    assert {notice.person.name for notice in told} == {"owen (test)", "dana (test)"}
    assert told.count() == 2


def test_the_same_column_again_counts_the_same_alert_up(watched: Watched) -> None:
    alert = alarmed(watched)
    watched.batch(in_months(people(8)))
    run = watched.run()
    again = Alert.objects.get(subject="AGEP")
    assert (again.pk, again.count, again.last_batch) == (alert.pk, 2, run.batch)
    assert Evidence.objects.of_record(alert.pk).count() == 2


def test_an_open_alert_holds_manage_4_1_until_its_triage_is_overdue(watched: Watched) -> None:
    alert = alarmed(watched)
    assert watched.element("MANAGE 4.1", "alerts")["state"] == "holds"
    overdue = alert.triage_by + timedelta(seconds=1)
    assert watched.element("MANAGE 4.1", "alerts", overdue)["state"] == "fails"


def test_an_alert_triaged_in_time_holds_for_good(watched: Watched) -> None:
    alert = alarmed(watched)
    triage_all(watched)
    later = alert.triage_by + timedelta(days=1)
    assert watched.element("MANAGE 4.1", "alerts", later)["state"] == "holds"


def test_a_missed_triage_turns_manage_4_1_without_a_hand(places: Places) -> None:
    watched = make_watched(places, triageSeconds=1)
    alarmed(watched)
    watched.cast.judge()
    result = watched.result("MANAGE 4.1")
    assert result.changes_at is not None
    time.sleep(max(0.0, (result.changes_at - timezone.now()).total_seconds()) + 0.1)
    assert runner.run(enqueue("assessment.recompute_due", {}).pk) == "done"
    assert watched.result("MANAGE 4.1").determination == "not-satisfied"


def test_a_late_triage_fails_within_the_look_back(places: Places) -> None:
    watched = make_watched(places, triageSeconds=1)
    alarmed(watched)
    time.sleep(1.1)
    triage_all(watched)
    found = watched.element("MANAGE 4.1", "alerts")
    assert found["state"] == "fails"
    assert "too late" in found["sentence"]


def test_an_open_alert_puts_validity_under_review_until_it_is_closed(watched: Watched) -> None:
    places = watched.places
    places.evaluate(places.approve(places.write_plan()))
    assert watched.element("MEASURE 2.5", "performance")["state"] == "holds"
    alarmed(watched)
    assert watched.element("MEASURE 2.5", "performance")["state"] == "contested"
    triage_all(watched)
    assert watched.element("MEASURE 2.5", "performance")["state"] == "contested"
    for alert in Alert.objects.all():
        actions.close_alert(alert, "The batch was delivered again.", by=watched.cast.by("owen"))
    assert watched.element("MEASURE 2.5", "performance")["state"] == "holds"


def test_an_alert_is_triaged_before_it_is_closed(watched: Watched) -> None:
    alert, by = alarmed(watched), watched.cast.by("owen")
    with pytest.raises(Conflict, match="Triage this alert"):
        actions.close_alert(alert, "Nothing to see.", by=by)
    actions.triage_alert(alert, "Months instead of years.", by=by)
    with pytest.raises(Conflict, match="triaged already"):
        actions.triage_alert(alert, "Once more.", by=by)


def test_whoever_made_the_release_does_not_close_its_alerts(watched: Watched) -> None:
    alert, maker = alarmed(watched), watched.cast.by("dev")
    actions.triage_alert(alert, "Months instead of years.", by=maker)
    with pytest.raises(Forbidden, match="did not make this release"):
        actions.close_alert(alert, "Nothing to see.", by=maker)
    alert.refresh_from_db()
    assert (alert.state, alert.closed_at) == ("triaged", None)


def test_the_same_drift_after_closing_opens_another_alert(watched: Watched) -> None:
    alert, by = alarmed(watched), watched.cast.by("owen")
    actions.close_alert(actions.triage_alert(alert, "Months.", by=by), "Mended.", by=by)
    watched.batch(in_months(people(8)))
    watched.run()
    assert Alert.objects.filter(subject="AGEP").count() == 2


def test_words_are_needed_and_a_validator_does_not_triage(watched: Watched) -> None:
    alert = alarmed(watched)
    with pytest.raises(InvalidInput):
        actions.triage_alert(alert, "  ", by=watched.cast.by("owen"))
    with pytest.raises(Forbidden):
        actions.triage_alert(alert, "Seen.", by=watched.cast.by("vera"))
    assert Alert.objects.get(pk=alert.pk).state == "open"


def test_a_breach_is_read_with_the_bound_that_was_judged() -> None:
    value = {"value": "0.0758213", "lower": "0.051", "upper": "0.1279601"}
    criterion = {"comparator": "<=", "threshold": "0.10"}
    assert figure_words(value, {**criterion, "use": "upper"}) == "0.076 (upper bound 0.128)"
    assert figure_words(value, {**criterion, "use": "point"}) == "0.076"
    just_above = {**value, "upper": "0.1000401"}
    assert figure_words(just_above, {**criterion, "use": "upper"}) == (
        "0.076 (upper bound 0.1000401)"
    )


def test_drift_puts_what_is_watched_under_review_until_it_is_closed(watched: Watched) -> None:
    alert = alarmed(watched)
    assert consequence(alert) == (
        "Until it is closed, or labels confirm a failure, MEASURE 2.5, MEASURE 2.11 and MEASURE 4.2 "
        "read under review."
    )
    client = signed_in(watched.cast, "owen")
    assert consequence(alert) in html_of(client, alert.get_absolute_url())
    triage_all(watched)
    assert consequence(alert) in html_of(client, alert.get_absolute_url())


def test_a_breach_fails_the_outcomes_of_its_theme_until_a_later_period_holds(
    watched: Watched,
) -> None:
    alert = alarmed(watched)
    alert.kind, alert.theme = "breach", "fairness"
    assert bears_on(alert) == ["MANAGE 4.1", "MEASURE 2.11"]
    assert consequence(alert) == (
        "Labels have decided: MEASURE 2.11 does not hold, until a later period measured with "
        "labels holds. Closing the alert does not change that."
    )
    alert.theme = "performance"
    assert bears_on(alert) == ["MANAGE 4.1", "MEASURE 2.3", "MEASURE 2.5", "MEASURE 4.2"]
