"""The zip of a package, read as if its maker were hostile: nothing is unpacked, all is bounded."""

from __future__ import annotations

import hashlib
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from .faults import Changed, Unfit

MOST_MEMBERS = 200_000
MOST_BYTES = 8 << 30
# Deflate gives at most 1032 : 1; tables of a real package give about 30 : 1.
MOST_RATIO = 250
RATIO_COUNTS_FROM = 4 << 20
CHUNK = 1 << 20
# A local header, and what zip programs put behind a name or a member (sizes, check sums, times).
HEADER, MOST_BETWEEN = 30, 64
MOST_IN_MEMORY = 1 << 30
EPOCH = (1980, 1, 1, 0, 0, 0)
NOT_ZIP = (
    zipfile.BadZipFile,
    struct.error,
    NotImplementedError,
    UnicodeError,
    ValueError,
    EOFError,
)
UNREADABLE = (*NOT_ZIP, zlib.error, OSError, RuntimeError)


class Archive:
    """Members by name. Raises Unfit for a file that is no zip, or none that a package can be."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise Unfit(
                f"{path} is not there, or is no file; name a package (zip) or a report (PDF)."
            )
        try:
            self.zip = zipfile.ZipFile(path)
        except OSError as error:
            raise Unfit(f"{path} cannot be read: {error.strerror}.") from None
        except NOT_ZIP:
            raise Unfit(
                f"{path.name} is no zip file, or it is cut off: fetch it again, whole."
            ) from None
        self.infos = self.zip.infolist()
        _check_members(self.infos)
        _check_layout(self.infos, self.zip)
        self.names = [info.filename for info in self.infos]
        self._by_name = {info.filename: info for info in self.infos}

    def close(self) -> None:
        """Close the file."""
        self.zip.close()

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def bytes_of(self, name: str) -> int:
        """The size of a member, uncompressed."""
        return self._by_name[name].file_size

    def read(self, name: str, most: int = MOST_IN_MEMORY) -> bytes:
        """A whole member. Raises Changed when it is missing, broken or larger than `most` bytes."""
        self._find(name, most)
        return b"".join(self.chunks(name))

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a member without their line breaks; a last one without a break is kept."""
        rest = b""
        for chunk in self.chunks(name):
            parts = (rest + chunk).split(b"\n")
            rest = parts.pop()
            if len(rest) > 64 * CHUNK:
                raise Changed("A line is too long to be read.", name)
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
        """A member piece by piece. Raises Changed where the zip's own check sum does not fit."""
        info = self._find(name)
        try:
            with self.zip.open(info) as file:
                while True:
                    chunk = file.read(CHUNK)
                    if not chunk:
                        return
                    yield chunk
        except UNREADABLE as error:
            raise Changed(f"The zip is damaged here: {error}.", name) from None

    def _find(self, name: str, most: int | None = None) -> zipfile.ZipInfo:
        info = self._by_name.get(name)
        if info is None:
            raise Changed("The file is missing from the package.", name)
        if most is not None and info.file_size > most:
            raise Changed(f"The file has {info.file_size} bytes; at most {most} are read.", name)
        return info


def _check_members(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MOST_MEMBERS:
        raise Unfit(f"The zip has {len(infos)} members; a package has at most {MOST_MEMBERS}.")
    if sum(info.file_size for info in infos) > MOST_BYTES:
        raise Unfit(f"The zip unpacks to more than {MOST_BYTES >> 30} GiB; it is not read.")
    seen: set[str] = set()
    for info in infos:
        _check_name(info.orig_filename)
        _check_kind(info)
        if info.filename.casefold() in seen:
            raise Unfit(f"The zip holds {info.filename!r} twice; a package holds each file once.")
        seen.add(info.filename.casefold())


def _check_layout(infos: list[zipfile.ZipInfo], archive: zipfile.ZipFile) -> None:
    """Members follow each other: nothing in front, nothing hidden between, none inside another."""
    end = 0
    for info in infos:
        if not end <= info.header_offset <= end + MOST_BETWEEN:
            raise Unfit(f"The zip hides bytes before {info.filename!r}, or members share some.")
        name = len(info.orig_filename.encode())
        end = info.header_offset + HEADER + name + info.compress_size
    if archive.comment or archive.start_dir > end + MOST_BETWEEN:
        raise Unfit("The zip holds bytes beside its members; a package has none.")


def _check_name(name: str) -> None:
    parts = name.split("/")
    plain = name.isprintable() and not any(one in name for one in '\\:*?"<>|')
    if not plain or len(name) > 500 or any(part in {"", ".", ".."} for part in parts):
        raise Unfit(f"The zip names a file {ascii(name)[:100]}; no package does. Do not unpack it.")


def _check_kind(info: zipfile.ZipInfo) -> None:
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
        raise Unfit(f"{info.filename!r} is a link or no plain file; a package has none.")
    if info.flag_bits & 0x1:
        raise Unfit(f"{info.filename!r} is encrypted; a package is not.")
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise Unfit(f"{info.filename!r} is packed in a way that no package is.")
    large = info.file_size > RATIO_COUNTS_FROM
    if large and info.file_size > MOST_RATIO * max(1, info.compress_size):
        raise Unfit(
            f"{info.filename!r} unpacks to {info.file_size} bytes from {info.compress_size}: "
            "this is a zip bomb, not a package."
        )
