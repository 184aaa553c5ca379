"""Telling people: the room that keeps notices and mail stands above this one and says here how."""

from __future__ import annotations

from collections.abc import Callable

from governance.identity.models import Person

# Called with person, kind, title, url and text, as `work.actions.notify` is.
Tell = Callable[[Person, str, str, str, str], object]
TELLERS: list[Tell] = []


def tell(person: Person, kind: str, title: str, url: str, text: str) -> None:
    for teller in TELLERS:
        teller(person, kind, title, url, text)
