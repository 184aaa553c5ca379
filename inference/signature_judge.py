"""What an evaluation would refuse of a signature or a decision, all of it at once, when it is registered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from governance.audit import canonical
from governance.registry.signatures import Problem, judges_signatures
from inference.engine.matching import match
from inference.engine.reasons import Reason, printable
from inference.engine.signature import Signature
from inference.engine.signature_reading import SignatureInvalid, is_probability, read
from inference.inspections import inspection_of
from inference.registered import LONGER, in_engine_words

Said = Mapping[str, Any]

KEYS = (
    "task", "columns", "score", "label", "positive", "classes", "protected", "decision",
)  # fmt: skip
DECISION_KEYS = ("cutOff", "favourable")
_ALSO = {*LONGER.values(), "cut_off"}
_SCORE_FIELDS = ("task", "score", "classes", "positive")
_CUT_OFF = 'It is a decimal from 0 to 1, written as text, such as "0.5".'


@judges_signatures
class SignatureJudge:
    def of_signature(self, signature: Said, inspection: Said) -> list[Problem]:
        draft, invalid = draft_of(signature)
        read_wrong = [as_problem(one) for one in invalid]
        return [
            *unknown(signature, KEYS, ""),
            *said_twice(signature),
            *numbers(signature),
            *read_wrong,
            *own_decision(signature, draft),
            *unfit(draft, inspection, [one.where for one in invalid]),
        ]

    def of_decision(self, decision: Said, signature: Said) -> list[Problem]:
        draft, _ = draft_of(signature)
        return [*strange_decision(decision), *wrong_decision(decision, draft)]


def draft_of(signature: Said) -> tuple[Signature, list[SignatureInvalid]]:
    words = {*KEYS, *LONGER.values()}
    known = {name: value for name, value in signature.items() if name in words}
    return read({**in_engine_words(known), "decision": None}, Signature)


def as_problem(invalid: SignatureInvalid) -> Problem:
    """In the words of who wrote the signature: label_column is its 'label'."""
    where = invalid.where
    for short, long in LONGER.items():
        where = where.replace(long, short)
    pointer = "/" + re.sub(r"\[(\d+)\]", r"/\1", where).replace(".", "/")
    rule = invalid.rule
    return {"pointer": pointer, "detail": f"{rule[0].upper()}{rule[1:]}."}


def unknown(said: Said, known: tuple[str, ...], pointer: str) -> Iterator[Problem]:
    for name in sorted(set(said) - set(known) - _ALSO):
        words = f"Unknown key '{printable(name)}'. Known keys: {', '.join(known)}."
        yield {"pointer": pointer, "detail": words}


def said_twice(signature: Said) -> Iterator[Problem]:
    for short, long in LONGER.items():
        if short in signature and long in signature:
            yield {"pointer": f"/{short}", "detail": f"It is the same as '{long}': leave one out."}


def numbers(signature: Said) -> Iterator[Problem]:
    try:
        canonical.dumps(dict(signature))
    except (ValueError, TypeError) as error:
        words = f"It is signed, so that decimals are written as text ({printable(error)})."
        yield {"pointer": "", "detail": words}


def own_decision(signature: Said, draft: Signature) -> Iterator[Problem]:
    own = signature.get("decision")
    if own is None:
        return
    if not isinstance(own, Mapping):
        yield {"pointer": "/decision", "detail": "It is an object with named fields."}
        return
    if draft.task != "binary":
        yield {"pointer": "/decision", "detail": "It belongs to a binary task: leave it out."}
        return
    yield from unknown(own, DECISION_KEYS, "/decision")
    for one in wrong_decision(own, draft):
        yield {**one, "pointer": f"/decision{one['pointer']}"}


def strange_decision(decision: Said) -> Iterator[Problem]:
    """A key that nothing would read: a misspelt cut-off must not leave another one in force."""
    for name in sorted(set(decision) - set(DECISION_KEYS)):
        words = f"Unknown key '{printable(name)}'. Known keys: {', '.join(DECISION_KEYS)}."
        yield {"pointer": f"/{printable(name)}", "detail": words}


def wrong_decision(decision: Said, draft: Signature) -> Iterator[Problem]:
    cut_off = decision.get("cutOff", decision.get("cut_off"))
    if cut_off is not None and draft.task != "regression" and not is_probability(cut_off):
        yield {"pointer": "/cutOff", "detail": _CUT_OFF}
    favourable = decision.get("favourable")
    if favourable is None:
        return
    if draft.task == "regression":
        words = "A regression has no classes: leave 'favourable' out."
        yield {"pointer": "/favourable", "detail": words}
    elif draft.classes and favourable not in draft.classes:
        classes = ", ".join(printable(one) for one in draft.classes)
        words = f"'{printable(favourable)}' is not one of the model's classes: {classes}."
        yield {"pointer": "/favourable", "detail": words}


def unfit(draft: Signature, inspection: Said, wrong: list[str]) -> Iterator[Problem]:
    """Where the file does not fit; a part that could not even be read is not judged a second time."""
    try:
        reasons = match(draft, inspection_of(inspection))
    except KeyError:
        words = "This model was not inspected here. Upload the file again."
        yield {"pointer": "", "detail": words}
        return
    for reason in reasons:
        pointer = part_of(reason)
        parts = ("columns",) if pointer == "/columns" else _SCORE_FIELDS
        if not pointer or not any(where.startswith(parts) for where in wrong):
            yield {"pointer": pointer, "detail": reason.sentence}


def part_of(reason: Reason) -> str:
    if reason.code.startswith("score_"):
        return "/score"
    return "" if reason.code == "rows_not_independent" else "/columns"
