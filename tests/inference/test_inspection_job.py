from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from governance.evidence.models import Evidence
from governance.identity.errors import Conflict
from governance.registry import actions as registry
from governance.registry import store
from governance.registry.actions.uploads import demand_admitted
from governance.registry.models import Upload
from governance.work import runner
from governance.work.models import Job
from inference import inspections
from inference.engine.matching import match
from inference.inspections import inspection_of
from inference.registered import engine_signature
from inference.tables.inspection import inspect_table
from inference.tables.limits import TableLimits
from tests.cast import SIGNATURE, Cast
from tests.environment.worker import Worker
from tests.inference.conftest import NAMES, Trained
from tests.platform.processes import wait_until

Inspect = Callable[[str, str, bytes], Upload]
COLUMNS = [{"name": name, "dtype": "float", "tensor": "X"} for name in NAMES]
MODEL_SIGNATURE = {
    "task": "binary",
    "columns": COLUMNS,
    "score": {"output": "probabilities", "index": 1},
    "positive": "1",
    "label": "label",
}


@pytest.fixture
def inspect(cast: Cast) -> Inspect:
    """Upload a file and run its inspection job; gives the upload as it is afterwards."""

    def upload_and_run(kind: str, filename: str, data: bytes) -> Upload:
        upload = received(cast, kind, filename, data)
        assert runner.run(job_of(upload).pk) == "done"
        upload.refresh_from_db()
        return upload

    return upload_and_run


def received(cast: Cast, kind: str, filename: str, data: bytes) -> Upload:
    return registry.receive_upload(cast.system.unit, kind, filename, [data], by=cast.by("dev"))


def job_of(upload: Upload) -> Job:
    return Job.objects.get(key=f"inspect:{upload.pk}")


def parquet(table: Any, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(table), sink, **options)
    return sink.getvalue()


def codes(upload: Upload) -> list[str]:
    return [reason["code"] for reason in upload.inspection["reasons"]]


def test_a_real_model_is_admitted_with_its_tensors_and_checks(
    inspect: Inspect, trained: Trained
) -> None:
    upload = inspect("model", "model.onnx", trained.data)
    assert upload.state == "admitted"
    assert [one["name"] for one in upload.inspection["inputs"]] == ["X"]
    assert {"graph-and-weights", "first-run"} <= set(upload.inspection["checks"])


def test_the_admission_is_a_signed_record_about_the_files_digest(
    inspect: Inspect, trained: Trained
) -> None:
    upload = inspect("model", "model.onnx", trained.data)
    stated = Evidence.objects.records("artefact-admission").get()
    assert stated.state == "admitted"
    assert trained.digest in stated.subjects
    assert "first-run" in stated.fields["checks"]
    assert stated.record_id == upload.pk


def test_what_was_inspected_tells_whether_a_signature_fits(
    inspect: Inspect, trained: Trained
) -> None:
    findings = inspect("model", "model.onnx", trained.data).inspection
    decision = {"cutOff": "0.5", "favourable": "0"}
    fitting = engine_signature(MODEL_SIGNATURE, decision)
    narrow = {**MODEL_SIGNATURE, "columns": COLUMNS[:3]}
    assert match(fitting, inspection_of(findings)) == []
    assert match(engine_signature(narrow, decision), inspection_of(findings))


def test_a_pickle_named_onnx_is_refused_and_never_opened(inspect: Inspect) -> None:
    upload = inspect("model", "model.onnx", pickle.dumps({"weights": [1, 2]}))
    assert upload.state == "refused"
    assert codes(upload) == ["pickle_refused"]


def test_a_refused_model_cannot_be_registered(cast: Cast, inspect: Inspect) -> None:
    upload = inspect("model", "model.onnx", b"no model at all")
    with pytest.raises(Conflict, match="was refused"):
        registry.register_model_version(
            cast.system.unit, "places", upload=upload, method="tree", signature=SIGNATURE,
            training_data=["a" * 64], commit="", parameters={}, by=cast.by("dev"),
        )  # fmt: skip


def test_the_job_can_run_twice_and_states_one_record(
    cast: Cast, inspect: Inspect, trained: Trained
) -> None:
    upload = inspect("model", "model.onnx", trained.data)
    Job.objects.filter(pk=job_of(upload).pk).update(state="ready")
    assert runner.run(job_of(upload).pk) == "done"
    assert Evidence.objects.records("artefact-admission").count() == 1


def test_a_missing_stored_file_fails_the_job_and_decides_nothing(cast: Cast) -> None:
    upload = received(cast, "dataset", "rows.csv", b"this,file,vanishes\n1,2,3\n")
    store.path_of(upload.artefact_id).unlink()
    assert runner.run(job_of(upload).pk) == "failed"
    upload.refresh_from_db()
    assert upload.state == "inspecting"
    assert "missing" in job_of(upload).error
    with pytest.raises(Conflict, match="given up. Upload the file again"):
        demand_admitted(upload)


def test_a_file_still_being_inspected_says_so(cast: Cast) -> None:
    upload = received(cast, "dataset", "rows.csv", b"still,being\n1,2\n")
    with pytest.raises(Conflict, match="still being inspected"):
        demand_admitted(upload)


