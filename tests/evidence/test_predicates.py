from __future__ import annotations

from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from governance.audit import canonical
from governance.evidence import predicates, statement
from governance.evidence.reference import markdown
from governance.evidence.statement import TYPES, StatementError
from tests.environment.session import PROJECT
from tests.evidence import samples
from tests.evidence.samples import SAMPLES, changed


def refusal(made: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(StatementError) as caught:
        statement.validate(made)
    return caught.value.code, caught.value.pointer


def nested_objects(value: Any, pointer: str = "") -> list[str]:
    """Pointers of every object inside a statement whose fields are fixed."""
    found = [pointer] if isinstance(value, dict) else []
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        if isinstance(item, dict | list) and key not in ("fields", "parameters", "nodes"):
            found += nested_objects(item, f"{pointer}/{key}")
    return found


@pytest.mark.parametrize("type_", statement.TYPES)
def test_every_type_has_a_valid_sample(type_: str) -> None:
    made = SAMPLES[type_]()
    statement.validate(made)
    assert statement.type_of(made) == type_
    assert canonical.loads(canonical.dumps(made), require_canonical=True) == made


@pytest.mark.parametrize("type_", statement.TYPES)
def test_unknown_fields_are_refused_everywhere(type_: str) -> None:
    made = SAMPLES[type_]()
    for pointer in nested_objects(made):
        code, _ = refusal(changed(made, f"{pointer}/surplus", "x"))
        assert code == "unknown_field", pointer


@pytest.mark.parametrize("type_", statement.TYPES)
def test_no_field_of_a_predicate_may_be_missing(type_: str) -> None:
    made = SAMPLES[type_]()
    for name in made["predicate"]:
        assert refusal(changed(made, f"/predicate/{name}", ...)) == ("missing_field", "/predicate")


@pytest.mark.parametrize("type_", statement.TYPES)
def test_published_schemas_agree_with_an_independent_validator(type_: str) -> None:
    registry = _registry()
    validator = jsonschema.Draft202012Validator(statement.schema(type_), registry=registry)
    validator.check_schema(statement.schema(type_))
    predicate = SAMPLES[type_]()["predicate"]
    validator.validate(predicate)
    assert not validator.is_valid({**predicate, "assurance": "certain"})


def _registry() -> Any:
    from referencing import Registry, Resource

    common = Resource.from_contents(statement.schema("common"))
    return Registry().with_resource(statement.schema("common")["$id"], common)


HEAD = [
    ("/predicate/id", "01930000-0000-4000-8000-0000000000e1", "wrong_form"),
    ("/predicate/id", samples.STATEMENT.upper(), "wrong_form"),
    ("/predicate/scope/type", "team", "wrong_word"),
    ("/predicate/scope/path", [samples.SYSTEM, samples.UNIT], "scope_path"),
    ("/predicate/scope/path", [samples.SYSTEM], "scope_path"),
    ("/predicate/scope/path", [], "empty"),
    ("/predicate/assurance", "statement", "wrong_assurance"),
    ("/predicate/collector/kind", "ci", "wrong_collector"),
    ("/predicate/supersedes", {"id": samples.EARLIER}, "missing_field"),
    (
        "/predicate/supersedes",
        {"id": samples.STATEMENT, "reasonDigest": "a" * 64},
        "supersedes_itself",
    ),
    ("/predicate/producedAt", "2026-02-30T00:00:00Z", "wrong_time"),
    ("/predicate/producedAt", "2026-11-24T10:04:60Z", "wrong_time"),
    ("/predicate/producedAt", "2026-11-24T10:04:00+00:00", "wrong_form"),
    ("/predicate/producedAt", "2026-11-24", "wrong_form"),
    ("/predicate/producedAt", "2014-01-01T00:00:00Z", "wrong_order"),
]


@pytest.mark.parametrize(("pointer", "value", "code"), HEAD)
def test_faults_of_the_head_are_refused(pointer: str, value: Any, code: str) -> None:
    assert refusal(changed(samples.measurement(), pointer, value))[0] == code


MEASUREMENT = [
    ("/predicate/value", None, "value_missing"),
    ("/predicate/run/status", "invalid", "value_missing"),
    ("/predicate/run/reason", "NaN scores", "reason_missing"),
    ("/predicate/run/attempt", 0, "number_too_small"),
    ("/predicate/run/startedAt", "2026-11-25T00:00:00Z", "wrong_order"),
    ("/predicate/value/value", "0.57", "value_outside_interval"),
    ("/predicate/value/value", "0.479999999999999999999", "value_outside_interval"),
    ("/predicate/value/lower", None, "half_interval"),
    ("/predicate/value/level", None, "half_interval"),
    ("/predicate/value/method", None, "half_interval"),
    ("/predicate/value/level", "95", "wrong_level"),
    ("/predicate/value/level", "1", "wrong_level"),
    ("/predicate/value/level", "0", "wrong_level"),
    ("/predicate/value/value", 1, "wrong_type"),
    ("/predicate/value/value", "NaN", "wrong_form"),
    ("/predicate/value/value", "5e-1", "wrong_form"),
    ("/predicate/value/value", ".5", "wrong_form"),
    ("/predicate/value/value", "0.5\n", "wrong_form"),
    ("/predicate/value/value", "\u0665", "wrong_form"),
    ("/predicate/value/n", -1, "number_too_small"),
    ("/predicate/value/n", "8900", "wrong_type"),
    ("/predicate/value/n", 9001, "count_too_large"),
    ("/predicate/sample/n", 45119, "count_too_large"),
    ("/predicate/groups/0/positives", 4501, "count_too_large"),
    ("/predicate/groups/0/n", 9001, "count_too_large"),
    ("/predicate/leftOut/0/n", 9001, "count_too_large"),
    ("/predicate/groups/0/slice", "SEX=2", "repeated"),
    ("/predicate/groups/0/lower", "0.3", "value_outside_interval"),
    ("/predicate/groupMetric", None, "group_metric"),
    ("/predicate/series/target", f"sha256:{'9' * 64}", "wrong_subject"),
    ("/predicate/series/target", samples.RELEASE, "wrong_form"),
    ("/predicate/observed/from", "2016-01-01T00:00:00Z", "wrong_order"),
    ("/predicate/parameters", {"cutOff": ["0.5"]}, "wrong_type"),
    ("/predicate/dataset/digest", "sha256:" + "b" * 64, "wrong_form"),
]


@pytest.mark.parametrize(("pointer", "value", "code"), MEASUREMENT)
def test_a_faulty_measurement_is_refused(pointer: str, value: Any, code: str) -> None:
    assert refusal(changed(samples.measurement(), pointer, value))[0] == code


def test_a_measurement_never_holds_a_threshold() -> None:
    made = changed(samples.measurement(), "/predicate/value/threshold", "0.8")
    assert refusal(made) == ("unknown_field", "/predicate/value")


def test_an_invalid_run_has_a_reason_and_no_figures() -> None:
    made = changed(samples.measurement(), "/predicate/run/status", "invalid")
    made = changed(made, "/predicate/run/reason", "3 scores are NaN.")
    made = changed(made, "/predicate/value", None)
    assert refusal(made) == ("value_missing", "/predicate/groups")
    made = changed(made, "/predicate/groups", [])
    made = changed(made, "/predicate/groupMetric", None)
    statement.validate(made)


def test_a_value_without_interval_is_accepted() -> None:
    made = samples.measurement()
    for name in ("lower", "upper", "level", "method"):
        made = changed(made, f"/predicate/value/{name}", None)
    statement.validate(made)


def test_an_exploratory_run_without_data_set_is_accepted() -> None:
    made = changed(samples.measurement(), "/predicate/plan", None)
    statement.validate(changed(made, "/predicate/dataset", None))


DRIFT: list[tuple[str, Any, str]] = [
    ("/predicate/columns", [], "wrong_status"),
    ("/predicate/columns/0/drifted", None, "wrong_status"),
    ("/predicate/columns/0/p", "1.01", "wrong_probability"),
    ("/predicate/columns/0/q", None, "half_test"),
    ("/predicate/columns/0/effectName", None, "half_test"),
    ("/predicate/columns/0/status", "invalid", "wrong_status"),
    ("/predicate/dataset", None, "dataset_missing"),
    ("/predicate/status", "no-data", "reason_missing"),
    ("/predicate/scheduledFor", "2026-11-25T00:00:00Z", "wrong_order"),
    ("/predicate/run/startedAt", "2026-11-25T00:00:00Z", "wrong_order"),
    ("/predicate/observed/to", "2026-11-25T00:00:00Z", "wrong_order"),
    ("/predicate/monitor", None, "wrong_type"),
]


@pytest.mark.parametrize(("pointer", "value", "code"), DRIFT)
def test_a_faulty_drift_statement_is_refused(pointer: str, value: Any, code: str) -> None:
    assert refusal(changed(samples.drift(), pointer, value))[0] == code


def test_a_batch_without_data_is_no_data_and_never_no_drift() -> None:
    made = changed(samples.drift(), "/predicate/dataset", None)
    made = changed(made, "/predicate/columns", [])
    made = changed(made, "/predicate/reason", "No batch arrived for this slot.")
    assert refusal(made)[0] == "dataset_missing"
    statement.validate(changed(made, "/predicate/status", "no-data"))


def test_a_column_without_result_says_why_and_has_no_figures() -> None:
    made = samples.drift()
    column = dict(made["predicate"]["columns"][0], column="SEX", status="no-data", drifted=None)
    made["predicate"]["columns"].append(column)
    assert refusal(made) == ("wrong_status", "/predicate/columns/1/status")
    empty = dict.fromkeys(("psi", "js", "test", "statistic", "p", "q", "effect", "effectName"))
    column.update(empty)
    assert refusal(made) == ("reason_missing", "/predicate/columns/1/reason")
    column["reason"] = "All values are missing."
    statement.validate(made)


def test_a_record_is_bound_to_its_digest() -> None:
    made = changed(samples.record(), "/predicate/fields/purpose", "Something else")
    assert refusal(made) == ("wrong_subject", "/subject/0/digest/sha256")
    made = changed(samples.record(), "/predicate/record/state", "retired")
    assert refusal(made)[0] == "wrong_subject"


def test_a_record_may_name_more_subjects() -> None:
    made = samples.record()
    made["subject"].append(predicates.subject("policy.pdf (demo)", samples.DATA))
    statement.validate(made)


def test_a_record_cannot_end_before_it_begins() -> None:
    made = changed(samples.record(), "/predicate/validFrom", "2027-11-25T00:00:00Z")
    assert refusal(made)[0] == "wrong_order"


ACTS = [samples.management_statement, samples.conclusion, samples.approval]


@pytest.mark.parametrize("sample", ACTS)
def test_nobody_speaks_for_another_person(sample: Any) -> None:
    made = changed(sample(), "/predicate/collector/person", samples.RECORD)
    assert refusal(made)[0] == "wrong_person"


@pytest.mark.parametrize("sample", ACTS)
def test_a_pipeline_cannot_make_a_persons_statement(sample: Any) -> None:
    made = changed(sample(), "/predicate/collector/kind", "ci")
    assert refusal(made) == ("wrong_collector", "/predicate/collector/kind")


def test_a_requirement_is_named_with_the_edition_of_its_catalog() -> None:
    made = changed(samples.management_statement(), "/predicate/about/catalog", ...)
    assert refusal(made) == ("missing_field", "/predicate/about")
    about = {"catalog": samples.EDITION, "requirement": "MEASURE 2.11"}
    statement.validate(changed(samples.conclusion(), "/predicate/about", about))
    assert refusal(changed(samples.conclusion(), "/predicate/about", {}))[0] == "missing_field"


def test_a_conclusion_is_about_one_of_its_subjects() -> None:
    made = changed(samples.conclusion(), "/predicate/about/subject", f"sha256:{'9' * 64}")
    assert refusal(made) == ("wrong_subject", "/predicate/about/subject")


@pytest.mark.parametrize("sample", [samples.conclusion, samples.approval])
def test_a_barred_person_neither_judges_nor_approves(sample: Any) -> None:
    made = changed(sample(), "/predicate/barred", [samples.VALIDATOR])
    assert refusal(made) == ("person_barred", "/predicate/person")


def test_a_barred_person_may_withdraw_an_approval() -> None:
    made = changed(samples.approval(), "/predicate/barred", [samples.VALIDATOR])
    made = changed(made, "/predicate/conditions", [])
    statement.validate(changed(made, "/predicate/outcome", "revoked"))


@pytest.mark.parametrize(
    ("pointer", "value", "code"),
    [
        ("/predicate/outcome", "approved", "wrong_conditions"),
        ("/predicate/conditions", [], "wrong_conditions"),
        ("/predicate/conditions/0/record/states", [], "empty"),
        ("/predicate/validUntil", "2026-01-01T00:00:00Z", "wrong_order"),
        ("/predicate/outcome", "maybe", "wrong_word"),
        ("/predicate/reasonDigest", "agreed", "wrong_form"),
        ("/predicate/barred", [samples.OWNER, samples.OWNER], "repeated"),
    ],
)
def test_a_faulty_approval_is_refused(pointer: str, value: Any, code: str) -> None:
    assert refusal(changed(samples.approval(), pointer, value))[0] == code


@pytest.mark.parametrize("verdict", ["allow", "pending", "deny", "error"])
def test_a_verdict_is_the_strongest_of_its_reasons(verdict: str) -> None:
    made = changed(samples.gate_decision(), "/predicate/verdict", verdict)
    assert refusal(made) == ("wrong_verdict", "/predicate/verdict")


def test_a_gate_without_reasons_allows() -> None:
    made = changed(samples.gate_decision(), "/predicate/reasons", [])
    assert refusal(made)[0] == "wrong_verdict"
    statement.validate(changed(made, "/predicate/verdict", "allow"))


def test_a_gate_decision_is_about_its_release() -> None:
    made = changed(samples.gate_decision(), "/subject/0/digest/sha256", "9" * 64)
    assert refusal(made) == ("wrong_subject", "/predicate/release/digest")


def test_a_report_has_pages_and_a_period_in_order() -> None:
    assert refusal(changed(samples.report(), "/predicate/pages", 0))[0] == "number_too_small"
    made = changed(samples.report(), "/predicate/period/to", "2014-01-01T00:00:00Z")
    assert refusal(made)[0] == "wrong_order"


def test_a_builder_does_not_return_an_invalid_statement() -> None:
    made = samples.report()["predicate"]
    head = {name: made.pop(name) for name in predicates.Head.__annotations__}
    with pytest.raises(StatementError):
        predicates.build("report", [], head, made)  # type: ignore[arg-type]


def test_the_page_of_predicates_is_what_the_schemas_say() -> None:
    page = PROJECT / "docs" / "reference" / "predicates.md"
    assert page.read_text(encoding="utf-8") == markdown(), (
        "Write it anew: python -m governance.evidence.reference > docs/reference/predicates.md"
    )
    assert all(f"\n## {type_}\n" in markdown() for type_ in TYPES)
