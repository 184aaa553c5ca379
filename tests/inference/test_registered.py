from __future__ import annotations

from typing import Any

import pytest

from inference.engine.reasons import EngineError
from inference.registered import engine_signature

REGISTERED: dict[str, Any] = {
    "task": "binary",
    "columns": [{"name": "AGEP", "dtype": "float", "tensor": "X"}],
    "score": {"output": "probabilities", "index": 1},
    "label": "employed",
    "positive": "1",
}
DECISION = {"cutOff": "0.4", "favourable": "0"}


def test_the_release_decides_cut_off_and_favourable_class() -> None:
    signature = engine_signature(REGISTERED, DECISION)
    assert signature.decision is not None
    assert (signature.decision.cut_off, signature.decision.favourable) == ("0.4", "0")
    assert signature.label_column == "employed"


def test_the_engines_own_words_are_understood_too() -> None:
    said = {name: REGISTERED[name] for name in ("task", "columns", "score")}
    longer = {**said, "label_column": "employed", "positive_label": "1", "classes": ["0", "1"]}
    assert engine_signature(longer, DECISION) == engine_signature(
        {**REGISTERED, "classes": ["0", "1"]}, DECISION
    )


def test_what_the_release_leaves_out_the_signature_may_say() -> None:
    own = {**REGISTERED, "decision": {"cut_off": "0.5", "favourable": "1"}}
    decision = engine_signature(own, {"cutOff": "0.3"}).decision
    assert decision is not None
    assert (decision.cut_off, decision.favourable) == ("0.3", "1")


def test_favourable_names_a_class_of_the_label() -> None:
    words = {**REGISTERED, "positive": "refused", "classes": ["offered", "refused"]}
    decision = engine_signature(words, {"cutOff": "0.5", "favourable": "offered"}).decision
    assert decision is not None
    assert decision.favourable == "0"


def test_a_score_column_may_be_written_as_text() -> None:
    text = {**REGISTERED, "score": {"output": "probabilities", "index": "1"}}
    assert engine_signature(text, DECISION).score.index == 1


@pytest.mark.parametrize(
    ("changes", "decision", "code"),
    [
        ({}, {"cutOff": "0.5"}, "decision_missing"),
        ({}, {"favourable": "0"}, "decision_missing"),
        ({}, {"cutOff": "0.5", "favourable": "2"}, "signature_invalid"),
        ({}, {"cutOff": "half", "favourable": "0"}, "signature_invalid"),
        ({"positive": "yes"}, DECISION, "signature_invalid"),
        ({"score": "probabilities"}, DECISION, "signature_invalid"),
    ],
)
def test_a_decision_that_cannot_be_applied_is_refused(
    changes: dict[str, Any], decision: dict[str, str], code: str
) -> None:
    with pytest.raises(EngineError) as refused:
        engine_signature({**REGISTERED, **changes}, decision)
    assert refused.value.code == code
