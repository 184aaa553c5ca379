from __future__ import annotations

from django.urls import reverse

from monitoring.models import Alert, Monitor
from tests.monitoring.watched import Watched, in_months, labels, people
from tests.pages.browse import html_of, queries_of, signed_in


def watched_for_a_while(watched: Watched) -> Alert:
    """A good batch with its labels, then one with the unit error."""
    watched.places.evaluate(watched.places.approve(watched.places.write_plan()))
    watched.label(watched.batch(people(21)), labels(21))
    watched.run()
    watched.batch(in_months(people(7)), note="AGEP in months, on purpose")
    watched.run()
    return Alert.objects.get(subject="AGEP")


def test_the_list_shows_alerts_first_and_each_monitor_with_its_last_run(watched: Watched) -> None:
    watched_for_a_while(watched)
    page = html_of(signed_in(watched.cast, "abel"), reverse("monitoring"))
    assert page.index("AGEP drifted in part 2") < page.index("Quarterly drift")
    assert "completed" in page


def test_the_monitor_shows_drift_figures_and_evidently_with_their_evidence(
    watched: Watched,
) -> None:
    alert = watched_for_a_while(watched)
    page = html_of(signed_in(watched.cast, "owen"), watched.monitor.get_absolute_url())
    assert "Population stability index by column and batch" in page
    assert f"/evidence/{alert.evidence[0]}" in page
    assert "ROC AUC" in page and "Selection rate ratio by SEX" in page
    assert "Same verdict on" in page


def test_an_alert_is_triaged_and_closed_on_its_page(watched: Watched) -> None:
    alert = watched_for_a_while(watched)
    owen = signed_in(watched.cast, "owen")
    assert "Record the triage" in html_of(owen, alert.get_absolute_url())
    empty = owen.post(reverse("alert-act", args=[alert.pk, "triage"]), {"note": ""})
    assert empty.status_code == 422
    owen.post(reverse("alert-act", args=[alert.pk, "triage"]), {"note": "Months, not years."})
    page = html_of(owen, alert.get_absolute_url())
    assert "Months, not years." in page and "triaged in time" in page
    owen.post(reverse("alert-act", args=[alert.pk, "close"]), {"reason": "Delivered again."})
    assert Alert.objects.get(pk=alert.pk).state == "closed"


def test_who_may_not_triage_is_told_who_may(watched: Watched) -> None:
    alert = watched_for_a_while(watched)
    vera = signed_in(watched.cast, "vera")
    page = html_of(vera, alert.get_absolute_url())
    assert "Record the triage" not in page and "compliance officer triages it" in page
    refused = vera.post(reverse("alert-act", args=[alert.pk, "triage"]), {"note": "Mine."})
    assert refused.status_code == 403


def test_a_monitor_is_set_up_revised_and_ended_on_pages(watched: Watched) -> None:
    owen = signed_in(watched.cast, "owen")
    change = reverse("monitor-change", args=[watched.monitor.pk, "ended"])
    owen.post(change, {"reason": "Another rule."})
    form = {
        "deployment": watched.deployment.pk, "name": "Daily", "reference": watched.reference.pk,
        "every": 1, "unit": 86400, "triage": 24, "alpha": "0.05", "psi_floor": "0.2",
        "effect_floor": "0.1", "minimum_rows": "30",
    }  # fmt: skip
    add = reverse("monitor-add", args=[watched.cast.system.pk])
    wrong = owen.post(add, {**form, "alpha": "2"})
    assert "alpha is a decimal" in wrong.content.decode()
    assert owen.post(add, form).status_code == 302
    made = Monitor.objects.get(name="Daily")
    assert (made.interval_seconds, made.triage_seconds) == (86_400, 86_400)
    owen.post(reverse("monitor-edit", args=[made.pk]), {**form, "every": 2})
    made.refresh_from_db()
    assert (made.interval_seconds, made.revision) == (172_800, 2)


def test_the_next_batch_is_run_from_the_page(watched: Watched) -> None:
    owen = signed_in(watched.cast, "owen")
    run_now = reverse("monitor-run-now", args=[watched.monitor.pk])
    assert "No batch waits" in owen.post(run_now, follow=True).content.decode()
    watched.batch()
    assert "is being compared" in owen.post(run_now, follow=True).content.decode()


def test_the_systems_tab_and_home_show_what_stands(watched: Watched) -> None:
    watched_for_a_while(watched)
    owen = signed_in(watched.cast, "owen")
    tab = html_of(owen, reverse("system-tab", args=[watched.cast.system.pk, "monitoring"]))
    assert "Batches, newest first" in tab and "AGEP in months, on purpose" in tab
    assert "AGEP drifted in part 2" in html_of(owen, reverse("home"))


def test_what_is_live_and_not_watched_is_said(watched: Watched) -> None:
    owen = signed_in(watched.cast, "owen")
    change = reverse("monitor-change", args=[watched.monitor.pk, "ended"])
    owen.post(change, {"reason": "Another rule."})
    tab = html_of(owen, reverse("system-tab", args=[watched.cast.system.pk, "monitoring"]))
    assert "Live and not watched." in tab


def test_the_tables_can_be_had_as_csv(watched: Watched) -> None:
    watched_for_a_while(watched)
    owen = signed_in(watched.cast, "owen")
    for name, words in (
        ("alerts", "AGEP drifted in part 2"),
        ("monitors", "Quarterly drift"),
        ("monitor-runs", "completed"),
        ("batches", "on purpose"),
    ):
        answer = owen.get(reverse("table-csv", args=[name]))
        text = b"".join(answer).decode()  # type: ignore[arg-type]
        assert words in text, name


def test_more_batches_need_no_more_queries(watched: Watched) -> None:
    watched_for_a_while(watched)
    owen, path = signed_in(watched.cast, "owen"), watched.monitor.get_absolute_url()
    before = queries_of(owen, path)
    watched.batch()
    watched.run()
    assert queries_of(owen, path) <= before


def test_another_organisation_sees_none_of_the_pages(watched: Watched) -> None:
    alert = watched_for_a_while(watched)
    nina = signed_in(watched.cast, "nina")
    assert "AGEP drifted" not in html_of(nina, reverse("monitoring"))
    assert "AGEP drifted" not in html_of(nina, reverse("home"))
    for path in (alert.get_absolute_url(), watched.monitor.get_absolute_url()):
        assert nina.get(path).status_code == 404
    answer = nina.get(reverse("table-csv", args=["alerts"]))
    assert "AGEP" not in b"".join(answer).decode()  # type: ignore[arg-type]
