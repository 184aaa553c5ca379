"""The why-tree of a result: every element with its state, its sentence and its evidence."""

from __future__ import annotations

from dataclasses import dataclass

from config.components.drawings import COMPARATORS, Scale, scale
from config.components.values import read, sequence, text
from governance.evidence.choices import Assurance

FORMS = {
    "all": "all of these must hold",
    "any": "one of these is enough",
    "metric": "measurements",
    "criterion": "measurement",
    "watch": "open alerts",
    "alert": "alert",
    "monitor-runs": "runs of a monitor",
    "record": "record",
    "monitor": "monitor",
    "statement": "statement by a person",
}
STATES = {
    "holds": ("good", "holds"),
    "fails": ("bad", "fails"),
    "missing": ("none", "missing"),
    "insufficient": ("none", "insufficient"),
    "stale": ("warn", "stale"),
    "contested": ("wait", "under review"),
}


@dataclass(frozen=True)
class Piece:
    """A piece of evidence: its id and, where the caller knows it, its address."""

    id: str
    url: str


@dataclass(frozen=True)
class Reason:
    """One node of the tree as it is drawn."""

    id: str
    label: str
    form: str
    join: bool
    tone: str
    state: str
    sentence: str
    fresh: str
    basis: str
    evidence: list[Piece]
    scale: Scale | None
    children: list[Reason]


def piece(source: object) -> Piece:
    """A piece from an id or from a mapping with id and url."""
    if isinstance(source, str):
        return Piece(source, "")
    return Piece(text(source, "id", str(source)), text(source, "url"))


def reason(node: object) -> Reason:
    """A node as the rules give it: id, label, form, state, sentence, evidence, details, elements."""
    form, state = text(node, "form"), text(node, "state")
    tone, words = STATES.get(state, ("none", state or "not determined"))
    details = read(node, "details") or {}
    return Reason(
        id=text(node, "id"),
        label=text(node, "label"),
        form=FORMS.get(form, form),
        join=form in ("all", "any"),
        tone=tone,
        state=words,
        sentence=text(node, "sentence"),
        fresh=text(details, "freshUntil"),
        basis=basis_words(text(node, "basis")),
        evidence=[piece(e) for e in sequence(read(node, "evidence"))],
        scale=_scale(details),
        children=[reason(child) for child in sequence(read(node, "elements"))],
    )


def basis_words(basis: str) -> str:
    """How sure evidence is, as people read it: computed elsewhere and signed."""
    return str(Assurance(basis).label) if basis in Assurance.values else basis


def _scale(details: object) -> Scale | None:
    comparator = text(details, "comparator")
    if comparator not in COMPARATORS:
        return None
    return scale(
        read(details, "value"),
        read(details, "lower"),
        read(details, "upper"),
        read(details, "threshold"),
        comparator,
        use=text(details, "use", "point"),
    )
