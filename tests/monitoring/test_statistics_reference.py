"""docs/reference/statistics.md is held true."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from monitoring.statistics import calibration, fairness, groups, inputs, layout
from monitoring.statistics.errors import MeasureCode
from monitoring.statistics.spec import DriftSpec

PAGE = (Path(__file__).parents[2] / "docs/reference/statistics.md").read_text(encoding="utf-8")


def test_every_refusal_is_explained_and_no_other() -> None:
    table = PAGE.split("## Refusals")[1]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(MeasureCode)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("Groups under {} rows", groups.MINIMUM_GROUP),
        ("fewer than {} positive", fairness.MINIMUM_CLASS),
        ("within groups, {:,} resamples", fairness.RESAMPLES),
        ("deviations of {:,} row resamples", calibration.RESAMPLES),
        ("fewer than {} rows a bin", calibration.ROWS_PER_BIN),
        ("needs ({} by default)", inputs.MINIMUM_ROWS),
        ("up to {} bins that end", layout.FINE_BINS),
        ("{:,} most frequent categories", layout.MAXIMUM_CATEGORIES),
        ("q < {} *and*", DriftSpec.of(("x",)).alpha),
        ("PSI ≥ {} or", DriftSpec.of(("x",)).psi_floor),
        ("or effect ≥ {}.", DriftSpec.of(("x",)).effect_floor),
        ("empty share counts as {:.4f}", DriftSpec.of(("x",)).epsilon),
        ("no values, fewer than {}, or", DriftSpec.of(("x",)).minimum_rows),
    ],
)
def test_the_stated_defaults_are_the_real_ones(words: str, value: float) -> None:
    assert words.format(value) in PAGE


@pytest.mark.parametrize("module", ["monitoring", "monitoring.statistics"])
def test_a_web_process_may_import_the_package_without_numpy(module: str) -> None:
    heavy = ["numpy", "scipy", "pandas", "pyarrow", "evidently", "sklearn", "django"]
    program = f"import sys, {module}; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert found.stdout.strip() == b"[]"


def test_the_statistics_load_no_django_and_no_evidently() -> None:
    names = sorted(p.stem for p in Path(layout.__file__).parent.glob("[a-z]*.py"))
    modules = ", ".join(f"monitoring.statistics.{name}" for name in names)
    program = f"import sys, {modules}, monitoring.evidently_backend\n"
    program += "print([m for m in ('django', 'evidently', 'pandas') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert found.stdout.strip() == b"[]"
