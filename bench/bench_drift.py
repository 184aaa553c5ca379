"""Drift of 100,000 x 20 mixed columns: our engine against Evidently's DataDriftPreset.

Run: python -m bench.bench_drift [rows]. Both get their data in memory; imports are not counted.
CPU seconds of the process (all threads), since wall time on a shared machine says little.
"""

from __future__ import annotations

import os
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from monitoring.statistics.drift import compare
from monitoring.statistics.profile import profile_columns
from monitoring.statistics.spec import DriftSpec

NUMERIC = tuple(f"n{i}" for i in range(12))
CATEGORICAL = tuple(f"c{i}" for i in range(8))
SPEC = DriftSpec.of(numeric=NUMERIC, categorical=CATEGORICAL)


def mixed_table(rows: int, seed: int, shift: float = 0.0) -> pa.Table:
    """12 numeric columns (normal, lognormal, whole numbers) and 8 of 2 to 60 categories."""
    random = np.random.default_rng(seed)
    makers = (
        lambda: random.normal(shift, 1, rows),
        lambda: random.lognormal(shift, 1, rows),
        lambda: random.integers(16, 65, rows),
    )
    columns = {name: pa.array(makers[i % 3]()) for i, name in enumerate(NUMERIC)}
    for i, name in enumerate(CATEGORICAL):
        names = np.array([f"category {k}" for k in range(2 + i * 8)])
        columns[name] = pa.array(names[random.integers(0, len(names), rows)])
    return pa.table(columns)


def cpu_seconds(work: Callable[[], object], repeats: int) -> float:
    """The least CPU time of `repeats` runs."""
    taken = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def evidently_work(reference: pa.Table, current: pa.Table) -> Callable[[], object]:
    """The preset as its own documentation calls it, ending in the small dict."""
    os.environ["DO_NOT_TRACK"] = "1"
    from evidently import DataDefinition, Dataset, Report  # noqa: PLC0415
    from evidently.presets import DataDriftPreset  # noqa: PLC0415

    definition = DataDefinition(
        numerical_columns=list(NUMERIC), categorical_columns=list(CATEGORICAL)
    )
    before, after = reference.to_pandas(), current.to_pandas()

    def work() -> object:
        datasets = [Dataset.from_pandas(frame, definition) for frame in (after, before)]
        return Report([DataDriftPreset()]).run(*datasets).dict()

    return work


def main(rows: int) -> None:
    warnings.simplefilter("ignore")
    reference, current = mixed_table(rows, 1), mixed_table(rows, 2, shift=0.1)
    profile = profile_columns(reference, SPEC)
    exact = cpu_seconds(lambda: compare(reference, current, SPEC), 3)
    stored = cpu_seconds(lambda: compare(profile, current, SPEC), 3)
    theirs = cpu_seconds(evidently_work(reference, current), 1)
    print(f"{rows:,} rows x {len(SPEC.columns)} columns, CPU seconds")
    print(f"{'':44}{'seconds':>9}{'ratio':>8}")
    for name, seconds in (
        ("Evidently DataDriftPreset (one statistic each)", theirs),
        ("ours, two tables (exact, all statistics)", exact),
        ("ours, stored profile (bounded KS)", stored),
    ):
        print(f"{name:<46}{seconds:>7.3f}{theirs / seconds:>7.0f}x")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
