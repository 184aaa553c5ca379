"""What a record element asks for, in words: the record that is wanted, and what somebody does about it."""

from __future__ import annotations

from .log import JSON
from .records import same_value
from .words import an, field_words, listing, plain, plural, quoted, topic_words

_NOUNS = {"system": "record"}
_CONDITIONS = (
    ("independent", True, "that is independent"),
    ("rollback", True, "that is a roll-back"),
    ("tierState", "confirmed", "whose tier is confirmed"),
)
_VERBS = {
    "action": "Plan",
    "document": "Attach",
    "evaluation-plan": "Write",
    "model-version": "Register",
    "opinion": "Give",
    "release": "Make",
    "risk": "Enter",
}
# Records that nobody writes: they follow from something that is done.
_DEEDS = {
    "artefact-admission": "Upload the model file and let it be inspected.",
    "evaluation-run": "Run the approved evaluation plan.",
    "inventory": "The platform reconciles the inventory by itself once its keeper is named.",
}
_FIXED = ("release", "model-version")
_DEEDS_WHERE = {
    ("deployment", "rollback"): "Carry out a roll-back, in earnest or as an exercise.",
    ("system", "tierState"): "Confirm the tier, with reasons.",
}
_FAILURES = {
    ("inventory", "reconciled", False): (
        "something runs that does not match it",
        "See on the inventory page what runs and does not match; register, admit or end it.",
    ),
}


def asked(element: JSON) -> str:
    """The record without an article: "document on the topic “Business case”"."""
    return f"{_noun(element)}{_conditions(element)}"


def wanted(element: JSON, least: int, requirement: str = "") -> str:
    """The record, or as many as are needed: "an opinion that is independent, with verdict and tests"."""
    noun = an(_noun(element)) if least == 1 else plural(least, _noun(element))
    return f"{noun}{_conditions(element, requirement)}{_contents(element)}"


def errand(element: JSON, least: int, requirement: str) -> str:
    """What somebody does so that the record exists."""
    kind = element["kind"]
    for name in element.get("where", {}):
        if (kind, name) in _DEEDS_WHERE:
            return _DEEDS_WHERE[kind, name]
    if kind == "inventory" and "owner" in element.get("complete", ()):
        return "Name the keeper of the inventory."
    if kind in _DEEDS:
        return _DEEDS[kind]
    approval = ", and have it approved" if element.get("approved") else ""
    return f"{_VERBS.get(kind, 'Record')} {wanted(element, least, requirement)}{approval}."


def completion(kind: str, names: str) -> str:
    """What somebody does about empty fields; a release and a model version are never edited."""
    if kind in _FIXED:
        return f"{_VERBS[kind]} {an(plain(kind))} that states {names}."
    return f"Fill in {names} of the {plain(kind)}."


def failure(kind: str, name: str, value: object) -> tuple[str, str]:
    """Why a value fails its record, and what somebody does about it."""
    for (of_kind, field, failing), words in _FAILURES.items():
        if (of_kind, field) == (kind, name) and same_value(value, failing):
            return words
    problem = f"its {field_words(name)} is {shown(value)}"
    return problem, f"Mend the {plain(kind)}: {problem}."


def shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return plain(str(value))


def _noun(element: JSON) -> str:
    return _NOUNS.get(element["kind"]) or plain(element["kind"])


def _conditions(element: JSON, requirement: str = "") -> str:
    where = element.get("where", {})
    said = [_condition(element, name, where[name], requirement) for name in sorted(where)]
    return f" {listing(said)}" if said else ""


def _condition(element: JSON, name: str, value: object, requirement: str) -> str:
    if (element["kind"], name) == ("document", "topic"):
        asked_by = f" ({requirement})" if requirement else ""
        return f"on the topic {quoted(topic_words(element['label']))}{asked_by}"
    for known, wanted_value, words in _CONDITIONS:
        if known == name and same_value(value, wanted_value):
            return words
    return f"with {field_words(name)} {shown(value)}"


def _contents(element: JSON) -> str:
    names = [field_words(name) for name in element.get("complete", ())]
    if not names:
        return ""
    return f"{',' if element.get('where') else ''} with {listing(names)}"
