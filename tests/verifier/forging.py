"""A package's zip taken apart to its bytes, so that tests can put it together wrongly."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field, replace
from pathlib import Path

HEADER, ENTRY, END = (struct.Struct(one) for one in ("<4s5H3L2H", "<4s6H3L5H2L", "<4s4H2LH"))
HEADER_NAMES = ("mark", "need", "flags", "method", "time", "date", "crc", "packed", "size")
ENTRY_NAMES = ("mark", "made", *HEADER_NAMES[1:])


@dataclass(frozen=True)
class Part:
    """A member: its header's and its entry's fields, each to be overridden, and its packed bytes."""

    name: str
    data: bytes
    header: dict[str, int] = field(default_factory=dict)
    entry: dict[str, int] = field(default_factory=dict)
    header_extra: bytes = b""
    entry_extra: bytes = b""
    comment: bytes = b""
    before: bytes = b""

    def header_bytes(self) -> bytes:
        values = [self.header[one] for one in HEADER_NAMES[1:]]
        name = self.name.encode()
        head = HEADER.pack(b"PK\x03\x04", *values, len(name), len(self.header_extra))
        return head + name + self.header_extra

    def entry_bytes(self, offset: int) -> bytes:
        values = [self.entry[one] for one in ENTRY_NAMES[1:]]
        name = self.name.encode()
        lengths = (len(name), len(self.entry_extra), len(self.comment), 0, self.entry["internal"])
        place = self.entry.get("offset", offset)
        head = ENTRY.pack(b"PK\x01\x02", *values, *lengths, self.entry["external"], place)
        return head + name + self.entry_extra + self.comment

    def but(self, **changes: object) -> Part:
        return replace(self, **changes)  # type: ignore[arg-type]

    def with_header(self, **fields: int) -> Part:
        return replace(self, header={**self.header, **fields})

    def with_entry(self, **fields: int) -> Part:
        return replace(self, entry={**self.entry, **fields})

    def with_both(self, **fields: int) -> Part:
        return self.with_header(**fields).with_entry(**fields)


def take_apart(path: Path) -> list[Part]:
    """The members of a package whose layout is right."""
    data, found = path.read_bytes(), []
    *_, number, _, place, _ = END.unpack(data[-END.size :])
    for _ in range(number):
        values = ENTRY.unpack_from(data, place)
        entry = dict(zip(ENTRY_NAMES[1:], values[1:10], strict=True))
        entry |= {"internal": values[14], "external": values[15]}
        name = data[place + ENTRY.size : place + ENTRY.size + values[10]]
        start = values[16] + HEADER.size + len(name)
        header = {one: entry[one] for one in HEADER_NAMES[1:]}
        found.append(Part(name.decode(), data[start : start + entry["packed"]], header, entry))
        place += ENTRY.size + len(name)
    return found


def members_of(parts: list[Part], start: int = 0) -> tuple[bytes, list[int]]:
    """The bytes of the members one behind the other, and where each header begins."""
    data, offsets = b"", []
    for part in parts:
        offsets.append(start + len(data) + len(part.before))
        data += part.before + part.header_bytes() + part.data
    return data, offsets


def directory_of(parts: list[Part], offsets: list[int]) -> bytes:
    return b"".join(part.entry_bytes(at) for part, at in zip(parts, offsets, strict=True))


def end_of(number: int, size: int, place: int, comment: bytes = b"") -> bytes:
    return END.pack(b"PK\x05\x06", 0, 0, number, number, size, place, len(comment)) + comment


def put_together(parts: list[Part], between: bytes = b"", comment: bytes = b"") -> bytes:
    members, offsets = members_of(parts)
    entries = directory_of(parts, offsets)
    place = len(members) + len(between)
    return members + between + entries + end_of(len(parts), len(entries), place, comment)


def packed(data: bytes, part: Part) -> Part:
    """The member with other contents, stored, right in all sizes and sums."""
    fields = {"method": 0, "crc": zlib.crc32(data), "packed": len(data), "size": len(data)}
    return part.but(data=data).with_both(**fields)
