"""A live deployment that is watched: batches of invented people, and slots run here as a worker would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import onnxruntime as ort
from django.utils import timezone

from governance.assessment.criteria import entry_of
from governance.assessment.models import Result
from governance.assessment.results import Target, judge, statements_of_system
from governance.audit.queries import log_size
from governance.evidence.models import Evidence
from governance.registry import actions as registry
from governance.registry import store
from governance.registry.models import DatasetVersion, Deployment, Upload
from governance.work import runner
from governance.work.actions import enqueue
from governance.work.scheduler import run_slot as tick
from monitoring import actions
from monitoring.actions.batches import Delivery
from monitoring.actions.monitors import MonitorText
from monitoring.models import Batch, Monitor, MonitorRun
from tests.environment.by_hand import by_hand
from tests.monitoring.places import FEATURES, Places, model_bytes, parquet, survey

ROWS = 2000
DAY = 86_400
Change = Callable[[dict[str, Any]], dict[str, Any]]


def period(number: int) -> tuple[datetime, datetime]:
    """The quarter of a batch, far enough back to be over."""
    begin = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=91 * number)
    return begin, begin + timedelta(days=91)


def people(seed: int, rows: int = ROWS) -> dict[str, Any]:
    """Rows with an id and without labels, as production delivers them."""
    table = survey(rows, seed)
    return {"id": np.arange(rows) + 10_000 * seed, **without(table, "employed")}


def labels(seed: int, rows: int = ROWS) -> dict[str, Any]:
    return {"id": np.arange(rows) + 10_000 * seed, "employed": survey(rows, seed)["employed"]}


def without(table: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: column for name, column in table.items() if name not in names}


def in_months(table: dict[str, Any]) -> dict[str, Any]:
    """The unit error: ages in months."""
    return {**table, "AGEP": table["AGEP"] * 12}


@dataclass
class Watched:
    """The places with a live deployment and its monitor; `by` is the developer unless told otherwise."""

    places: Places
    reference: DatasetVersion = field(init=False)
    deployment: Deployment = field(init=False)
    monitor: Monitor = field(init=False)
    delivered: int = 0

    @property
    def cast(self) -> Any:
        return self.places.cast

    def admit(self, table: dict[str, Any]) -> Upload:
        return self.places.admit("dataset", parquet(table))

    def batch(self, table: dict[str, Any] | None = None, **changes: Any) -> Batch:
        """The next batch, of people who resemble the reference unless a table is given."""
        self.delivered += 1
        number = self.delivered
        delivery = Delivery(f"part {number}", period(number), **{"is_replay": True, **changes})
        rows = people(100 + number) if table is None else table
        return actions.deliver_batch(
            self.deployment, delivery, upload=self.admit(rows), by=self.cast.by("dev")
        )

    def label(self, batch: Batch, table: dict[str, Any]) -> Batch:
        """Deliver labels and do their job."""
        by = self.cast.by("dev")
        held = actions.deliver_labels(batch, upload=self.admit(table), by=by)
        assert runner.run(held.labels_job_id) == "done", held.labels_job
        return Batch.objects.with_parts().get(pk=batch.pk)

    def run(self) -> MonitorRun:
        """A slot now, done here."""
        run = actions.run_monitor_now(self.monitor, by=self.cast.by("dev"))
        assert runner.run(run.job_id) == "done", MonitorRun.objects.get(pk=run.pk).job
        return MonitorRun.objects.with_parts().get(pk=run.pk)

    def tick(self, slot: datetime | None = None) -> MonitorRun | None:
        """The schedule's next slot (or one at `slot`), made and done as ticker and worker do."""
        schedule = self.monitor.schedule
        schedule.refresh_from_db()
        schedule.next_at = slot or timezone.now()
        schedule.save()
        assert tick(schedule) == 1
        made = schedule.slots.get(slot_at=schedule.next_at)
        runner.run(made.job_id)
        return MonitorRun.objects.with_parts().filter(slot=made.slot_at).first()

    def sweep(self) -> dict[str, Any]:
        job = enqueue("monitoring.sweep", {})
        assert runner.run(job.pk) == "done"
        job.refresh_from_db()
        return dict(job.result)

    def judged(self, requirement: str, at: datetime | None = None) -> dict[str, Any]:
        """The result at the deployment (or the release, where the outcome is its), over the whole log."""
        self.cast.sequence()
        entry, size = entry_of(requirement), log_size()
        scope = {"deployment": self.deployment.pk, "release": self.deployment.release_id}
        target = Target(entry["scope"], scope[entry["scope"]])
        statements = statements_of_system(self.cast.system, size)
        return judge([entry], target, statements, size, at or timezone.now())[0]

    def element(self, requirement: str, element: str, at: datetime | None = None) -> dict[str, Any]:
        found = self.judged(requirement, at)["why"]["elements"]
        return next(one for one in found if one["id"] == element)

    def result(self, requirement: str) -> Result:
        return Result.objects.get(requirement=requirement, target_id=self.deployment.pk)


def text(watched: Watched, **terms: Any) -> MonitorText:
    return MonitorText("Quarterly drift", watched.reference, {"intervalSeconds": DAY, **terms})


def make_watched(places: Places, **terms: Any) -> Watched:
    watched = Watched(places)
    watched.reference = places.deliver(survey(3000, seed=3), role="reference")
    watched.deployment = registry.record_deployment(
        places.release, "production", by=places.cast.by("dev")
    )
    watched.monitor = actions.set_up_monitor(
        watched.deployment, text(watched, **terms), by=places.cast.by("owen")
    )
    # The first run would score the reference; a run of the tests does it once.
    with by_hand():
        Monitor.objects.filter(pk=watched.monitor.pk).update(
            reference_scores=store.put([reference_scores()], 2**20).sha256
        )
    return watched


@cache
def reference_scores() -> bytes:
    table = survey(3000, seed=3)
    rows = np.column_stack([table[name] for name in FEATURES]).astype(np.float32)
    session = ort.InferenceSession(model_bytes(), providers=["CPUExecutionProvider"])
    scores = session.run(["probabilities"], {"X": rows})[0][:, 1]
    return bytes(scores.astype("<f8").tobytes())


def drift(run: MonitorRun) -> dict[str, Any]:
    """The predicate of the run's drift statement."""
    return Evidence.objects.get(id=run.evidence_id).predicate


def column(run: MonitorRun, name: str) -> dict[str, Any]:
    return next(one for one in drift(run)["columns"] if one["column"] == name)
