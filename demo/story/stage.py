"""What the acts of the story share: the people, the pipeline, and what they have made so far."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from demo.command_line import CommandLine
from demo.people.person import PageRefused, Person
from demo.workshop import Workshop

T = TypeVar("T")
JSON = dict[str, Any]
PATIENCE_SECONDS = 60.0


class Unexpected(Exception):
    """The platform did something else than the story needs."""


@dataclass
class Stage:
    home: Path
    site: str
    token: str
    people: dict[str, Person]
    muniment: CommandLine
    workshop: Workshop
    show: Callable[[str], None]
    made: dict[str, str] = field(default_factory=dict)

    def person(self, role: str) -> Person:
        return self.people[role]

    @property
    def system(self) -> str:
        return self.made["system"]

    @property
    def system_page(self) -> str:
        return f"/systems/{self.system}"

    def api(self, path: str, role: str = "owner") -> JSON:
        """What the REST API says to a signed-in person."""
        answer = self.person(role).browser.get(
            f"/api/v1/{path}", headers={"Accept": "application/json"}
        )
        if not answer.is_success:
            raise Unexpected(f"GET {path} answered {answer.status_code}: {answer.text[:300]}")
        body: JSON = answer.json()
        return body

    def api_all(self, path: str, role: str = "owner") -> list[JSON]:
        """Every row of a list, page by page."""
        page = self.api(path, role)
        rows: list[JSON] = page["results"]
        while page["next"]:
            page = self.api(page["next"].partition("/api/v1/")[2], role)
            rows += page["results"]
        return rows

    def results(self) -> dict[str, JSON]:
        """The system's results by requirement, as the platform has them now."""
        rows = self.api(f"systems/{self.system}/results")["results"]
        return {row["requirement"]: row for row in rows}

    def wait_for_result(self, requirement: str, state: str) -> JSON:
        """Until a requirement is in a state; results follow evidence within seconds."""

        def there() -> JSON | None:
            row = self.results()[requirement]
            return row if row["state"] == state else None

        return wait_until(there, f"{requirement} to be {state}")


def wait_until(look: Callable[[], T | None], what: str, seconds: float = PATIENCE_SECONDS) -> T:
    """What `look` finds. Raises Unexpected when it finds nothing in time."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found is not None:
            return found
        if time.monotonic() > deadline:
            raise Unexpected(f"Waited {seconds:.0f} s for {what}, in vain.")
        time.sleep(0.5)


def refusal(act: Callable[[], object], words: str) -> str:
    """The sentence with which the platform refuses an act. Raises Unexpected where it does not, or for another reason."""
    try:
        act()
    except PageRefused as refused:
        if words not in str(refused):
            raise Unexpected(f"Refused, but not because '{words}': {refused}") from refused
        return next((one for one in refused.problems if words in one), str(refused))
    raise Unexpected(f"This had to be refused ('{words}') and was not.")


def day(days: int) -> str:
    """The date so many days from today (UTC), as a form takes it."""
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()
