from __future__ import annotations

from governance.assessment.models import Result
from governance.assessment.posture import counts, posture
from tests.cast import Cast


def test_every_requirement_of_the_baseline_has_a_result_for_a_new_system(cast: Cast) -> None:
    cast.judge()
    rows = posture(cast.system)
    assert len(rows) == 72
    assert sum(counts(rows).values()) == 72


def test_an_organisation_outcome_is_inherited_from_the_organisation(cast: Cast) -> None:
    cast.judge()
    row = next(row for row in posture(cast.system) if row.requirement == "GOVERN 1.1")
    assert row.provider == cast.organisation


def test_a_confirmed_and_complete_record_is_what_map_3_3_asks_for(cast: Cast) -> None:
    cast.judge()
    result = Result.objects.get(requirement="MAP 3.3", unit=cast.system.unit)
    assert result.determination == "satisfied", result.body


def test_the_same_log_and_instant_give_the_same_digest(cast: Cast) -> None:
    cast.judge()
    before = {r.requirement: r.body["determination"] for r in Result.objects.all()}
    cast.judge()
    assert before == {r.requirement: r.body["determination"] for r in Result.objects.all()}
