"""The evaluation job against a bare ONNX Runtime loop on the same rows.

    python -m bench.bench_evaluation [--rows 45118] [--rounds 3]

The job is the real one, on a real database: it checks the file's digest, reads labels and groups,
starts a confined process, scores, times single rows, measures every standard figure with its interval, signs
one statement each and commits. The bare loop reads the columns, loads the model and scores in
chunks of 256 on one thread. Medians over the rounds, interleaved; the ratio is of rows a second.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.environment import session

session.prepare()

import django  # noqa: E402 (reads the environment that was just prepared)

django.setup()

import numpy as np  # noqa: E402
import onnxruntime as ort  # noqa: E402
import psycopg  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402

from governance.registry import store  # noqa: E402
from governance.work import runner  # noqa: E402
from monitoring.models import EvaluationRun  # noqa: E402
from tests.cast import make_cast, register_places  # noqa: E402
from tests.environment import databases  # noqa: E402
from tests.monitoring.places import FEATURES, make_places  # noqa: E402

if TYPE_CHECKING:
    from tests.monitoring.places import Places

CHUNK = 256


def main() -> None:
    options = _options()
    with places(options.rows) as made:
        rounds = [(_bare(made), *_job(made)) for _ in range(options.rounds)]
    bare, scoring, job, figures = (statistics.median(one) for one in zip(*rounds, strict=True))
    print(f"{options.rows:,} rows, {figures:.0f} signed figures, median of {options.rounds} rounds")
    print(f"{'':42}{'seconds':>9}{'rows/s':>12}{'ratio':>8}")
    for name, seconds in (
        ("bare loop: read, load, score", bare),
        ("the job's scoring alone", scoring),
        ("the whole job, signed and committed", job),
    ):
        speed = options.rows / seconds
        print(f"{name:42}{seconds:9.2f}{speed:12,.0f}{bare / seconds:8.2f}")


@contextmanager
def places(rows: int) -> Iterator[Places]:
    """A release and its rows in a database of their own."""
    with ExitStack() as stack:
        stack.callback(session.forget)
        stack.enter_context(session.running_servers())
        name = databases.fresh_name()
        databases.clone(databases.ensure_template(), name)
        stack.callback(databases.drop, name)
        stack.enter_context(databases.pointed_at(name))

        def connect_as(role: str) -> psycopg.Connection[Any]:
            return stack.enter_context(psycopg.connect(session.url(role)))

        cast = make_cast(connect_as, Path(session.open_folder()) / "keys")
        cast.system = register_places(cast)
        yield make_places(cast, rows)


def _bare(made: Places) -> float:
    model = store.path_of(made.release.model_versions.get().digest)
    data = store.path_of(made.dataset.sha256)
    started = time.perf_counter()
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    loaded = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    table = pq.read_table(data, columns=list(FEATURES))
    rows = np.column_stack([table[name].to_numpy() for name in FEATURES]).astype(np.float32)
    for first in range(0, len(rows), CHUNK):
        loaded.run(["probabilities"], {"X": rows[first : first + CHUNK]})
    return time.perf_counter() - started


def _job(made: Places) -> tuple[float, float, int]:
    """Seconds of the scoring and of the whole job, and how many figures were signed."""
    started_run = made.start()
    started = time.perf_counter()
    state = runner.run(started_run.job_id)
    seconds = time.perf_counter() - started
    run = EvaluationRun.objects.get(pk=started_run.pk)
    if state != "done" or run.state != "completed":
        raise SystemExit(f"The evaluation did not complete: {run.reason or state}")
    speed = next(one for one in run.results if one["check"] == "throughput")
    return made.dataset.rows / float(speed["value"]["value"]), seconds, len(run.results)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=45_118)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
