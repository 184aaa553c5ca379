"""A row says what was signed, or nothing is judged from it: whoever owns the database changes it in vain."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from governance.assessment.results import recompute_system, statements_of_system
from governance.audit import canonical
from governance.audit.queries import log_size
from governance.evidence import dsse, signed
from governance.evidence.catalogue import check_signature
from governance.evidence.checked import EvidenceChanged, hashes_to
from governance.evidence.models import Evidence
from governance.gates.models import GateDecision
from tests.cast import Cast, make_release
from tests.evidence import samples
from tests.evidence.measurements import measure
from tests.pages.browse import signed_in

Connect = Callable[[str], psycopg.Connection]


@pytest.fixture
def failing(cast: Cast) -> Any:
    row = measure(cast, make_release(cast), value="0.52")
    cast.sequence()
    return Evidence.objects.with_index().get(pk=row.pk)


def change(connect_as: Connect, row: Evidence, columns: str, *values: Any) -> None:
    with connect_as("owner") as owner:
        owner.execute("ALTER TABLE evidence_evidence DISABLE TRIGGER USER")
        owner.execute(
            f"UPDATE evidence_evidence SET {columns} WHERE number = %s", (*values, row.pk)
        )
        owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
        owner.execute("ALTER TABLE evidence_evidence ENABLE TRIGGER USER")


def flattered(row: Evidence) -> dict[str, Any]:
    return samples.changed(row.statement, "/predicate/value/value", "0.55")


def swap_statement(row: Evidence) -> tuple[str, list[Any]]:
    return "statement = %s::jsonb", [json.dumps(flattered(row))]


def swap_both(row: Evidence) -> tuple[str, list[Any]]:
    made = flattered(row)
    return "statement = %s::jsonb, payload_sha256 = %s", [json.dumps(made), canonical.digest(made)]


def swap_key(row: Evidence) -> tuple[str, list[Any]]:
    return "keyid = %s", ["sha256:" + "0" * 64]


@pytest.mark.parametrize("swap", [swap_statement, swap_both, swap_key])
def test_a_changed_row_stops_judgement_and_its_index_is_named(
    cast: Cast, connect_as: Connect, failing: Any, swap: Any
) -> None:
    index = failing.log_index
    assert statements_of_system(cast.system, log_size())
    columns, values = swap(failing)
    change(connect_as, failing, columns, *values)
    with pytest.raises(EvidenceChanged, match=f"at log index {index} was changed") as caught:
        statements_of_system(cast.system, log_size())
    assert caught.value.index == index
    with pytest.raises(EvidenceChanged):
        recompute_system(cast.system)
    assert statements_of_system(cast.system, index), "what lies below it is judged as before"


def test_the_gate_decides_nothing_on_a_changed_row(
    cast: Cast, connect_as: Connect, failing: Any
) -> None:
    columns, values = swap_statement(failing)
    change(connect_as, failing, columns, *values)
    release = failing.scope_id
    answer = signed_in(cast, "owen").post(
        "/api/v1/gates/production/decisions",
        {"release": str(release)},
        content_type="application/json",
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "evidence_changed")
    assert f"log index {failing.log_index}" in answer.json()["detail"]
    assert not GateDecision.objects.exists()


def test_the_evidence_page_says_that_its_text_is_not_what_was_signed(
    cast: Cast, connect_as: Connect, failing: Any
) -> None:
    assert all(check.holds for check in check_signature(failing))
    columns, values = swap_statement(failing)
    change(connect_as, failing, columns, *values)
    row = Evidence.objects.get(pk=failing.pk)
    assert [check.words for check in check_signature(row) if not check.holds] == [
        "What is shown here is not what was signed."
    ]


def test_an_entry_about_something_else_vouches_for_nothing(
    cast: Cast, connect_as: Connect, failing: Any
) -> None:
    other = Evidence.objects.exclude(pk=failing.pk).earliest("number")
    with connect_as("owner") as owner:
        owner.execute("ALTER TABLE evidence_evidence DISABLE TRIGGER USER")
        owner.execute(
            "UPDATE evidence_evidence SET entry_id = gen_random_uuid() WHERE number = %s",
            (other.pk,),
        )
        owner.execute(
            "UPDATE evidence_evidence SET entry_id = %s WHERE number = %s",
            (other.entry_id, failing.pk),
        )
    with pytest.raises(EvidenceChanged, match="its entry is about something else"):
        Evidence.objects.all().indexed(log_size())


def test_a_statement_that_its_key_never_signed_is_not_judged(
    cast: Cast, connect_as: Connect, failing: Any
) -> None:
    signed._signed.clear()
    envelope = dsse.read_envelope(bytes(failing.envelope))
    envelope["signatures"][0]["sig"] = base64.b64encode(b"\x11" * 64).decode()
    change(connect_as, failing, "envelope = %s", dsse.write_envelope(envelope))
    with pytest.raises(EvidenceChanged, match="the signature does not hold") as caught:
        statements_of_system(cast.system, log_size())
    assert caught.value.index == failing.log_index


def test_a_statement_that_was_moved_away_is_missed(
    cast: Cast, connect_as: Connect, failing: Any
) -> None:
    assert statements_of_system(cast.system, log_size())
    change(connect_as, failing, "unit_id = %s", cast.accounts["nina"].responsible.unit_id)
    with pytest.raises(EvidenceChanged, match="not where the log recorded it") as caught:
        statements_of_system(cast.system, log_size())
    assert caught.value.index == failing.log_index


def test_the_quick_way_to_canonical_bytes_is_no_other_way() -> None:
    for make in samples.SAMPLES.values():
        assert hashes_to(make(), canonical.digest(make()))
    astral = {"\U0001f600": "a", "\ufb00": "b"}
    assert hashes_to(astral, canonical.digest(astral))
    assert not hashes_to({"a": 1.5}, "0" * 64)
    assert not hashes_to({"a": "\ud800"}, "0" * 64)
