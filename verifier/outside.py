"""What comes from outside a package: a key somebody was given, checkpoints somebody kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .faults import Changed, Findings, Unfit
from .keys import LogKeys
from .merkle import Tree
from .note import Checkpoint, read_checkpoint, read_key
from .signatures import Check
from .tables import check_root
from .times import hours

MOST_FILES = 100_000
MOST_BYTES = 1 << 20


@dataclass(frozen=True)
class Kept:
    """A checkpoint from outside and where it was read."""

    name: str
    checkpoint: Checkpoint


def read_kept(paths: Sequence[Path]) -> list[Kept]:
    """Checkpoints in these files and folders. Raises Unfit for a file that is none.

    In a folder, what is no checkpoint is passed over; a folder without any is refused.
    """
    found = []
    for path in paths:
        if path.is_dir():
            held = [one for file in sorted(path.rglob("*"))[:MOST_FILES] for one in _try(file)]
            if not held:
                raise Unfit(f"The folder {path} holds no checkpoint.")
            found += held
        else:
            found.append(_read(path))
    return found


def _try(path: Path) -> list[Kept]:
    try:
        return [_read(path)] if path.is_file() else []
    except Unfit:
        return []


def _read(path: Path) -> Kept:
    try:
        with path.open("rb") as file:
            text = as_signed(file.read(MOST_BYTES).decode("utf-8-sig"))
        return Kept(str(path), read_checkpoint(text))
    except OSError as error:
        raise Unfit(f"The checkpoint {path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Unfit(f"{path} is no UTF-8 text. Save the checkpoint as plain UTF-8.") from None
    except Changed as error:
        raise Unfit(f"{path} is no checkpoint: {error}") from None


def as_signed(text: str) -> str:
    """A copied checkpoint as it was signed: editors change line breaks, a copy leaves the last one out."""
    text = text.replace("\r\n", "\n")
    return text if text.endswith("\n") else f"{text}\n"


def check_key(vkey: str, first: str, log: LogKeys | None) -> bool:
    """Whether the key that was given is one of the log's. Raises Unfit when it is not.

    Before the log's own entries are read, only the first key is known.
    """
    try:
        given = read_key(vkey)
    except Changed as fault:
        raise Unfit(f"--key: {fault.sentence}") from None
    if given.vkey == first.strip():
        return True
    if log is None:
        return False
    if all(given != key for _, key in log.chain):
        raise Unfit(
            f"The package is of another installation than --key: its log is signed by {first[:120]}."
        )
    return True


def check_kept(
    kept: Sequence[Kept], log: LogKeys, tree: Tree, verify: Check, findings: Findings
) -> tuple[list[int], list[Kept]]:
    """Sizes of the checkpoints that vouch for the package: signed by the log, with its root.

    The second part are those that are larger than the package's log.

    Raises Unfit when one is of another log or not signed by this one.
    """
    own = [one for one in kept if one.checkpoint.origin == log.origin]
    if len(own) < len(kept):
        other = next(one for one in kept if one.checkpoint.origin != log.origin)
        raise Unfit(
            f"{other.name} is a checkpoint of {other.checkpoint.origin}, the package is of {log.origin}."
        )
    sizes: list[int] = []
    later: list[Kept] = []
    for one in own:
        size = one.checkpoint.size
        try:
            log.read(one.checkpoint.note, verify)
        except Changed as fault:
            raise Unfit(f"{one.name} is no checkpoint of this log: {fault.sentence}") from None
        if size > tree.size:
            later.append(one)
            continue
        with findings.caught(f"{one.name}, kept outside"):
            check_root(tree, size, one.checkpoint.root)
            sizes.append(size)
    findings.count(len(sizes), "checkpoints kept outside have the root of the same leaf hashes")
    return sizes, later


def vouching(
    sizes: Sequence[int],
    later: Sequence[Kept],
    has_key: bool,
    size: int,
    age: int | None,
    most_age: int | None,
) -> str:
    """Why nothing outside vouches well enough, for exit 3; empty when it does.

    `age` and `most_age` are in microseconds.
    """
    if later:
        one = max(later, key=_size)
        return (
            f"The package ends at size {size:,}, and {one.name} is of size {_size(one):,}: either the "
            "package was made before that checkpoint, or its log was cut off. If it was made since, "
            "the log was cut off; if before, check it without that checkpoint."
        )
    if not has_key and not sizes:
        return "Give --key (the log's key, as you got it elsewhere) and --checkpoint (a copy you keep)."
    if not sizes:
        return "Give --checkpoint, a copy of a checkpoint that you or an anchor kept outside."
    if not has_key:
        return "Give --key, the log's key as you got it another way than with the package."
    if most_age is not None and age is None:
        return "No entry here tells how old the newest checkpoint from outside is."
    if most_age is not None and age is not None and age > most_age:
        return (
            f"The newest checkpoint from outside, size {max(sizes):,} of {size:,}, is about "
            f"{hours(age)} old; --max-age allows {hours(most_age)}."
        )
    return ""


def _size(one: Kept) -> int:
    return one.checkpoint.size
