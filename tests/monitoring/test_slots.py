from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.evidence.models import Evidence
from governance.identity.errors import Conflict
from monitoring import actions
from monitoring.models import Alert, Batch, MonitorRun
from tests.monitoring.watched import Watched, column, drift, in_months, people


def test_a_batch_like_the_reference_shows_no_drift(watched: Watched) -> None:
    watched.batch()
    run = watched.run()
    assert (run.status, run.drifted) == ("completed", [])
    assert {one["drifted"] for one in drift(run)["columns"]} == {False}
    assert not Alert.objects.exists()


def test_ages_in_months_are_found_and_open_an_alert(watched: Watched) -> None:
    watched.batch(in_months(people(7)), note="AGEP in months, on purpose")
    run = watched.run()
    assert "AGEP" in run.drifted
    assert float(column(run, "AGEP")["psi"]) > 1
    assert float(column(run, "AGEP")["outOfRange"]) > 0.9
    alert = Alert.objects.get(subject="AGEP")
    assert (alert.state, alert.count, alert.evidence) == ("open", 1, [run.evidence_id])
