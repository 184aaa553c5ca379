"""From a model's file and rows to figures and to what a measurement says. No Django: beside the data it runs alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from inference.engine.confined_scoring import score_in_child
from inference.engine.providers import CPU, CUDA, ProviderPolicy
from inference.engine.reasons import EngineError
from inference.engine.scores import Scores
from inference.engine.signature import Signature
from monitoring.checks import Series
from monitoring.evaluation.measures import CLIP, Measured, Scored, measure
from monitoring.evaluation.provenance import code
from monitoring.evaluation.rows import Rows, Source, is_age_column
from monitoring.statistics.fairness import MINIMUM_CLASS
from monitoring.statistics.groups import AGE_BANDS, MINIMUM_GROUP

JSON = dict[str, Any]
Tell = Callable[[str, int, int], None]

LATENCY_RUNS = 200
_TELL_EVERY_SECONDS = 0.3


def score_rows(
    model: Source, data: Source, signature: Signature, policy: ProviderPolicy, tell: Tell
) -> Scores:
    """Scores of every row, in a killable child; single rows are timed. Raises EngineError."""
    return score_in_child(
        model.path,
        model.sha256,
        data.path,
        signature,
        on_progress=now_and_then(lambda done, total: tell("Scoring", done, total)),
        policy=policy,
        data_digest=data.sha256,
        latency_runs=LATENCY_RUNS,
    )


def policy(device: str) -> ProviderPolicy:
    """Exactly the device that was asked for: falling back silently would measure something else."""
    return ProviderPolicy(mode="require", providers=(CUDA,) if device == "cuda" else (CPU,))


def now_and_then(tell: Callable[[int, int], None]) -> Callable[[int, int], None]:
    told = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal told
        if done == total or time.monotonic() - told >= _TELL_EVERY_SECONDS:
            told = time.monotonic()
            tell(done, total)

    return progress


def scored_rows(rows: Rows, scores: Scores, signature: Signature) -> Scored:
    if rows.n != len(scores.scores):
        words = f"{rows.n} labels for {len(scores.scores)} rows. Deliver one label a row."
        raise EngineError("labels_unmatched", words)
    return Scored(
        labels=rows.labels,
        scores=scores.scores,
        decisions=scores.labels,
        favourable=int(signature.decision.favourable) if signature.decision else 1,
        attributes=rows.attributes,
        rows_per_second=scores.rows_per_second,
        latency=scores.latency,
    )


def measure_all(scored: Scored, series: list[Series], tell: Tell) -> list[Measured]:
    found: list[Measured] = []
    for one in series:
        tell(f"Measuring {one[0].replace('_', ' ')}", len(found), len(series))
        found.append(measure(one, scored))
    return found


def planned_series(criteria: list[dict[str, Any]]) -> list[Series]:
    """(check, slice) of each criterion, each once."""
    return list(dict.fromkeys((str(one["check"]), str(one["slice"])) for one in criteria))


@dataclass(frozen=True)
class Described:
    """What every measurement of one run says alike. Times are texts, digests 64 hexadecimal digits."""

    run: str
    attempt: int
    started: str
    ended: str
    target: str
    plan: JSON | None
    dataset: JSON
    population: str
    version: str
    environment: JSON
    signature: Signature | None

    def body(self, measured: Measured) -> JSON:
        """The predicate of a measurement beyond its head."""
        return {
            "series": {
                "check": measured.check,
                "target": f"sha256:{self.target}",
                "slice": measured.slice,
            },
            "observed": {"from": self.started, "to": self.ended},
            "plan": self.plan,
            "run": {
                "id": self.run,
                "attempt": self.attempt,
                "startedAt": self.started,
                "status": "invalid" if measured.value is None else "completed",
                "reason": measured.reason,
            },
            "dataset": self.dataset,
            "parameters": parameters(measured, self.signature),
            "code": code(self.version),
            "environment": self.environment,
            "population": {"description": self.population, "n": None},
            "sample": {"method": measured.method, "n": measured.sample, "seed": None},
            "value": measured.value,
            "groupMetric": measured.group_metric,
            "groups": measured.groups,
            "leftOut": measured.left_out,
            "artefacts": [],
        }


def parameters(measured: Measured, signature: Signature | None) -> JSON:
    """What else decides the figure: cut-off, classes, and how groups were formed."""
    if signature is None or signature.decision is None:
        return {}
    positive = signature.positive_label
    other = next(one for one in signature.classes if one != positive)
    common: JSON = {
        "cutOff": signature.decision.cut_off,
        "positive": positive,
        "favourable": positive if signature.decision.favourable == "1" else other,
        "label": signature.label_column,
    }
    if measured.check == "log_loss":
        return {**common, "clip": f"{CLIP:f}"}
    if measured.group_metric != "selection_rate" and not measured.left_out:
        return common
    bands = ", ".join(AGE_BANDS) if is_age_column(measured.slice) else None
    return {
        **common,
        "minimumGroup": MINIMUM_GROUP,
        "minimumClass": MINIMUM_CLASS if measured.check.startswith("equalized") else None,
        "ageBands": bands,
    }


def described_population(name: str, description: str) -> str:
    return f"{name}: {description}".rstrip(": ")[:4000]
