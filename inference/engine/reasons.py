"""Errors and refusals of the engine: a machine code and a sentence that says what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was refused: `code` for programs, `sentence` for people."""

    code: str
    sentence: str


class EngineError(Exception):
    """A model could not be loaded or run, or its answer cannot be used.

    `code` is snake_case and stable; `sentence` says what to do.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence

    @property
    def reason(self) -> Reason:
        return Reason(self.code, self.sentence)


class Overloaded(EngineError):
    """The queue is full. Ask again after `retry_after` seconds."""

    def __init__(self, retry_after: float) -> None:
        sentence = f"The model's queue is full; ask again in {retry_after:.1f} s."
        super().__init__("overloaded", sentence)
        self.retry_after = retry_after


def printable(text: object, length: int = 120) -> str:
    """`text` cut to `length` characters with everything unprintable replaced by '?'."""
    plain = "".join(c if c.isprintable() else "?" for c in str(text)[: length + 1])
    return plain if len(plain) <= length else plain[: length - 1] + "…"
