"""The demonstration's people. Invented, labelled so; their passwords are made anew at each run."""

from __future__ import annotations

import secrets
from pathlib import Path

from demo.people.person import Person

ORGANISATION = "Public employment service (demo)"
ROLES = ("administrator", "officer", "owner", "developer", "validator", "executive", "auditor")
SECOND = "developer, second account"


def make_people(site: str) -> dict[str, Person]:
    """One person a role; the developer once more, with the second account."""
    people = {
        role: Person(role, f"{role.capitalize()} (demo)", f"{role}@demo.example", word(), site)
        for role in ROLES
    }
    people[SECOND] = Person(SECOND, people["developer"].name, "developer-two", word(), site)
    return people


def word() -> str:
    return secrets.token_urlsafe(12)


def write_accounts(people: dict[str, Person], home: Path) -> Path:
    """What the demonstration's sign-in page shows: role, login, password; a line each."""
    path = home / "demo-accounts.tsv"
    path.touch(mode=0o600)
    lines = [f"{one.role}\t{one.login}\t{one.password}\n" for one in people.values()]
    path.write_text("".join(lines), encoding="utf-8")
    return path
