"""The zip: members in the order they are added, each with its digest, the same bytes for the same content."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from governance.audit import canonical
from governance.evidence.dsse import MAX_PAYLOAD_BYTES
from governance.identity.tables import BOM, cell
from governance.work.kinds import WorkFailed
from verifier.archive import MOST_LINE
from verifier.layout import MODE

CHUNK = 2**20
EPOCH = (1980, 1, 1, 0, 0, 0)
STORED = (".pdf", ".zip", ".png")
# Beyond, a zip needs the 64-bit form, which no package has.
LARGEST = 2**31 - 1
MANIFEST, SIGNED_MANIFEST = "MANIFEST.json", "MANIFEST.dsse.json"


class Archive:
    """Writes one zip file; `files` is what its manifest says of the members.

    Every method raises WorkFailed, with a sentence, for what would be too large to be read.
    """

    def __init__(self, path: Path) -> None:
        self.zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, allowZip64=False)
        self.files: list[dict[str, Any]] = []

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """Write a member from its chunks; memory holds one chunk."""
        digest, size = hashlib.sha256(), 0
        with self.zip.open(member(name), "w") as file:
            for chunk in chunks:
                size += len(chunk)
                refuse_above(LARGEST, size, name)
                file.write(chunk)
                digest.update(chunk)
        refuse_above(LARGEST, self.zip.start_dir, "the whole zip")
        self.files.append({"path": name, "sha256": digest.hexdigest(), "bytes": size})

    def add_table(self, name: str, titles: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Write a CSV that a spreadsheet opens: UTF-8 with a byte order mark, no cell that it would run."""
        self.add(name, read_lines(name, csv_lines(titles, rows)))

    def add_json_lines(self, name: str, values: Iterable[object]) -> None:
        self.add(name, read_lines(name, (canonical.dumps(value) + b"\n" for value in values)))

    def close(self, manifest: Mapping[str, Any], sign: Any) -> bytes:
        """Add both manifests and end the file; returns the bytes of MANIFEST.json."""
        data = canonical.dumps({**manifest, "files": self.files})
        refuse_above(
            MAX_PAYLOAD_BYTES, len(data), f"{MANIFEST}, which names {len(self.files):,} files,"
        )
        self.add(MANIFEST, [data])
        self.add(SIGNED_MANIFEST, [sign(data)])
        self.zip.close()
        return data


def refuse_above(most: int, size: int, what: str) -> None:
    """Raise WorkFailed for what no verifier would read."""
    if size > most:
        raise WorkFailed(
            f"The package cannot be made: {what} would have more than {most:,} bytes. "
            "Ask for a smaller scope."
        )


def read_lines(name: str, lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines, none of them longer than the verifier reads."""
    for line in lines:
        refuse_above(MOST_LINE, len(line), f"a line of {name}")
        yield line


def chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            yield data


def member(name: str) -> zipfile.ZipInfo:
    """The header of a member: the same on every machine (docs/reference/audit-package.md, Zip)."""
    found = zipfile.ZipInfo(name, EPOCH)
    found.create_system = 3
    found.compress_type = zipfile.ZIP_STORED if name.endswith(STORED) else zipfile.ZIP_DEFLATED
    found.external_attr = MODE
    return found


def csv_lines(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(BOM)
    writer.writerow(titles)
    for row in rows:
        writer.writerow([cell(value) for value in row])
        yield taken(buffer)
    yield taken(buffer)


def taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
