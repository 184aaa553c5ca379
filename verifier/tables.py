"""The tables that must say what the log says: words, keys, register, anchors, samples."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, zip_longest
from typing import Callable, TypeVar

from . import canonical, merkle
from .archive import Archive
from .entries import Entries
from .faults import Changed, Findings, Unfit
from .keys import INSTALLATION, PIPELINE, KeyHistory, StatementKey
from .manifest import Manifest
from .note import number
from .rows import plain, read_table
from .statements import Statement

DRAWN = 25
WORDS, KEYS, REGISTER = "log/words.csv", "keys.csv", "evidence/register.csv"
ANCHORS, CHECKPOINTS = "log/anchors.csv", "log/checkpoints.ndjson"
# Of ten years: the last checkpoint of each day, and one a day for each of a dozen places outside.
MOST_HEADS = 50_000
MOST_WRONG_HEADS = 100
# What a population lists: (type of statement, kind of record).
POPULATIONS = {
    "systems": ("record", "system"),
    "releases": ("record", "release"),
    "deployments": ("record", "deployment"),
    "evaluations": ("record", "evaluation-run"),
    "alerts": ("record", "alert"),
    "approvals": ("approval", ""),
    "gate-decisions": ("gate-decision", ""),
}
Row = Sequence[str]
T = TypeVar("T")


def check_words(archive: Archive, entries: Entries, findings: Findings) -> None:
    """People's words against the salted digests in their entries; erased ones are counted."""
    _, rows = read_table(archive, WORDS, 4)
    digests = sum(len(texts) for texts in entries.texts.values())
    seen: set[tuple[int, str]] = set()
    count, begun = 0, findings.number
    for count, row in enumerate(rows, 1):
        if count > digests:
            raise Changed(f"The table has more rows than the entries have words: {digests}.", WORDS)
        index = number(row[0]) if row[0].isdigit() else None
        with findings.caught(WORDS, index):
            if (index, row[1]) in seen:
                raise Changed(f"The words {row[1][:40]!r} stand here twice.")
            _check_words(row, entries)
            seen.add((number(row[0]), row[1]))
    findings.count(count, "people's words fit the digests in their entries", begun)
    if digests > count:
        findings.note(f"{digests - count} words are erased or not in the package.")


def _check_words(row: Row, entries: Entries) -> None:
    digest = entries.texts.get(number(row[0]), {}).get(row[1])
    if digest is None:
        raise Changed(f"The entry has no words {row[1][:40]!r}.")
    salt = bytes.fromhex(row[2])
    if len(salt) < 16:
        raise Changed("The salt has fewer than 16 bytes.")
    texts = {row[3], plain(row[3])}
    if not any(hashlib.sha256(salt + text.encode()).hexdigest() == digest for text in texts):
        raise Changed(f"The words {row[1]!r} are not those whose digest stands in the entry.")


def check_register(archive: Archive, statements: Sequence[Statement], findings: Findings) -> None:
    """register.csv lists exactly the statements, in order."""
    _, rows = read_table(archive, REGISTER, 10)
    expected = [
        [
            str(one.index),
            one.id,
            one.type,
            one.predicate["producedAt"],
            one.predicate["assurance"],
            one.sha256,
        ]
        for one in statements
    ]
    found = ([plain(row[place]) for place in (0, 1, 2, 5, 6, 8)] for row in rows)
    _compare(REGISTER, expected, found, findings)


def check_keys(archive: Archive, keys: KeyHistory, findings: Findings) -> None:
    """keys.csv has a row for each statements' key, and for each revocation of one that has any."""
    _, rows = read_table(archive, KEYS, 8)
    expected = sorted(
        [one.keyid, one.public.hex(), one.purpose, str(one.since), size, why]
        for one in keys.statements.values()
        for size, why in _revocations(one)
    )
    held = islice((row for row in rows if row[2] in {INSTALLATION, PIPELINE}), len(expected) + 1)
    found = sorted([plain(row[place]) for place in (0, 1, 2, 4, 6, 7)] for row in held)
    _compare(KEYS, expected, found, findings)


def _revocations(key: StatementKey) -> list[tuple[str, str]]:
    return [(str(size), why) for size, why in key.revocations] or [("", "")]


def _compare(name: str, expected: Sequence[Row], found: Iterable[Row], findings: Findings) -> None:
    for place, (due, row) in enumerate(zip_longest(expected, found), 1):
        if due != row:
            sentence = f"Row {place} is not what the log says; {len(expected)} rows are due."
            findings.wrong(sentence, name)
            return
    findings.count(len(expected), f"rows of {name} say what the log says")


