"""The log in a package: tiles, leaf hashes, and the entries that are the scope's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import canonical, merkle
from .archive import Archive
from .faults import Changed, Findings
from .manifest import Manifest
from .times import microseconds

FILE = "log/entries.tsv"
RECORDED = "evidence.recorded"
# Entries of these objects decide which signature counts and what is asked; every package holds them.
ABOUT_KEYS = ("key", "log")
CRITERIA = ("catalog", "baseline", "gate policy")
EVERYWHERE = (*ABOUT_KEYS, *CRITERIA)
LOADED = "assessment.criteria_loaded"
PARTS = {"id", "at", "action", "actor", "object", "unit", "facts", "texts", "request"}


@dataclass(frozen=True)
class Entry:
    """An entry that a later check needs."""

    index: int
    action: str
    object_type: str
    object_id: str
    unit: str
    facts: dict[str, Any]


@dataclass
class Entries:
    """What was read: statements' entries, entries about keys and the log, digests of words."""

    recorded: list[Entry] = field(default_factory=list)
    about_keys: list[Entry] = field(default_factory=list)
    # Baselines that were loaded to be asked, in the log's order.
    baselines: list[Entry] = field(default_factory=list)
    texts: dict[int, dict[str, str]] = field(default_factory=dict)
    # The time of the newest open entry below each size that was asked for, in microseconds.
    times: dict[int, int] = field(default_factory=dict)
    open: int = 0


def read_tree(archive: Archive, manifest: Manifest, findings: Findings) -> merkle.Tree:
    """The tree over the leaf hashes of all tiles of level 0; every other tile must follow from them.

    Raises Changed where a tile is missing or a leaf tile has another length than it must have.
    """
    expected = {
        f"log/{path}": (level, index) for level, index, _, path in merkle.tiles(manifest.size)
    }
    leaves = [
        _tile(archive, f"log/{path}", width)
        for level, _, width, path in merkle.tiles(manifest.size)
        if not level
    ]
    tree = merkle.Tree(b"".join(leaves))
    step = merkle.WIDTH * merkle.HASH
    for path, (level, index) in expected.items():
        if not level:
            continue
        with findings.caught(path):
            if archive.read(path, step) != tree.levels[level][index * step : (index + 1) * step]:
                raise Changed("The tile does not follow from the leaf hashes below it.")
    for name in archive.names:
        if name.startswith("log/tile/") and name not in expected:
            findings.wrong(f"A log of size {manifest.size} has no such tile.", name)
    findings.count(len(expected), f"tiles give the root of {manifest.size:,} leaf hashes")
    if tree.root(manifest.size).hex() != manifest.root:
        findings.wrong("The leaf hashes do not give the root that the manifest names.", "log/tile")
    return tree


def _tile(archive: Archive, path: str, width: int) -> bytes:
    data = archive.read(path, merkle.WIDTH * merkle.HASH)
    if len(data) != width * merkle.HASH:
        raise Changed(f"The tile must hold {width} hashes.", path)
    return data


def genuine(archive: Archive, tree: merkle.Tree, findings: Findings) -> Iterator[tuple[int, bytes]]:
    """(index, bytes) of each entry that hashes to its leaf; the others become faults."""
    sha256, leaves, last = hashlib.sha256, tree.levels[0], -1
    for row, line in enumerate(archive.lines(FILE)):
        text, tab, data = line.partition(b"\t")
        if not tab or not text.isdigit() or (text[:1] == b"0" and text != b"0") or len(text) > 19:
            findings.wrong(f"Line {row + 1} does not begin with an index.", FILE)
            continue
        index = int(text)
        if index <= last:
            findings.wrong("The entry stands behind a later one, or twice.", FILE, index)
        elif index >= tree.size:
            findings.wrong(f"The log has {tree.size} entries, and not this one.", FILE, index)
        elif sha256(b"\x00" + data).digest() != leaves[index * 32 : index * 32 + 32]:
            findings.wrong("The entry's bytes do not hash to its leaf.", FILE, index)
        else:
            yield index, data
        last = max(last, index)


def read_entries(
    archive: Archive,
    manifest: Manifest,
    tree: merkle.Tree,
    findings: Findings,
    sizes: Sequence[int] = (),
) -> Entries:
    """Check and read every open entry; `sizes` are those of checkpoints whose age is asked for."""
    found = Entries()
    waiting = sorted(set(sizes), reverse=True)
    newest = ""
    with findings.caught(FILE):
        for index, data in genuine(archive, tree, findings):
            found.open += 1
            while waiting and waiting[-1] <= index:
                _remember(found, waiting.pop(), newest)
            with findings.caught(FILE, index):
                newest = _take(found, index, data, manifest)
    for size in waiting:
        _remember(found, size, newest)
    if found.open != manifest.entries:
        findings.wrong(
            f"The manifest counts {manifest.entries} entries; {found.open} are here and genuine.",
            FILE,
        )
    findings.count(found.open, "entries hash to their leaves and are canonical JSON of the scope")
    return found


def _remember(found: Entries, size: int, at: str) -> None:
    instant = microseconds(at)
    if instant is not None:
        found.times[size] = instant


def _take(found: Entries, index: int, data: bytes, manifest: Manifest) -> str:
    """Keep what later checks need of an entry; its time as it says it."""
    value = canonical.loads(data)
    held = value if isinstance(value, dict) else {}
    if held.get("v") != 1 or not held.keys() >= PARTS:
        raise Changed("The entry does not have the parts of an entry, version 1.")
    entry = read_entry(index, value)
    if not in_scope(entry, manifest.unit):
        raise Changed("The entry does not belong to the package's scope.")
    if entry.action == RECORDED:
        found.recorded.append(entry)
    if entry.object_type in ABOUT_KEYS:
        found.about_keys.append(entry)
    if entry.action == LOADED and entry.object_type == "baseline":
        found.baselines.append(entry)
    if value["texts"]:
        found.texts[index] = value["texts"]
    return str(value["at"])


def read_entry(index: int, value: Any) -> Entry:
    """The parts of a parsed entry. Raises Changed unless they have the types they must have."""
    try:
        about = value["object"]
        entry = Entry(
            index, value["action"], about["type"], about["id"], value["unit"], value["facts"]
        )
    except (KeyError, TypeError):
        raise Changed("The entry does not have the parts of an entry, version 1.") from None
    texts: list[object] = [entry.action, entry.object_type, entry.object_id, entry.unit]
    facts: object = entry.facts
    if not isinstance(facts, dict) or not all(isinstance(one, str) for one in texts):
        raise Changed("A part of the entry is of the wrong kind.")
    return entry


def in_scope(entry: Entry, unit: str) -> bool:
    """Below the scope, above it, or everybody's."""
    held = entry.unit.startswith(unit) or unit.startswith(entry.unit)
    return (held and entry.unit.endswith("/")) or entry.object_type in EVERYWHERE


def parsed(text: str, index: int) -> Entry:
    """An entry from its text, as a proof file carries it. Raises Changed when it is none."""
    return read_entry(index, canonical.loads(text.encode()))


def leaf_of(text: str) -> bytes:
    """The leaf hash of an entry's text."""
    return merkle.leaf_hash(text.encode())
