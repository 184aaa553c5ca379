"""A small real system to evaluate: a trained model, admitted files, a release, and what tests do with it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.utils import timezone
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingClassifier

from governance.assessment.actions import approvals
from governance.assessment.criteria import entry_of
from governance.assessment.results import Target, judge, statements_of_system
from governance.audit.queries import log_size
from governance.evidence.models import Evidence
from governance.registry import actions as registry
from governance.registry.models import DatasetVersion, ModelVersion, Release, Upload
from governance.work import runner
from inference.engine.inspection import inspect_model
from inference.inspections import model_findings, table_findings
from inference.tables.inspection import inspect_table
from monitoring import actions
from monitoring.actions.plans import PlanText
from monitoring.models import EvaluationPlan, EvaluationRun
from tests.cast import Cast

FEATURES = ("AGEP", "SEX", "DIS", "RAC1P")
PROTECTED = ("SEX", "RAC1P", "AGEP")
COLUMNS = [
    {"name": "AGEP", "dtype": "float", "tensor": "X"},
    *({"name": name, "dtype": "int", "tensor": "X"} for name in FEATURES[1:]),
]
SIGNATURE = {
    "task": "binary",
    "columns": COLUMNS,
    "score": {"output": "probabilities", "index": 1},
    "positive": "1",
    "label": "employed",
    "protected": list(PROTECTED),
}
DECISION = {"cutOff": "0.5", "favourable": "0"}


def criterion(id_: str, theme: str, check: str, threshold: str, **changes: Any) -> dict[str, Any]:
    made = {
        "id": id_,
        "theme": theme,
        "check": check,
        "slice": "all",
        "comparator": ">=",
        "threshold": threshold,
        "use": "lower",
        "minimumSample": 1000,
    }
    return {**made, **changes}


PERFORMANCE = criterion("auc", "performance", "roc_auc", "0.6")
CALIBRATION = criterion(
    "ece", "calibration", "expected_calibration_error", "0.2", comparator="<=", use="point"
)
FAIRNESS = criterion(
    "four-fifths", "fairness", "selection_rate_ratio", "0.8", slice="SEX", use="point"
)
CRITERIA = (PERFORMANCE, CALIBRATION, FAIRNESS)


def survey(rows: int, seed: int) -> dict[str, Any]:
    """Invented people: work depends on age and sex, so that the offer differs between the sexes."""
    random = np.random.default_rng(seed)
    age = random.integers(16, 65, rows)
    sex = random.integers(1, 3, rows)
    disability = np.where(random.random(rows) < 0.1, 1, 2)
    race = random.choice([1, 2, 6, 9], rows, p=[0.7, 0.15, 0.13, 0.02])
    leaning = 0.08 * (age - 35) + 1.2 * (sex == 1) - 1.5 * (disability == 1) - 0.3
    employed = (random.random(rows) < 1 / (1 + np.exp(-leaning))).astype(np.int64)
    return {
        "AGEP": age.astype(np.float64), "SEX": sex, "DIS": disability, "RAC1P": race,
        "employed": employed,
    }  # fmt: skip


@cache
def model_bytes() -> bytes:
    table = survey(3000, seed=1)
    rows = np.column_stack([table[name] for name in FEATURES]).astype(np.float32)
    classifier = GradientBoostingClassifier(n_estimators=20, random_state=0)
    classifier.fit(rows, table["employed"])
    made = to_onnx(classifier, rows[:1], options={"zipmap": False})
    return bytes(made.SerializeToString())


@cache
def greedy_model_bytes() -> bytes:
    """A model that asks for gigabytes as soon as an age above 5 is in its batch."""
    nodes = [
        helper.make_node("ReduceMax", ["X"], ["oldest"], keepdims=0),
        helper.make_node("Sub", ["oldest", "five"], ["above"]),
        helper.make_node("Relu", ["above"], ["positive"]),
        helper.make_node("Mul", ["positive", "billion"], ["wanted"]),
        helper.make_node("Cast", ["wanted"], ["count"], to=TensorProto.INT64),
        helper.make_node("Reshape", ["count", "one"], ["shape"]),
        helper.make_node("ConstantOfShape", ["shape"], ["zeros"]),
        helper.make_node("ReduceSum", ["zeros"], ["nothing"], keepdims=0),
        helper.make_node("Sigmoid", ["X"], ["score"]),
        helper.make_node("Add", ["score", "nothing"], ["probabilities"]),
    ]
    constants = [
        helper.make_tensor("five", TensorProto.FLOAT, [], [5.0]),
        helper.make_tensor("billion", TensorProto.FLOAT, [], [1e9]),
        helper.make_tensor("one", TensorProto.INT64, [1], [1]),
    ]
    return one_column_model(nodes, constants)


@cache
def root_model_bytes() -> bytes:
    """A model that answers the square root of its only column, and so NaN to a negative one."""
    return one_column_model([helper.make_node("Sqrt", ["X"], ["probabilities"])], [])


def one_column_model(nodes: list[Any], constants: list[Any]) -> bytes:
    table = {name: [name, TensorProto.FLOAT, ["rows", 1]] for name in ("X", "probabilities")}
    ends = {name: [helper.make_tensor_value_info(*said)] for name, said in table.items()}
    graph = helper.make_graph(nodes, "made", ends["X"], ends["probabilities"], constants)
    opset = helper.make_opsetid("", 17)
    return bytes(helper.make_model(graph, opset_imports=[opset], ir_version=8).SerializeToString())


def one_column_release(places: Places, data: bytes) -> Release:
    score = {"output": "probabilities"}
    version = places.register(data, name="made", columns=COLUMNS[:1], score=score)
    return places.make_release(version)


def parquet(table: dict[str, Any]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(table), sink)
    return sink.getvalue()


@cache
def findings(kind: str, data: bytes) -> tuple[bool, dict[str, Any]]:
    """What the real inspection says of these bytes; made once a run."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        if kind == "dataset":
            table = inspect_table(path)
            return table.admitted, table_findings(table)
        model = inspect_model(path)
        return model.admitted, model_findings(model)


