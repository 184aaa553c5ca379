"""What the report is about: the system as registered, its releases, what is live, and whether the two agree."""

from __future__ import annotations

from typing import Any

from governance.registry.choices import ActRole, Tier
from governance.registry.models import PROFILE_FIELDS
from reports.content.book import Book, Register, Said

JSON = dict[str, Any]
MOST_RELEASES = 12


def system_facts(system: Said, register: Register) -> JSON:
    fields = system.fields
    tier = Tier(fields["tier"]).label
    confirmed = fields["tierState"] == "confirmed"
    return {
        "name": fields["name"],
        "role": ActRole(fields["role"]).label,
        "tier": tier if confirmed else f"{tier} (proposed)",
        "tierReason": fields["tierReason"],
        "owner": register.name(fields["owner"]),
        "validator": register.name(fields["validator"]),
        "executive": register.name(fields["executive"]),
        "reviewDue": fields["reviewDue"],
        "revision": system.predicate["record"]["revision"],
        "profile": [
            {"label": label, "value": fields.get(name) or ""}
            for name, label in PROFILE_FIELDS.items()
        ],
        "evidence": register.cite(system),
    }


def releases(book: Book, register: Register) -> list[JSON]:
    """Releases, newest first, with what each is made of and where it runs."""
    found = list(reversed(book.records("release")))[:MOST_RELEASES]
    return [release(one, book, register) for one in found]


def release(one: Said, book: Book, register: Register) -> JSON:
    deployments = [
        held for held in book.records("deployment") if held.fields["release"] == one.record_id
    ]
    return {
        "number": one.fields["number"],
        "digest": one.fields["digest"],
        "models": [model_words(part, book) for part in one.fields["models"]],
        "cutOff": cut_off(one),
        "live": [held.fields["environment"] for held in deployments if held.state == "live"],
        "periods": [
            {
                "environment": held.fields["environment"],
                "from": held.fields["from"],
                "to": held.fields["to"],
                "rollback": held.fields["rollback"],
            }
            for held in deployments
        ],
        "at": one.at,
        "evidence": register.cite(one, *deployments),
    }


def model_words(part: JSON, book: Book) -> str:
    for one in book.records("model-version"):
        if one.fields["digest"] == part["digest"]:
            return f"{one.fields['model']} version {one.fields['number']}, {one.fields['method']}"
    return f"version {part['version']}"


def cut_off(one: Said) -> str:
    decision = one.fields.get("decision")
    return str(decision.get("cutOff", "")) if isinstance(decision, dict) else ""


def reconciliation(book: Book) -> list[JSON]:
    """Checks that what is registered, what was admitted and what runs agree; each with its count."""
    made = {one.record_id: one for one in book.records("release")}
    live = [one for one in book.records("deployment") if one.state == "live"]
    admitted = {
        one.fields["sha256"]
        for one in book.records("artefact-admission")
        if one.state == "admitted"
    }
    parts = [part for one in made.values() for part in one.fields["models"]]
    versions = {one.fields["digest"] for one in book.records("model-version")}
    return [
        checked("Live deployments that name a registered release", live, [
            one for one in live if one.fields["release"] in made
        ]),
        checked("Model files in releases that are registered versions", parts, [
            one for one in parts if one["digest"] in versions
        ]),
        checked("Model files in releases that passed admission", parts, [
            one for one in parts if one["digest"] in admitted
        ]),
    ]  # fmt: skip


def checked(words: str, asked: list[Any], good: list[Any]) -> JSON:
    return {
        "words": words,
        "asked": len(asked),
        "good": len(good),
        "agrees": len(asked) == len(good),
    }
