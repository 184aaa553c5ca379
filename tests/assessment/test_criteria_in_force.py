"""What is asked is what an entry of the log names: rows that the database's owner writes are not in force."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from governance.assessment import criteria
from governance.assessment.criteria import CriteriaChanged, current_baseline, current_entries
from governance.assessment.models import Baseline
from governance.gates.actions import current_policy
from governance.gates.models import GatePolicy
from tests.cast import Cast
from tests.pages.browse import signed_in

Connect = Callable[[str], psycopg.Connection[Any]]


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    """Another process would have read nothing yet."""
    criteria.entries.cache_clear()
    yield
    criteria.entries.cache_clear()


def by_owner(connect_as: Connect, statement: str) -> None:
    with connect_as("owner") as owner:
        owner.execute("SELECT set_config('muniment.entries', 'written', true)")
        owner.execute(statement)  # type: ignore[arg-type]


COPY = """INSERT INTO {table} SELECT (jsonb_populate_record(t, jsonb_build_object(
    'digest', repeat('f', 64), 'loaded_at', now() + interval '1 day'))).* FROM {table} t {limit}"""


@pytest.mark.parametrize("is_sequenced", [True, False])
def test_a_baseline_that_no_entry_names_is_not_in_force(
    cast: Cast, connect_as: Connect, is_sequenced: bool
) -> None:
    if is_sequenced:
        cast.sequence()
    held = current_baseline().digest
    by_owner(connect_as, COPY.format(table="assessment_baseline", limit="LIMIT 1"))
    assert Baseline.objects.count() == 2 and Baseline.objects.first().digest == "f" * 64  # type: ignore[union-attr]
    assert current_baseline().digest == held and len(current_entries()) == 72


def test_a_baseline_that_was_changed_judges_nothing(cast: Cast, connect_as: Connect) -> None:
    cast.judge()
    criteria.entries.cache_clear()
    weak = "jsonb_set(content, '{entries,0,fresh_days}', '9999')"
    by_owner(connect_as, f"UPDATE assessment_baseline SET content = {weak}")
    with pytest.raises(CriteriaChanged, match="was changed after it was loaded"):
        cast.judge()
    answer = signed_in(cast, "dana").get("/requirements")
    assert (
        answer.status_code == 409 and "was changed after it was loaded" in answer.content.decode()
    )


def test_a_gate_policy_that_no_entry_names_or_that_was_changed_lets_nothing_pass(
    cast: Cast, connect_as: Connect
) -> None:
    cast.sequence()
    held = current_policy("production")
    newest = COPY.format(table="gates_gatepolicy", limit="WHERE environment = 'production'")
    by_owner(connect_as, newest)
    assert GatePolicy.objects.filter(environment="production").count() == 2
    assert current_policy("production") == held
    by_owner(connect_as, """UPDATE gates_gatepolicy SET content = content || '{"rules": []}'""")
    with pytest.raises(CriteriaChanged, match="gate policy"):
        current_policy("production")
