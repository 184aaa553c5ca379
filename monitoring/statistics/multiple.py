"""Many tests in one run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """q-values that control the false discovery rate (Benjamini and Hochberg 1995, JRSS B 57).

    Valid for independent or positively dependent tests. Order is kept; no values give none.
    """
    p = np.asarray(p_values, dtype=np.float64)
    if not len(p):
        return []
    order = np.argsort(-p, kind="stable")
    scaled = p[order] * len(p) / np.arange(len(p), 0, -1)
    q = np.empty_like(p)
    q[order] = np.minimum(1, np.minimum.accumulate(scaled))
    return [float(value) for value in q]
