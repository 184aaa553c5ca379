"""Read prepared rows as the models take them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from demo.data.columns import FEATURES, LABEL
from demo.data.errors import DataError


def read_features(path: Path) -> npt.NDArray[np.float32]:
    """Float32 array (rows, features) in the order of FEATURES."""
    table = pq.read_table(_present(path), columns=list(FEATURES))
    return np.column_stack([table[name].to_numpy() for name in FEATURES]).astype(np.float32)


def read_label(path: Path) -> npt.NDArray[np.int64]:
    """Int64 array (rows): 1 employed, 0 not."""
    labels: npt.NDArray[np.int64] = pq.read_table(_present(path), columns=[LABEL])[LABEL].to_numpy()
    return labels


def _present(path: Path) -> Path:
    if not path.is_file():
        raise DataError(f"{path} is missing; run `python -m demo.pipeline.preparation` first.")
    return path
