"""Refusals: every one carries a machine code and a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


class DomainError(Exception):
    """A request that is understood and refused; nothing was changed."""

    status = 422
    title = ""
    # Further members of the answer, such as the id of what stands in the way.
    members: Mapping[str, str] = MappingProxyType({})

    def __init__(self, code: str, sentence: str, pointer: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.pointer = pointer


class InvalidInput(DomainError):
    """The body, a field or a file cannot be read as what was asked for."""

    status = 400

    def __init__(
        self,
        code: str,
        sentence: str,
        pointer: str = "",
        problems: list[dict[str, str]] | None = None,
    ) -> None:
        super().__init__(code, sentence, pointer)
        self.problems = problems or []


class Unauthenticated(DomainError):
    status = 401


class Forbidden(DomainError):
    """Seen, but not this principal's to do."""

    status = 403


class NotFound(DomainError):
    """Does not exist, or is not to be seen: the two are never told apart."""

    status = 404


class Conflict(DomainError):
    """The thing is not in a state that allows this."""

    status = 409


class Busy(DomainError):
    """Try again later; `retry_after` in seconds."""

    status = 503
    retry_after = 5


class Closed(Busy):
    """Nothing can be changed until an operator has acted; reading goes on."""

    title = "Nothing can be changed now"
    retry_after = 60


class TooManyTries(Busy):
    """Wrong passwords came too fast: answered with the seconds to wait, whoever asks."""

    status = 429

    def __init__(self, seconds: int) -> None:
        wait = f"{seconds} seconds" if seconds <= 60 else f"{-(-seconds // 60)} minutes"
        super().__init__(
            "too_many_tries", f"Too many wrong passwords. Wait {wait}, then try again."
        )
        self.retry_after = seconds
