"""The signature and the decision as the registry holds them, in the engine's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inference.engine.reasons import EngineError
from inference.engine.signature import Signature

LONGER = {"label": "label_column", "positive": "positive_label"}


def engine_signature(signature: Mapping[str, Any], decision: Mapping[str, Any]) -> Signature:
    """A registered signature with a release's decision (`cutOff`, `favourable`) put into it.

    `favourable` names a class of the label; the engine wants to know whether it is the positive
    one. What the release leaves out, the signature's own decision may say. Raises EngineError
    signature_invalid, decision_missing.
    """
    fields = {**in_engine_words(signature), "decision": None}
    read = Signature.from_json(fields)
    if read.task != "binary":
        return read
    said = {**_own_decision(signature, read), **decision}
    fields["decision"] = {
        "cut_off": _said(said, "cutOff"),
        "favourable": _code_of(_said(said, "favourable"), read),
    }
    return Signature.from_json(fields)


def in_engine_words(signature: Mapping[str, Any]) -> dict[str, Any]:
    """The same fields under the engine's names."""
    fields = {LONGER.get(name, name): value for name, value in signature.items()}
    return {**fields, "score": _score(fields["score"])} if "score" in fields else fields


def _own_decision(signature: Mapping[str, Any], read: Signature) -> dict[str, Any]:
    own = signature.get("decision")
    if not isinstance(own, Mapping):
        return {}
    found = {"cutOff": own.get("cutOff", own.get("cut_off")), "favourable": own.get("favourable")}
    return {name: value for name, value in found.items() if value is not None}


def _said(decision: Mapping[str, Any], name: str) -> str:
    if name in decision:
        return str(decision[name])
    raise EngineError(
        "decision_missing",
        f"The release does not say its '{name}'. Make a release with a decision such as "
        '{"cutOff": "0.5", "favourable": "0"}: the class that is good for the person.',
    )


def _code_of(favourable: str, read: Signature) -> str:
    if favourable in read.classes:
        return "1" if favourable == read.positive_label else "0"
    words = f"'favourable' is '{favourable}'; it is one of the classes: {', '.join(read.classes)}."
    raise EngineError("signature_invalid", f"Signature, decision: {words}")


def _score(score: Any) -> Any:
    """The registry advises to write numbers as strings; the engine counts columns."""
    index = score.get("index") if isinstance(score, dict) else None
    if isinstance(index, str) and index.isdecimal():
        return {**score, "index": int(index)}
    return score