def check_checkpoints(
    archive: Archive,
    tree: merkle.Tree,
    read: Callable[[str], tuple[int, bytes]],
    findings: Findings,
) -> None:
    """Earlier checkpoints: signed, oldest first, and their root is that of the same leaf hashes.

    A line that is the same as the one before it is checked once; after 100 faults the rest is left.
    """
    last, count, before, faults = 0, 0, b"", findings.number
    for count, line in enumerate(_bounded(archive.lines(CHECKPOINTS), CHECKPOINTS), 1):
        if line == before:
            continue
        if findings.number - faults >= MOST_WRONG_HEADS:
            raise Changed(f"From line {count} on nothing was read: so many lines are wrong.")
        before = line
        with findings.caught(f"{CHECKPOINTS} line {count}"):
            note = canonical.loads(line)
            size, root = read(note) if isinstance(note, str) else (-1, b"")
            if size < last:
                raise Changed("The line is no checkpoint, or stands behind a later one.")
            last = size
            check_root(tree, size, root)
    findings.count(count, "earlier checkpoints have the root of the same leaf hashes", faults)


def _bounded(found: Iterator[T], name: str) -> Iterator[T]:
    """The lines or rows of a file about the log's heads. Raises Unfit beyond what is read."""
    for place, one in enumerate(found):
        if place == MOST_HEADS:
            raise Unfit(f"{name} has more than {MOST_HEADS:,} lines; in a package it has fewer.")
        yield one


def check_root(tree: merkle.Tree, size: int, root: bytes) -> None:
    """Raise Changed unless the tree had this root at this size."""
    if size > tree.size:
        raise Changed(f"The checkpoint is of size {size}, beyond the package's {tree.size}.")
    if tree.root(size) != root:
        raise Changed(
            f"At size {size} the log had the root {root.hex()[:16]} when this was signed; the "
            f"package gives {tree.root(size).hex()[:16]}. The past was changed."
        )


def check_anchors(archive: Archive, tree: merkle.Tree, findings: Findings) -> None:
    """Where checkpoints were sent: the root at each size. Receipts are for their issuers' tools."""
    _, rows = read_table(archive, ANCHORS, 6)
    count, begun = 0, findings.number
    for count, row in enumerate(_bounded(rows, ANCHORS), 1):
        with findings.caught(f"{ANCHORS} line {count + 1}"):
            check_root(tree, number(plain(row[2])), bytes.fromhex(plain(row[3])))
    findings.count(count, "anchors name roots of this log", begun)


def check_samples(
    archive: Archive, manifest: Manifest, statements: Sequence[Statement], findings: Findings
) -> None:
    """Draw the samples anew; each row of a population is a statement of its kind."""
    known = {one.id: (one.type, one.kind) for one in statements}
    names = [name.partition("/")[2] for name in archive.names if name.startswith("populations/")]
    samples = [name.partition("/")[2] for name in archive.names if name.startswith("samples/")]
    for name in sorted(set(samples) ^ set(names)):
        findings.wrong("A population and its sample do not both stand in the package.", name)
    begun = findings.number
    for name in sorted(set(names) & set(samples)):
        with findings.caught(f"samples/{name}"):
            _check_sample(archive, name, manifest.seed, known)
    findings.count(len(set(names) & set(samples)), "samples are those that the seed draws", begun)


def _check_sample(
    archive: Archive, name: str, seed: str, known: dict[str, tuple[str, str]]
) -> None:
    header, held = read_table(archive, f"populations/{name}")
    if "id" not in header:
        raise Changed("The population has no column id.")
    column = header.index("id")
    rows = list(islice(held, len(known) + 1))
    _check_population(name, [row[column] for row in rows], known)
    drawn = draw(seed, name, rows, column)
    titles, sample = read_table(archive, f"samples/{name}")
    if (header, drawn) != (titles, list(islice(sample, DRAWN + 1))):
        raise Changed("The sample is not the one that the seed draws.")


def _check_population(name: str, ids: Sequence[str], known: dict[str, tuple[str, str]]) -> None:
    expected = POPULATIONS.get(name.rpartition(".")[0])
    if len(set(ids)) != len(ids):
        raise Changed("The population names one thing twice.")
    for one in ids:
        if one not in known:
            raise Changed(f"The population names {one[:40]!r}, and no statement here has this id.")
        if expected is not None and known[one] != expected:
            raise Changed(f"The population names {one[:40]!r}, which is no {' '.join(expected)}.")


def draw(seed: str, name: str, rows: Sequence[Row], column: int) -> list[Row]:
    """The first 25 rows by SHA-256(seed, `/`, file name, `/`, id)."""

    def place(row: Row) -> bytes:
        return hashlib.sha256(f"{seed}/{name}/{row[column]}".encode()).digest()

    return sorted(rows, key=place)[:DRAWN]
