"""The members of a package, read as if its maker were hostile: nothing is unpacked, all is bounded."""

from __future__ import annotations

import hashlib
import re
import stat
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .faults import Changed, Unfit
from .layout import DEFLATED, MOST_NAME, STORED, Member, check_layout, read_at, read_directory

MOST_BYTES = 8 << 30
# Deflate gives at most 1032 : 1; tables of a real package give about 30 : 1.
MOST_RATIO = 250
RATIO_COUNTS_FROM = 4 << 20
CHUNK = 1 << 20
# A line, a row of a table, or a JSON text as a whole: what is signed has at most 1 MiB.
MOST_LINE = 4 << 20
HIDDEN = "Bytes are hidden behind the file's packed ones."
NAME = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")


class Archive:
    """Members by name. Raises Unfit for a file that is no zip, or none that a package can be."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise Unfit(
                f"{path} is not there, or is no file; name a package (zip) or a report (PDF)."
            )
        self.path = path
        try:
            with path.open("rb") as file:
                self.directory = read_directory(file, path.stat().st_size)
        except OSError as error:
            raise Unfit(f"{path} cannot be read: {error.strerror}.") from None
        members = self.directory.members
        _check_members(members)
        self.names = [one.name for one in members]
        self._by_name = {one.name: one for one in members}

    def check_layout(self) -> None:
        """Raise Changed unless the zip has the bytes that the platform writes around its members."""
        with self.path.open("rb") as file:
            check_layout(file, self.directory)

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def bytes_of(self, name: str) -> int:
        """The size of a member, uncompressed."""
        return self._by_name[name].size

    def read(self, name: str, most: int = MOST_LINE) -> bytes:
        """A whole member. Raises Changed when it is missing or broken, Unfit above `most` bytes."""
        size = self._find(name).size
        if size > most:
            raise Unfit(f"{name} has {size} bytes; in a package it has at most {most}.")
        return b"".join(self.chunks(name))

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a member without their line breaks; a last one without a break is kept.

        Raises Unfit for a line that is longer than any of a package.
        """
        rest = b""
        for chunk in self.chunks(name):
            parts = (rest + chunk).split(b"\n")
            rest = parts.pop()
            if max(map(len, (rest, *parts))) > MOST_LINE:
                raise too_long(name)
            yield from parts
        if rest:
            yield rest

    def digest(self, name: str) -> str:
        """SHA-256 of a member, 64 hex digits."""
        found = hashlib.sha256()
        for chunk in self.chunks(name):
            found.update(chunk)
        return found.hexdigest()

    def chunks(self, name: str) -> Iterator[bytes]:
        """A member piece by piece. Raises Changed where size or check sum in the zip do not fit."""
        member, size, crc = self._find(name), 0, 0
        for chunk in self._unpacked(member):
            size, crc = size + len(chunk), zlib.crc32(chunk, crc)
            if size > member.size:
                break
            yield chunk
        if (size, crc) != (member.size, member.crc):
            raise Changed("The zip is damaged here: size or check sum do not fit.", name)

    def _unpacked(self, member: Member) -> Iterator[bytes]:
        if member.method == STORED:
            yield from self._packed(member)
            return
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for packed in self._packed(member):
                if stream.eof:
                    raise Changed(HIDDEN, member.name)
                yield from _inflated(stream, packed)
            yield from _inflated(stream, b"")
        except zlib.error as error:
            raise Changed(f"The zip is damaged here: {error}.", member.name) from None
        if stream.unused_data:
            raise Changed(HIDDEN, member.name)
        if not stream.eof:
            raise Changed("The file's packed bytes are cut off.", member.name)

    def _packed(self, member: Member) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            for place in range(member.start, member.end, CHUNK):
                yield read_at(file, place, min(CHUNK, member.end - place))

    def _find(self, name: str) -> Member:
        member = self._by_name.get(name)
        if member is None:
            raise Changed("The file is missing from the package.", name)
        return member


def _inflated(stream: Any, packed: bytes) -> Iterator[bytes]:
    """What these packed bytes give, never more than a chunk at once."""
    while not stream.eof and (chunk := stream.decompress(packed, CHUNK)):
        yield chunk
        packed = stream.unconsumed_tail


def too_long(name: str) -> Unfit:
    """The refusal of a line, or a row of a table, that is longer than any of a package."""
    return Unfit(f"{name} has a line of more than {MOST_LINE >> 20} MiB; no package has one.")


def _check_members(members: Sequence[Member]) -> None:
    if sum(one.size for one in members) > MOST_BYTES:
        raise Unfit(f"The zip unpacks to more than {MOST_BYTES >> 30} GiB; it is not read.")
    seen: set[str] = set()
    for one in members:
        _check_name(one.name)
        _check_kind(one)
        if one.name.lower() in seen:
            raise Unfit(f"The zip holds {one.name!r} twice; a package holds each file once.")
        seen.add(one.name.lower())


def _check_name(name: str) -> None:
    ends = any(part.endswith(".") for part in name.split("/"))
    if not NAME.fullmatch(name) or len(name) > MOST_NAME or ends:
        raise Unfit(f"The zip names a file {ascii(name)[:100]}; no package does. Do not unpack it.")


def _check_kind(member: Member) -> None:
    if stat.S_IFMT(member.attributes >> 16) not in {0, stat.S_IFREG}:
        raise Unfit(f"{member.name!r} is a link or no plain file; a package has none.")
    if member.flags & 0x1:
        raise Unfit(f"{member.name!r} is encrypted; a package is not.")
    if member.method not in {STORED, DEFLATED}:
        raise Unfit(f"{member.name!r} is packed in a way that no package is.")
    large = member.size > RATIO_COUNTS_FROM
    if large and member.size > MOST_RATIO * max(1, member.packed):
        raise Unfit(
            f"{member.name!r} unpacks to {member.size} bytes from {member.packed}: "
            "this is a zip bomb, not a package."
        )
