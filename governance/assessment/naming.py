"""Names of people in sentences: the rules, and what is signed, know people by id only."""

from __future__ import annotations

import json
import re
from typing import Any

from governance.identity.models import Person

WITH_ID = re.compile(r"\b[Pp]erson ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")


def with_names(value: Any) -> Any:
    """The JSON as people read it: "Person <id>" becomes the person's name, who is unknown stays an id."""
    text = json.dumps(value)
    ids = set(WITH_ID.findall(text))
    if not ids:
        return value
    names = {str(person.pk): quoted(person.name) for person in Person.objects.filter(pk__in=ids)}
    return json.loads(WITH_ID.sub(lambda found: names.get(found[1], found[0]), text))


def quoted(name: str) -> str:
    """A name as it stands inside a JSON string."""
    return json.dumps(name)[1:-1]
