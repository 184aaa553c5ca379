from __future__ import annotations

from decimal import Decimal
from typing import Any

from risk.indicators import NOTHING, Spec, read
from tests.evidence import samples

RATIO = Spec("selection_rate_ratio", "SEX", "below", Decimal("0.9"), Decimal("0.8"))
PSI = Spec("drift.inputs", "all", "above", Decimal("0.1"), Decimal("0.25"))


def measurement(value: str | None, to: str = "2015-12-31T23:59:59Z", **series: str) -> Any:
    made = samples.measurement()["predicate"]
    made["series"] |= series
    made["observed"] = {**made["observed"], "to": to}
    if value is None:
        made["value"], made["run"]["status"] = None, "invalid"
        made["run"]["reason"] = "NaN among the scores"
    else:
        made["value"]["value"] = value
    return made


def drift(psi: dict[str, str | None], status: str = "completed") -> Any:
    made = samples.drift()["predicate"]
    column = made["columns"][0]
    made["status"] = status
    made["columns"] = [{**column, "column": name, "psi": value} for name, value in psi.items()]
    return made


def test_no_statement_is_no_data_and_never_green() -> None:
    assert read(RATIO, []) == NOTHING


def test_a_low_value_turns_red_where_low_values_are_bad() -> None:
    assert read(RATIO, [measurement("0.95")]).signal == "green"
    assert read(RATIO, [measurement("0.85")]).signal == "amber"
    assert read(RATIO, [measurement("0.52")]).signal == "red"


def test_the_bound_itself_counts() -> None:
    assert read(RATIO, [measurement("0.8")]).signal == "red"


def test_the_latest_observed_end_is_read_whatever_the_order() -> None:
    late = measurement("0.95", to="2018-06-30T00:00:00Z")
    early = measurement("0.5", to="2016-03-31T00:00:00Z")
    assert read(RATIO, [late, early]).signal == "green"


def test_an_invalid_run_is_no_data_with_its_reason() -> None:
    reading = read(RATIO, [measurement("0.95"), measurement(None)])
    assert reading.signal == "no-data"
    assert "NaN among the scores" in reading.reason


def test_another_slice_is_another_series() -> None:
    assert read(RATIO, [measurement("0.5", slice="RAC1P")]) == NOTHING


def test_the_whole_is_read_from_batches_too() -> None:
    whole = Spec("roc_auc", "all", "below", Decimal("0.8"), Decimal("0.7"))
    batch = measurement("0.75", check="roc_auc", slice="batch:2016 part 1 of 4")
    assert read(whole, [batch]).signal == "amber"


def test_drift_is_its_worst_column() -> None:
    reading = read(PSI, [drift({"AGEP": "0.31", "SEX": "0.01"})])
    assert (reading.signal, reading.value) == ("red", Decimal("0.31"))


def test_a_named_column_is_read_alone() -> None:
    spec = Spec("drift.inputs", "SEX", "above", Decimal("0.1"), Decimal("0.25"))
    assert read(spec, [drift({"AGEP": "0.31", "SEX": "0.01"})]).signal == "green"


def test_a_run_without_data_says_so() -> None:
    reading = read(PSI, [drift({"AGEP": "0.01"}, status="no-data")])
    assert reading.signal == "no-data"


def test_a_run_without_a_figure_never_hides_red() -> None:
    reading = read(RATIO, [measurement("0.5"), measurement(None)])
    assert (reading.signal, reading.value) == ("red", Decimal("0.5"))
    assert "NaN among the scores" in reading.reason


def test_production_outweighs_a_later_test() -> None:
    live = measurement("0.5", to="2016-03-31T00:00:00Z")
    live["scope"] = {**live["scope"], "type": "deployment"}
    assert read(RATIO, [live, measurement("0.95")]).signal == "red"


def test_a_reading_names_its_evidence() -> None:
    assert read(RATIO, [measurement("0.5")]).evidence == samples.STATEMENT
