from __future__ import annotations

import hashlib
import random
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from inference.engine.batching import Batcher
from inference.engine.reasons import EngineError, Overloaded
from inference.engine.sessions import Model, load_model
from tests.inference import onnx_files as files
from tests.inference.conftest import loaded


@pytest.fixture(scope="module")
def divides() -> Model:
    return loaded(files.divides())


def rows(*pairs: tuple[float, float]) -> dict[str, Any]:
    return {"x": np.array(pairs, dtype=np.float32)}


class Held:
    """A real model whose first run waits, so that requests pile up behind it."""

    def __init__(self, model: Model) -> None:
        self._model, self.outputs = model, model.outputs
        self.takes_free_rows = model.takes_free_rows
        self.started, self.go, self.runs = threading.Event(), threading.Event(), 0

    def run_unchecked(
        self, inputs: Mapping[str, Any], outputs: Sequence[str] | None = None, *rest: Any
    ) -> dict[str, Any]:
        self.runs += 1
        self.started.set()
        self.go.wait(10)
        return self._model.run_unchecked(inputs, outputs, *rest)


@pytest.fixture
def held(divides: Model) -> Held:
    return Held(divides)


def hold(batcher: Batcher, held: Held) -> None:
    batcher.submit(rows((1, 1)))
    assert held.started.wait(10)


def one_request(batcher: Batcher, seed: int) -> int:
    """Send 1 to 5 rows; count wrong rows. Requests of other types and outputs mix in."""
    rng = random.Random(seed)
    pairs = [(float(seed), float(rng.randint(1, 9))) for _ in range(rng.randint(1, 5))]
    outputs = rng.choice([None, ["y"]])
    if seed % 50 == 0:
        pairs[0] = (0.0, 0.0)
        with pytest.raises(EngineError, match="scores_not_finite"):
            batcher.infer(rows(*pairs), outputs)
        return 0
    answer = batcher.infer(rows(*pairs), outputs)["y"]
    expected = np.array([np.float32(a) / np.float32(b) for a, b in pairs])
    return int(answer.shape != expected.shape or (answer != expected).sum())


def test_ten_thousand_random_requests_get_exactly_their_own_rows(divides: Model) -> None:
    with Batcher(divides) as batcher, ThreadPoolExecutor(16) as callers:
        wrong = sum(callers.map(lambda seed: one_request(batcher, seed), range(1, 10_001)))
    assert wrong == 0


def test_waiting_requests_are_joined_into_one_run(held: Held) -> None:
    with Batcher(held, max_rows=64) as batcher:
        hold(batcher, held)
        futures = [batcher.submit(rows((i, 2))) for i in range(20)]
        held.go.set()
        answers = [future.result(10)["y"].tolist() for future in futures]
    assert answers == [[i / 2] for i in range(20)]
    assert held.runs == 2


def test_a_run_has_at_most_max_rows(held: Held) -> None:
    with Batcher(held, max_rows=8) as batcher:
        hold(batcher, held)
        futures = [batcher.submit(rows((i, 2), (i, 4))) for i in range(8)]
        held.go.set()
        assert [f.result(10)["y"].tolist() for f in futures] == [[i / 2, i / 4] for i in range(8)]
    assert held.runs == 3


def test_a_poisoned_row_fails_alone(held: Held) -> None:
    with Batcher(held) as batcher:
        hold(batcher, held)
        good, bad = batcher.submit(rows((1, 2))), batcher.submit(rows((0, 0)))
        held.go.set()
        assert good.result(10)["y"].tolist() == [0.5]
        with pytest.raises(EngineError, match="scores_not_finite"):
            bad.result(10)


def test_a_request_the_model_refuses_fails_alone(held: Held) -> None:
    with Batcher(held) as batcher:
        hold(batcher, held)
        wrong = {"x": np.zeros((1, 3), np.float32)}
        futures = [batcher.submit(r) for r in (rows((1, 2)), wrong, rows((3, 2)))]
        held.go.set()
        assert futures[0].result(10)["y"].tolist() == [0.5]
        assert futures[2].result(10)["y"].tolist() == [1.5]
        with pytest.raises(EngineError, match="input_refused"):
            futures[1].result(10)


