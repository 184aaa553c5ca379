"""Print what the versions do on the test rows, and what the batches' drift looks like.

The outside team's own look at its models; nothing here is evidence. Run it with
`python -m demo.pipeline.figures`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.metrics import accuracy_score, roc_auc_score

from demo.data.columns import AGE_BANDS, COLUMNS, FEATURES
from demo.data.errors import DataError
from demo.data.folder import demo_folder
from demo.pipeline.convert import scores
from demo.pipeline.rows import read_features, read_label
from demo.pipeline.signature import CUT_OFF

SMALLEST_GROUP = 200
BINS = 10

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Group:
    """`rate` is the share of the `rows` people of the group who are offered a place."""

    attribute: str
    name: str
    rows: int
    rate: float


def offered(score: Numbers) -> Flags:
    """A place goes to those predicted not employed: score below the cut-off."""
    return score < float(CUT_OFF)


def groups(rows: npt.NDArray[np.float32], offers: Flags) -> Iterator[Group]:
    """Selection rates by sex, race, disability and age band."""
    for attribute in ("SEX", "RAC1P", "DIS"):
        column = rows[:, FEATURES.index(attribute)]
        for code in np.unique(column):
            yield _group(attribute, str(int(code)), column == code, offers)
    age = rows[:, FEATURES.index("AGEP")]
    for youngest, oldest in AGE_BANDS:
        inside = (age >= youngest) & (age <= oldest)
        yield _group("AGEP", f"{youngest}-{oldest}", inside, offers)


def ratio(found: list[Group], attribute: str) -> float:
    """Lowest over highest selection rate of the attribute's groups of at least 200 rows."""
    rates = [g.rate for g in found if g.attribute == attribute and g.rows >= SMALLEST_GROUP]
    return min(rates) / max(rates)


def stability_index(reference: Numbers, current: Numbers, categorical: bool) -> float:
    """Population stability index: sum of (q - p) ln(q / p) over the reference's deciles or codes.

    Shares are at least 0.0001, so that an empty bin gives a finite term.
    """
    if categorical:
        codes = np.union1d(reference, current)
        expected = np.array([np.mean(reference == code) for code in codes])
        actual = np.array([np.mean(current == code) for code in codes])
    else:
        edges = np.unique(np.quantile(reference, np.linspace(0, 1, BINS + 1)[1:-1]))
        expected = np.bincount(np.searchsorted(edges, reference), minlength=len(edges) + 1)
        actual = np.bincount(np.searchsorted(edges, current), minlength=len(edges) + 1)
        expected, actual = expected / len(reference), actual / len(current)
    p, q = np.maximum(expected, 1e-4), np.maximum(actual, 1e-4)
    return float(np.sum((q - p) * np.log(q / p)))


def drift(reference: npt.NDArray[np.float32], batch: npt.NDArray[np.float32]) -> dict[str, float]:
    """Population stability index of every column."""
    return {
        column.name: stability_index(
            reference[:, place].astype(float),
            batch[:, place].astype(float),
            column.kind == "categorical",
        )
        for place, column in enumerate(COLUMNS)
    }


def _group(attribute: str, name: str, inside: Flags, offers: Flags) -> Group:
    rows = int(inside.sum())
    return Group(attribute, name, rows, float(offers[inside].mean()) if rows else float("nan"))


def _print_version(version: int, home: Path) -> None:
    test = home / "data" / "test-2015.parquet"
    rows, labels = read_features(test), read_label(test)
    score = scores((home / "models" / f"v{version}" / "model.onnx").read_bytes(), rows)
    offers = offered(score)
    print(
        f"\nversion {version}, {len(labels):,} test rows of 2015: "
        f"ROC AUC {roc_auc_score(labels, score):.4f}, "
        f"accuracy {accuracy_score(labels, ~offers):.4f}, offered {offers.mean():.4f}"
    )
    found = list(groups(rows, offers))
    for group in found:
        words = "" if group.rows >= SMALLEST_GROUP else "  under 200 rows, in no ratio"
        print(f"  {group.attribute:6} {group.name:6} {group.rows:>7,} {group.rate:.4f}{words}")
    for attribute in ("SEX", "RAC1P", "DIS", "AGEP"):
        print(f"  ratio {attribute:6} {ratio(found, attribute):.4f}")


def _print_batches(home: Path) -> None:
    manifest = json.loads((home / "data" / "prepared.json").read_text())
    reference = read_features(home / "data" / manifest["reference"]["path"])
    models = {v: (home / "models" / f"v{v}" / "model.onnx").read_bytes() for v in (1, 2)}
    print("\nbatch                 largest PSI (column)   AUC v1   AUC v2   offered v1")
    for batch in manifest["batches"]:
        rows = read_features(home / "data" / batch["data"]["path"])
        labels = read_label(home / "data" / batch["labels"]["path"])
        found = {version: scores(model, rows) for version, model in models.items()}
        column, index = max(drift(reference, rows).items(), key=lambda item: item[1])
        first, second = (roc_auc_score(labels, found[v]) for v in (1, 2))
        print(
            f"{batch['name']:20} {index:12.4f} ({column:8}) {first:8.4f} {second:8.4f} "
            f"{offered(found[1]).mean():10.4f}"
        )


def main() -> int:
    home = demo_folder()
    try:
        for version in (1, 2):
            _print_version(version, home)
        _print_batches(home)
    except (DataError, FileNotFoundError) as error:
        print(
            f"{error}\nPrepare and train first: python -m demo.pipeline.preparation, "
            "python -m demo.pipeline.train 1, python -m demo.pipeline.train 2",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
