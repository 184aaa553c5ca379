"""What can be wrong: a fault inside the package, or a reason why nothing can be said about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType

MOST_KEPT = 1000
MOST_FAULTS = 100_000


class Changed(Exception):
    """Something is not what it was when it was signed; `index` is the log's, None for no entry."""

    def __init__(self, sentence: str, file: str = "", index: int | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.file = file
        self.index = index


class Unfit(Exception):
    """This is no package, not one this verifier can read, or of another installation: exit 2."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Enough(Exception):
    """So much is wrong that looking further only costs time."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: the member of the zip, the log's index, and a sentence."""

    file: str
    index: int | None
    sentence: str

    @property
    def line(self) -> str:
        """`index 17, log/entries.tsv: sentence`."""
        place = [f"index {self.index}"] if self.index is not None else []
        place += [self.file] if self.file else []
        return f"{', '.join(place)}: {self.sentence}" if place else self.sentence


@dataclass
class Findings:
    """What was checked, what is wrong, and what a reader should know beside it."""

    checked: list[tuple[int, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    number: int = 0

    def count(self, number: int, words: str, begun: int | None = None) -> None:
        """Say that so many things of a kind hold.

        `begun`: how many faults were known before the first was looked at; each since then is one that does not.
        """
        good = number if begun is None else max(number - (self.number - begun), 0)
        self.checked.append((good, words if good == number else f"of {number:,} {words}"))

    def wrong(self, sentence: str, file: str = "", index: int | None = None) -> None:
        """Add a fault; only the first thousand are kept. Raises Enough at the hundred-thousandth."""
        self.number += 1
        if len(self.faults) < MOST_KEPT:
            self.faults.append(Fault(file, index, sentence))
        if self.number >= MOST_FAULTS:
            raise Enough

    def note(self, sentence: str) -> None:
        """Add a sentence that is no fault."""
        self.notes.append(sentence)

    def caught(self, file: str, index: int | None = None) -> Caught:
        """A block in which whatever goes wrong becomes a fault of this file."""
        return Caught(self, file, index)

    @contextmanager
    def passed_over(self, what: str) -> Iterator[None]:
        """A block in which whatever goes wrong is told and changes nothing.

        Whoever can write to the database can write an entry that means nothing.
        """
        try:
            yield
        except (Unfit, MemoryError):
            raise
        except Changed as fault:
            self.note(f"{what}: {fault.sentence[:300]}")
        except Exception as error:  # noqa: BLE001 (whatever a hostile entry brings about)
            self.note(f"{what}: it cannot be read ({str(error)[:200]}).")

    def doubted(self) -> Doubted:
        """A block whose refusal is a note where faults were found before: they may be its cause."""
        return Doubted(self)


@dataclass(frozen=True)
class Doubted:
    """Where an entry about keys is damaged, a right key looks wrong: the damage is the news."""

    findings: Findings

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, Unfit) or not self.findings.number:
            return False
        self.findings.note(error.sentence)
        return True


@dataclass(frozen=True)
class Caught:
    """Turns what goes wrong inside into a fault: a hostile package must never end the program."""

    findings: Findings
    file: str
    index: int | None

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if isinstance(error, Changed):
            index = self.index if error.index is None else error.index
            self.findings.wrong(error.sentence, error.file or self.file, index)
            return True
        if not isinstance(error, Exception) or isinstance(error, (Unfit, Enough, MemoryError)):
            return False
        sentence = f"This cannot be read ({type(error).__name__}: {str(error)[:200]})."
        if isinstance(error, RecursionError):
            sentence = "This is nested too deeply to be read."
        self.findings.wrong(sentence, self.file, self.index)
        return True