@dataclass
class Places:
    """The cast with a release that can be evaluated. `by` is the developer unless told otherwise."""

    cast: Cast
    release: Release = field(init=False)
    dataset: DatasetVersion = field(init=False)

    def admit(self, kind: str, data: bytes) -> Upload:
        by = self.cast.by("dev")
        upload = registry.receive_upload(self.cast.system.unit, kind, f"a.{kind}", [data], by=by)
        admitted, found = findings(kind, data)
        upload = registry.finish_inspection(upload, admitted, found, by=by)
        assert upload.state == "admitted", found
        return upload

    def register(self, data: bytes, name: str = "places", **changes: Any) -> ModelVersion:
        return registry.register_model_version(
            self.cast.system.unit,
            name,
            upload=self.admit("model", data),
            method="GradientBoostingClassifier",
            signature={**SIGNATURE, **changes},
            training_data=[hashlib.sha256(parquet(survey(3000, seed=1))).hexdigest()],
            commit="b" * 40,
            parameters={},
            by=self.cast.by("dev"),
        )

    def make_release(self, version: ModelVersion, **decision: str) -> Release:
        parts = {"decision": {**DECISION, **decision}, "limitations": "One region only."}
        return registry.create_release(self.cast.system, [version], parts, by=self.cast.by("dev"))

    def deliver(self, table: dict[str, Any], role: str = "evaluation") -> DatasetVersion:
        upload = self.admit("dataset", parquet(table))
        return registry.register_dataset(
            self.cast.system.unit, "invented people", role=role, upload=upload,
            description="Invented people (test)", by=self.cast.by("dev"),
        )  # fmt: skip

    def text(self, *criteria: dict[str, Any], **changes: Any) -> PlanText:
        made = PlanText("Before release", self.dataset, list(criteria or CRITERIA), "Four fifths.")
        return replace(made, **changes)

    def write_plan(self, *criteria: dict[str, Any], by: str = "owen") -> EvaluationPlan:
        return actions.write_plan(self.release, self.text(*criteria), by=self.cast.by(by))

    def approve(self, plan: EvaluationPlan, by: str = "dana") -> EvaluationPlan:
        request = actions.request_plan_approval(plan, by=self.cast.by("dev"))
        approvals.decide(request, "approved", "Fit for purpose.", by=self.cast.by(by))
        plan.refresh_from_db()
        return plan

    def start(self, plan: EvaluationPlan | None = None, **options: Any) -> EvaluationRun:
        dataset = options.pop("dataset", None if plan else self.dataset)
        release = options.pop("release", self.release)
        by = self.cast.by("dev")
        return actions.start_evaluation(release, dataset, plan, by=by, **options)

    def evaluate(self, plan: EvaluationPlan | None = None, **options: Any) -> EvaluationRun:
        """Start an evaluation and do its job here, as a worker would."""
        run = self.start(plan, **options)
        assert runner.run(run.job_id) == "done", EvaluationRun.objects.get(pk=run.pk).job
        return EvaluationRun.objects.with_parts().get(pk=run.pk)

    def element(self, requirement: str, element: str) -> dict[str, Any]:
        """An element of a requirement's why-tree at the release, by the rule engine over the log."""
        self.cast.sequence()
        return next(
            one for one in self.judged(requirement)["why"]["elements"] if one["id"] == element
        )

    def judged(self, requirement: str) -> dict[str, Any]:
        size = log_size()
        statements = statements_of_system(self.cast.system, size)
        target = Target("release", self.release.pk)
        return judge([entry_of(requirement)], target, statements, size, timezone.now())[0]


def measurements(run: EvaluationRun) -> list[Evidence]:
    rows = Evidence.objects.filter(type="measurement")
    return [one for one in rows if one.predicate["run"]["id"] == str(run.pk)]


def figure(run: EvaluationRun, check: str, slice_: str = "all") -> dict[str, Any]:
    return next(one for one in run.results if (one["check"], one["slice"]) == (check, slice_))


def make_places(cast: Cast, rows: int = 4000) -> Places:
    places = Places(cast)
    places.dataset = places.deliver(survey(rows, seed=2))
    places.release = places.make_release(places.register(model_bytes()))
    return places


def run_record(run: EvaluationRun) -> Evidence:
    """The signed record of the run itself."""
    return Evidence.objects.records("evaluation-run").get(record_id=run.pk)


def states(results: Sequence[dict[str, Any]]) -> set[str]:
    return {one["status"] for one in results}
