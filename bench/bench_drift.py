"""Drift of 100,000 x 20 mixed columns: our engine against Evidently's DataDriftPreset.

Run: python -m bench.bench_drift [rows]. Both get their data in memory; imports are not counted.
CPU seconds of the process (all threads), since wall time on a shared machine says little.
With --false-alarms [runs]: the share of runs without drift that raise any alarm (minutes).
"""

from __future__ import annotations

import os
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from monitoring.statistics.drift import compare
from monitoring.statistics.intervals import wilson
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


def quiet_columns(n: int, random: np.random.Generator) -> dict[str, np.ndarray]:
    """20 columns from one population: normal, heavy-tailed, tied, and 2 to 9 categories."""
    makers: list[Callable[[int], Any]] = [random.standard_normal, random.standard_cauchy]
    makers.append(lambda k: random.integers(0, 60, k))
    columns = {name: makers[i % 3](n) for i, name in enumerate(NUMERIC)}
    return columns | {name: random.integers(0, 2 + i, n) for i, name in enumerate(CATEGORICAL)}


def false_alarms(runs: int) -> None:
    """Print, per pair of sizes, how many runs without drift raise an alarm."""
    print(f"{'reference':>10}{'batch':>7}{'runs':>7}{'share':>8}  95 % (Wilson)")
    for n, m in ((60, 60), (200, 100), (1000, 200)):
        alarms = 0
        for seed in range(1001, 1005):
            random = np.random.default_rng([seed, n, m])
            for _ in range(runs // 4):
                result = compare(quiet_columns(n, random), quiet_columns(m, random), SPEC)
                alarms += bool(result.drifted_columns)
        done = 4 * (runs // 4)
        low, high = wilson(alarms, done, 0.95)
        print(f"{n:>10}{m:>7}{done:>7}{alarms / done:>8.2%}  {low:.2%} to {high:.2%}")


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
    arguments = [word for word in sys.argv[1:] if word != "--false-alarms"]
    if "--false-alarms" in sys.argv:
        false_alarms(int(arguments[0]) if arguments else 4000)
    else:
        main(int(arguments[0]) if arguments else 100_000)
