"""The zip of a package, byte by byte: what stands around the members is what the platform writes.

Readers of zip files disagree: about a second directory, a second name, bytes that no entry names.
So every header is written anew from the directory's entries and compared. What is left over, or
says something else, is a change. No library reads the zip, so that every Python says the same.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from .faults import Changed, Unfit

HEADER = struct.Struct("<4s5H3L2H")
ENTRY = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")
HEADER_MARK, ENTRY_MARK, END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
STORED, DEFLATED = 0, 8
# Made on Unix by version 2.0 of the format; 1980-01-01; a plain file for its owner to write.
MADE, NEEDED, DATE, MODE = 3 << 8 | 20, 20, 0x21, 0o644 << 16
# A manifest of 1 MiB names fewer: each name costs it more than 100 bytes.
MOST_MEMBERS = 10_400
MOST_NAME = 500
MOST_COMMENT = 0xFFFF
HEADER_PARTS = (
    *("signature", "version", "flags", "method", "time", "date"),
    *("check sum", "packed size", "size", "length of the name", "extra field"),
)
ENTRY_PARTS = (
    *("signature", "version that made it", "version", "flags", "method", "time", "date"),
    *("check sum", "packed size", "size", "length of the name", "extra field", "comment"),
    *("disk", "internal attributes", "attributes", "offset"),
)


class Member(NamedTuple):
    """What the directory says of a file; `entry` is that text as it stands."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    attributes: int
    offset: int
    entry: bytes

    @property
    def start(self) -> int:
        """Where the packed bytes begin."""
        return self.offset + HEADER.size + len(self.name)

    @property
    def end(self) -> int:
        """Where the packed bytes end."""
        return self.start + self.packed


class Directory(NamedTuple):
    """The members, where the directory begins, and all bytes from its end record on."""

    members: list[Member]
    start: int
    tail: bytes


def read_directory(file: BinaryIO, length: int) -> Directory:
    """The members as the last end record names them; `check_layout` says whether that is all.

    Raises Unfit for what is no zip or has too many members, Changed for a damaged directory.
    """
    end, tail = _find_end(file, length)
    start = end - END.unpack(tail[: END.size])[5]
    most = MOST_MEMBERS * (ENTRY.size + MOST_NAME)
    if end - start > most:
        raise Unfit(f"The zip's directory has {end - start} bytes; a package's at most {most}.")
    if start < 0:
        raise Changed("The zip's end record names a directory that is larger than the file.")
    return Directory(list(_members(read_at(file, start, end - start))), start, tail)


def check_layout(file: BinaryIO, directory: Directory) -> None:
    """Raise Changed unless the file is the members, their directory and its end, and no byte else."""
    _check_end(directory)
    place = 0
    for member in directory.members:
        _check_member(file, member, place)
        place = member.end
    if place != directory.start:
        raise Changed(
            f"The last file ends at byte {place} of the zip, its directory begins at "
            f"{directory.start}: bytes are hidden there, or some are missing."
        )


def read_at(file: BinaryIO, place: int, number: int) -> bytes:
    """So many bytes from this place; fewer where the file ends."""
    file.seek(place)
    return file.read(number)


def _find_end(file: BinaryIO, length: int) -> tuple[int, bytes]:
    start = max(0, length - END.size - MOST_COMMENT)
    data = read_at(file, start, length - start)
    is_last = data[-END.size :].startswith(END_MARK) and len(data) >= END.size
    place = len(data) - END.size if is_last else data.rfind(END_MARK)
    if place < 0 or place + END.size > len(data):
        raise Unfit("This is no zip file, or it is cut off: fetch it again, whole.")
    return start + place, data[place:]


def _members(data: bytes) -> Iterator[Member]:
    place = number = 0
    while place < len(data):
        if number == MOST_MEMBERS:
            raise Unfit(f"The zip has more members; a package has at most {MOST_MEMBERS}.")
        member = _member(data, place)
        place, number = place + len(member.entry), number + 1
        yield member


def _member(data: bytes, place: int) -> Member:
    if len(data) - place < ENTRY.size or not data.startswith(ENTRY_MARK, place):
        raise Changed(
            "The zip's directory is damaged, or does not stand where its end record says."
        )
    fields = ENTRY.unpack_from(data, place)
    _, _, _, flags, method, _, _, crc, packed, size, *lengths, _, _, attributes, offset = fields
    entry = data[place : place + ENTRY.size + sum(lengths)]
    name = entry[ENTRY.size : ENTRY.size + lengths[0]].decode("latin-1")
    if len(entry) != ENTRY.size + sum(lengths):
        raise Changed("The zip's directory is cut off within an entry.", ascii(name)[1:-1])
    return Member(name, flags, method, crc, packed, size, attributes, offset, entry)


def _check_end(directory: Directory) -> None:
    number, start = len(directory.members), directory.start
    size = sum(len(one.entry) for one in directory.members)
    said = END.unpack(directory.tail[: END.size])[6]
    if said != start:
        raise Changed(
            f"The zip's directory begins at byte {start}, its end record says {said}: bytes were put "
            "in front, or there is a second directory."
        )
    if len(directory.tail) > END.size:
        raise Changed("Something stands behind the zip's end record, such as a comment.")
    if directory.tail != END.pack(END_MARK, 0, 0, number, number, size, start, 0):
        raise Changed(f"The zip's end record is not the one of a zip with {number} files.")


def _check_member(file: BinaryIO, member: Member, place: int) -> None:
    if member.offset != place:
        raise Changed(
            f"The file begins at byte {member.offset} of the zip, and not at {place}, where the one "
            "before it ends: bytes are hidden there, or two files share some.",
            member.name,
        )
    if member.method == STORED and member.packed != member.size:
        raise Changed("The file is stored, and yet has two sizes in the zip.", member.name)
    if member.entry != _entry_of(member):
        part = _differing(ENTRY, ENTRY_PARTS, member.entry, _entry_of(member))
        raise Changed(f"The zip's directory has another {part} than a package has.", member.name)
    header = read_at(file, place, member.start - place)
    if header != _header_of(member):
        part = _differing(HEADER, HEADER_PARTS, header, _header_of(member))
        raise Changed(
            f"The header in front of the file has another {part} than the zip's directory says.",
            member.name,
        )


def _differing(layout: struct.Struct, parts: Sequence[str], found: bytes, expected: bytes) -> str:
    """The first part in which two headers differ; `found` may be cut off."""
    whole = found[: layout.size].ljust(layout.size, b"\0")
    pairs = zip(parts, layout.unpack(whole), layout.unpack(expected[: layout.size]))
    return next((part for part, one, other in pairs if one != other), "name")


def _header_of(member: Member) -> bytes:
    name = member.name.encode("latin-1")
    sizes = (member.crc, member.packed, member.size)
    return HEADER.pack(HEADER_MARK, NEEDED, 0, member.method, 0, DATE, *sizes, len(name), 0) + name


def _entry_of(member: Member) -> bytes:
    name = member.name.encode("latin-1")
    head = (ENTRY_MARK, MADE, NEEDED, 0, member.method, 0, DATE)
    sizes = (member.crc, member.packed, member.size, len(name))
    return ENTRY.pack(*head, *sizes, 0, 0, 0, 0, MODE, member.offset) + name
