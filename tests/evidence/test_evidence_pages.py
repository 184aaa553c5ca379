from __future__ import annotations

import json
import uuid

import pytest
from django.utils.html import escape
from pytest_django import Settings

from governance.evidence import dsse
from governance.evidence.catalogue import check_signature, keys_known
from governance.evidence.models import Evidence
from governance.evidence.reading import facts
from governance.gates.actions import ask_gate
from governance.registry.actions import record_deployment
from governance.registry.models import Release
from tests.cast import Cast, make_release
from tests.evidence.measurements import STARTED, drift, measure
from tests.pages.browse import asks_to_sign_in, html_of, queries_of, signed_in


@pytest.fixture
def release(cast: Cast, settings: Settings) -> Release:
    settings.KEYS_DIR = cast.sequencer.home.folder
    return make_release(cast)


def page(cast: Cast, found: Evidence, name: str = "abel") -> str:
    return html_of(signed_in(cast, name), f"/evidence/{found.id}")


def test_a_measurement_shows_value_interval_groups_and_what_was_left_out(
    cast: Cast, release: Release
) -> None:
    found = measure(cast, release)
    cast.sequence()
    cast.sequencer.sign()
    html = page(cast, found)
    for words in ("Selection rate ratio by SEX", "0.48", "SEX=2", "fewer than 200", release.digest):
        assert words in html
    assert "The signature holds" in html and "does not hold" not in html


def test_all_runs_of_a_series_stand_on_the_page(cast: Cast, release: Release) -> None:
    first, second = measure(cast, release), measure(cast, release, 2, "0.55")
    html = page(cast, second)
    assert f"/evidence/{first.id}" in html
    assert "0.550" in html and "0.520" in html


def test_a_run_without_a_value_says_why(cast: Cast, release: Release) -> None:
    run = {
        "id": "job-9",
        "attempt": 1,
        "startedAt": STARTED,
        "status": "invalid",
        "reason": "12 rows have no AGEP",
    }
    found = measure(cast, release, value=None, run=run, groups=[], groupMetric=None)
    assert "12 rows have no AGEP" in page(cast, found)


def test_drift_shows_its_columns(cast: Cast, release: Release) -> None:
    html = page(cast, drift(cast, release))
    assert "AGEP" in html and "Kolmogorov-Smirnov" in html


@pytest.mark.parametrize("kind", ["system", "release", "artefact-admission", "model-version"])
def test_records_are_read_with_names_of_people(cast: Cast, release: Release, kind: str) -> None:
    found = Evidence.objects.records(kind).latest("number")
    html = page(cast, found)
    assert "owen (test)" in html


def test_evidence_of_another_organisation_does_not_exist(cast: Cast, release: Release) -> None:
    found = measure(cast, release)
    client = signed_in(cast, "nina")
    for path in (f"/evidence/{found.id}", f"/evidence/{found.id}/envelope"):
        assert client.get(path).status_code == 404
    assert found.short_id not in html_of(client, "/evidence")


def test_a_stranger_is_asked_to_sign_in(cast: Cast) -> None:
    for path in ("/evidence", f"/evidence/{uuid.uuid4()}", f"/evidence/{uuid.uuid4()}/envelope"):
        assert asks_to_sign_in(path)


def test_envelope_is_a_file_whose_signature_holds(cast: Cast, release: Release) -> None:
    found = measure(cast, release)
    answer = signed_in(cast, "dev").get(f"/evidence/{found.id}/envelope")
    assert answer["Content-Disposition"] == f'attachment; filename="{found.short_id}.dsse.json"'
    payload = dsse.verify(dsse.read_envelope(answer.content), keys_known())
    assert json.loads(payload) == found.statement


def test_a_changed_envelope_is_seen(cast: Cast, release: Release) -> None:
    one, other = measure(cast, release), measure(cast, release, 2)
    one.envelope = other.envelope
    assert [check.holds for check in check_signature(one)] == [True, False]
    one.envelope = bytes(one.envelope).replace(b'"sig":"', b'"sig":"AAAA')
    assert [check.holds for check in check_signature(one)] == [False]


def test_who_may_not_read_the_log_sees_the_checks_but_no_link_to_the_entry(
    cast: Cast, release: Release
) -> None:
    found = measure(cast, release)
    cast.sequence()
    cast.sequencer.sign()
    html = page(cast, found, "dev")
    assert "is included in the log of size" in html
    assert 'href="/log/' not in html


def test_the_list_is_found_by_type_kind_and_digest(cast: Cast, release: Release) -> None:
    found = measure(cast, release)
    client = signed_in(cast, "dana")
    assert found.short_id in html_of(client, "/evidence?type=measurement")
    assert found.short_id in html_of(client, f"/evidence?about={release.digest}&kind=selection")
    assert "No evidence matches" in html_of(client, "/evidence?type=report")


def test_the_list_asks_as_many_queries_for_many_as_for_few(cast: Cast, release: Release) -> None:
    measure(cast, release)
    client = signed_in(cast, "dana")
    before = queries_of(client, "/evidence?type=measurement")
    for attempt in range(2, 7):
        measure(cast, release, attempt)
    assert queries_of(client, "/evidence?type=measurement") == before


def test_a_batch_is_called_by_its_name_and_a_column_by_its_own(
    cast: Cast, release: Release
) -> None:
    target = f"sha256:{release.digest}"
    of_batch = {"check": "roc_auc", "target": target, "slice": f"batch:{uuid.uuid4()}"}
    of_column = {"check": "roc_auc", "target": target, "slice": "RAC1P"}
    found = [measure(cast, release, series=series) for series in (of_batch, of_column)]
    html = html_of(signed_in(cast, "dana"), "/evidence?type=measurement")
    assert found[0].predicate["dataset"]["name"] in html
    assert "batch:" not in html
    assert "RAC1P" in html
    assert "batch:" not in page(cast, found[0]).split("The signed statement")[0]


def test_a_record_that_is_named_by_its_id_is_shown_by_name_with_a_link(
    cast: Cast, release: Release
) -> None:
    record_deployment(release, "staging", by=cast.by("owen"))
    html = page(cast, Evidence.objects.records("deployment").get())
    stated = Evidence.objects.records("release").get()
    assert f'<a href="/evidence/{stated.id}">Release 1</a>' in html


def test_the_reasons_of_a_gate_decision_are_listed(cast: Cast, release: Release) -> None:
    cast.sequence()
    decision = ask_gate(release, "production", by=cast.by("owen"))
    assert len(decision.reasons) > 1
    html = page(cast, Evidence.objects.get(id=decision.evidence_id))
    assert "see the signed statement" not in html
    assert all(escape(reason["text"].split("erson ")[0]) in html for reason in decision.reasons)


def test_the_conditions_of_an_approval_are_listed(cast: Cast, release: Release) -> None:
    conditions = [{"id": "c1", "text": "Weigh again", "due": "2026-12-15", "record": None}]
    rows = facts({"conditions": conditions}, {})[0]["rows"]
    assert rows == [
        {
            "label": "Conditions",
            "value": ["Weigh again, due 2026-12-15"],
            "form": "list",
            "url": "",
        }
    ]