def test_a_parquet_file_is_admitted_with_rows_types_and_nulls(inspect: Inspect) -> None:
    table = {"AGEP": pa.array([30.0, None, 50.0]), "SEX": pa.array([1, 2, 1])}
    upload = inspect("dataset", "rows.parquet", parquet(table))
    assert upload.state == "admitted"
    assert upload.inspection["rows"] == 3
    assert upload.inspection["columns"] == ["AGEP", "SEX"]
    assert upload.inspection["schema"][0] == {"name": "AGEP", "dtype": "double", "nulls": 1}


def test_a_csv_file_is_admitted_as_such(inspect: Inspect) -> None:
    upload = inspect("dataset", "rows.csv", b"AGEP,SEX\n30,1\n41,2\n")
    assert (upload.state, upload.inspection["format"], upload.inspection["rows"]) == (
        "admitted", "csv", 2,
    )  # fmt: skip


def test_an_admitted_table_becomes_a_dataset_with_the_counted_rows(
    cast: Cast, inspect: Inspect
) -> None:
    upload = inspect("dataset", "rows.parquet", parquet({"AGEP": [30.0, 31.0]}))
    dataset = registry.register_dataset(
        cast.system.unit, "two rows", role="evaluation", upload=upload, by=cast.by("dev")
    )
    assert (dataset.rows, dataset.columns) == (2, ["AGEP"])


@pytest.mark.parametrize(
    ("filename", "data", "code"),
    [
        ("rows.parquet", b"PAR1" + b"\xff" * 200 + b"PAR1", "table_unreadable"),
        ("rows.parquet", b"", "not_a_table"),
        ("rows.parquet", pickle.dumps([1, 2]), "not_a_table"),
        ("rows.csv", b"AGEP,AGEP\n1,2\n", "column_twice"),
        ("rows.csv", b"AGEP,SEX\n", "no_rows"),
        ("rows.csv", b"AGEP,SEX\n1,2\n1,2,3\n", "table_unreadable"),
        ("rows.parquet", parquet({"a": [[1, 2], [3]]}), "column_nested"),
        ("rows.parquet", parquet({"a\tb": [1]}), "column_name"),
    ],
)
def test_what_is_no_usable_table_is_refused_with_its_reason(
    inspect: Inspect, filename: str, data: bytes, code: str
) -> None:
    upload = inspect("dataset", filename, data)
    assert upload.state == "refused"
    assert codes(upload) == [code]


def test_a_small_file_of_very_many_rows_is_refused_before_they_are_decoded(
    inspect: Inspect,
) -> None:
    many = pa.table({"a": pa.array(np.zeros(21_000_000, dtype=np.int8))})
    upload = inspect("dataset", "bomb.parquet", parquet(many, compression="zstd"))
    assert upload.artefact.size < 1_000_000
    assert codes(upload) == ["table_too_large"]


def test_one_long_text_said_in_every_row_cannot_fill_the_memory(inspect: Inspect) -> None:
    text = "x" * 1_000_000
    rows = pa.DictionaryArray.from_arrays(pa.array([0] * 60_000, pa.int32()), pa.array([text]))
    bomb = parquet({"a": rows}, store_schema=False)
    upload = inspect("dataset", "bomb.parquet", bomb)
    assert upload.artefact.size < 1_000_000
    assert upload.state == "refused"
    assert upload.inspection["reasons"][0]["code"] in {
        "table_too_large",
        "inspection_out_of_memory",
    }


def test_a_file_cut_in_the_middle_is_refused(inspect: Inspect) -> None:
    whole = parquet({"a": list(range(5000))})
    holed = whole[:200] + b"\0" * 4000 + whole[4200:]
    upload = inspect("dataset", "holed.parquet", holed)
    assert upload.state == "refused"


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (TableLimits(wall_seconds=0.05), "inspection_out_of_time"),
        (TableLimits(rows=10), "table_too_large"),
        (TableLimits(decoded_bytes=1000), "table_too_large"),
    ],
)
def test_a_table_beyond_a_limit_ends_its_reader_and_not_the_worker(
    tmp_path: Path, limits: TableLimits, code: str
) -> None:
    path = tmp_path / "rows.parquet"
    path.write_bytes(parquet({"a": list(range(5000))}))
    found = inspect_table(path, limits)
    assert [reason.code for reason in found.reasons] == [code]


def test_a_real_worker_inspects_what_is_uploaded(
    cast: Cast, celery_worker_process: Worker, trained: Trained
) -> None:
    model = received(cast, "model", "model.onnx", trained.data)
    table = received(cast, "dataset", "rows.parquet", parquet({"AGEP": [30.0, 31.0]}))
    uploads = Upload.objects.filter(pk__in=[model.pk, table.pk])
    assert wait_until(lambda: not uploads.filter(state="inspecting").exists(), 60)
    assert {upload.state for upload in uploads.all()} == {"admitted"}
    assert inspections.inspection_of(uploads.get(kind="model").inspection).admitted
