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
from governance.identity.tables import BOM, cell

CHUNK = 2**20
EPOCH = (1980, 1, 1, 0, 0, 0)
STORED = (".pdf", ".zip", ".png")
MANIFEST, SIGNED_MANIFEST = "MANIFEST.json", "MANIFEST.dsse.json"


class Archive:
    """Writes one zip file; `files` is what its manifest says of the members."""

    def __init__(self, path: Path) -> None:
        self.zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, allowZip64=True)
        self.files: list[dict[str, Any]] = []

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """Write a member from its chunks; memory holds one chunk."""
        digest, size = hashlib.sha256(), 0
        with self.zip.open(member(name), "w", force_zip64=True) as file:
            for chunk in chunks:
                file.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        self.files.append({"path": name, "sha256": digest.hexdigest(), "bytes": size})

    def add_table(self, name: str, titles: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Write a CSV that a spreadsheet opens: UTF-8 with a byte order mark, no cell that it would run."""
        self.add(name, csv_lines(titles, rows))

    def add_json_lines(self, name: str, values: Iterable[object]) -> None:
        self.add(name, (canonical.dumps(value) + b"\n" for value in values))

    def close(self, manifest: Mapping[str, Any], sign: Any) -> bytes:
        """Add both manifests and end the file; returns the bytes of MANIFEST.json."""
        data = canonical.dumps({**manifest, "files": self.files})
        self.add(MANIFEST, [data])
        self.add(SIGNED_MANIFEST, [sign(data)])
        self.zip.close()
        return data


def chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            yield data


def member(name: str) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name, EPOCH)
    found.compress_type = zipfile.ZIP_STORED if name.endswith(STORED) else zipfile.ZIP_DEFLATED
    found.external_attr = 0o644 << 16
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
