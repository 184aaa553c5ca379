"""One byte changed in a copy of a file, so that nothing but the verifier can tell."""

from __future__ import annotations

import zipfile
from pathlib import Path

ENTRIES = "log/entries.tsv"


def change_entry(package: Path, to: Path) -> int:
    """A package packed anew with one digit of the entry in the middle of its list changed; the entry's index."""
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(to, "w") as new:
        index = 0
        for info in old.infolist():
            data = old.read(info)
            if info.filename == ENTRIES:
                data, index = changed(data)
            new.writestr(info, data)
    return index


def changed(entries: bytes) -> tuple[bytes, int]:
    """The file with a digit of the middle entry's instant changed, and that entry's index."""
    lines = entries.splitlines(keepends=True)
    middle = len(lines) // 2
    place = lines[middle].index(b'"at":"') + len(b'"at":"2026-11-27T10:0')
    lines[middle] = flipped(lines[middle], place)
    return b"".join(lines), int(lines[middle].partition(b"\t")[0])


def change_file(file: Path, to: Path) -> int:
    """A copy with the lowest bit of the byte in its middle changed; the byte's place."""
    data = file.read_bytes()
    to.write_bytes(flipped(data, len(data) // 2))
    return len(data) // 2


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