def test_members_of_a_failed_run_are_tried_one_by_one(held: Held) -> None:
    """Rows the joined run cannot answer because one of them makes it fail."""
    calls = []
    run = held.run_unchecked

    def failing(inputs: Mapping[str, Any], *rest: Any) -> dict[str, Any]:
        calls.append(len(inputs["x"]))
        if (inputs["x"][:, 0] == 13).any():
            raise EngineError("run_failed", "unlucky row")
        return run(inputs, *rest)

    held.run_unchecked = failing  # type: ignore[method-assign, assignment]
    with Batcher(held) as batcher:
        hold(batcher, held)
        futures = [batcher.submit(rows((i, 1))) for i in (12, 13, 14)]
        held.go.set()
        assert futures[0].result(10)["y"].tolist() == [12]
        assert futures[2].result(10)["y"].tolist() == [14]
        with pytest.raises(EngineError, match="unlucky"):
            futures[1].result(10)
    assert calls == [1, 3, 1, 1, 1]


def test_a_full_queue_refuses_and_says_when_to_come_back(held: Held) -> None:
    with Batcher(held, max_queued_rows=4) as batcher:
        hold(batcher, held)
        for _ in range(4):
            batcher.submit(rows((1, 2)))
        with pytest.raises(Overloaded) as caught:
            batcher.submit(rows((1, 2)))
        held.go.set()
    assert caught.value.retry_after > 0


def test_a_late_request_fails_and_the_others_do_not(held: Held) -> None:
    with Batcher(held) as batcher:
        hold(batcher, held)
        late = batcher.submit(rows((1, 2)), deadline=time.monotonic() + 0.05)
        good = batcher.submit(rows((3, 2)))
        time.sleep(0.1)
        held.go.set()
        assert good.result(10)["y"].tolist() == [1.5]
        with pytest.raises(EngineError, match="deadline_exceeded"):
            late.result(10)


def test_a_caller_waits_no_longer_than_its_deadline(held: Held) -> None:
    with Batcher(held) as batcher:
        hold(batcher, held)
        started = time.monotonic()
        with pytest.raises(EngineError, match="deadline_exceeded"):
            batcher.infer(rows((1, 2)), deadline=started + 0.1)
        assert time.monotonic() - started < 5
        held.go.set()


def test_a_cancelled_request_is_not_run(held: Held) -> None:
    cancel = threading.Event()
    with Batcher(held) as batcher:
        hold(batcher, held)
        dropped = batcher.submit(rows((1, 2)), cancel=cancel)
        forgotten = batcher.submit(rows((1, 2)))
        cancel.set()
        assert forgotten.cancel()
        held.go.set()
        with pytest.raises(EngineError, match="cancelled"):
            dropped.result(10)
    assert held.runs == 1


def test_an_endless_run_ends_when_nobody_waits_for_it() -> None:
    endless = loaded_without_warm_up()
    with Batcher(endless) as batcher:
        with pytest.raises(EngineError, match="deadline_exceeded"):
            batcher.infer(rows((1, 1)), deadline=time.monotonic() + 0.2)
        started = time.monotonic()
    assert time.monotonic() - started < 5


def loaded_without_warm_up() -> Model:
    data = files.endless_loop().SerializeToString()
    return load_model(data, hashlib.sha256(data).hexdigest(), warm_up=False)


def test_closing_refuses_what_waits(held: Held) -> None:
    batcher = Batcher(held)
    hold(batcher, held)
    waiting = batcher.submit(rows((1, 2)))
    closer = threading.Thread(target=batcher.close)
    closer.start()
    with pytest.raises(EngineError, match="batcher_closed"):
        waiting.result(10)
    held.go.set()
    closer.join(10)
    with pytest.raises(EngineError, match="batcher_closed"):
        batcher.submit(rows((1, 2)))


@pytest.mark.parametrize("inputs", [{}, {"x": np.zeros((0, 2))}, {"x": np.float32(1)}])
def test_requests_without_rows_are_refused(divides: Model, inputs: dict[str, Any]) -> None:
    with Batcher(divides) as batcher, pytest.raises(EngineError, match="input_refused"):
        batcher.submit(inputs)
