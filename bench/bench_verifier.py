"""CPU seconds of the offline verifier: the structure of a large log, entries read as JSON, signatures.

    python -m bench.bench_verifier [--entries 1000000]

Prints a table. The package is one of an organisation whose whole log is open: 490 bytes an entry, all tiles, real checkpoints. The
structure is what a stranger's Python does with the standard library alone: files against the manifest, tiles, root, leaf hashes.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.audit import canonical, merkle
from verifier import entries, manifest, signatures
from verifier.archive import Archive
from verifier.build import engine_digest
from verifier.faults import Findings
from verifier.layout import MODE

ORGANISATION = "01930000-0000-7000-8000-00000000000a"
NOBODY = "00000000-0000-0000-0000-000000000000"
STATEMENTS = 500


def made_entries(number: int) -> Iterator[bytes]:
    body: dict[str, Any] = {
        "v": 1,
        "at": "2026-11-27T10:00:00.000000Z",
        "action": "job.completed",
        "actor": {"account": NOBODY, "kind": "person", "person": NOBODY, "token": None},
        "unit": f"/{ORGANISATION}/",
        "texts": {},
        "request": "4f9c0a6b7d",
    }
    template = canonical.dumps(
        {**body, "id": "ID", "object": {"type": "job", "id": "ID"}, "facts": {"job": "evaluation"}}
    )
    for n in range(number):
        yield template.replace(b'"ID"', b'"01930000-0000-7000-8000-%012x"' % n)


def write_package(path: Path, number: int) -> None:
    """The members that carry the log, and a manifest that names them."""
    files: list[dict[str, Any]] = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:

        def put(name: str, data: bytes) -> None:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_STORED if "tile" in name else zipfile.ZIP_DEFLATED
            info.external_attr = MODE
            archive.writestr(info, data)
            sha256 = hashlib.sha256(data).hexdigest()
            files.append({"path": name, "sha256": sha256, "bytes": len(data)})

        leaves = [merkle.leaf_hash(entry) for entry in made_entries(number)]
        for tile, data in merkle.grow_tiles(lambda _level, _index: b"", 0, leaves):
            put(f"log/{tile.path}", data)
        put(
            "log/entries.tsv",
            b"".join(b"%d\t%s\n" % one for one in enumerate(made_entries(number))),
        )
        head = head_of(number, merkle.root_of(leaves).hex())
        put(manifest.NAME, canonical.dumps({**head, "files": files}))


def head_of(number: int, root: str) -> dict[str, Any]:
    at = "2026-11-27T10:00:00.000000Z"
    return {
        "format": manifest.FORMAT,
        "id": NOBODY,
        "madeAt": at,
        "version": "0.1.0",
        "scope": {
            "type": "organisation",
            "id": ORGANISATION,
            "path": [ORGANISATION],
            "name": "Bench",
        },
        "period": {"from": at, "to": at},
        "effectiveAt": at,
        "log": {"origin": "bench", "vkey": "bench", "size": number, "root": root},
        "engine": engine_digest(),
        "seed": root,
        "results": 0,
        "entries": number,
        "statements": 0,
    }


def timed(act: Callable[[], object]) -> tuple[float, float]:
    """CPU and wall seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    act()
    return time.process_time() - cpu, time.perf_counter() - wall


def structure(path: Path, number: int) -> None:
    """What needs no JSON of an entry; fails when anything is wrong or left out."""
    archive, findings = Archive(path), Findings()
    found = manifest.read_manifest(archive)
    manifest.check_files(archive, found, findings)
    tree = entries.read_tree(archive, found, findings)
    seen = sum(1 for _ in entries.genuine(archive, tree, findings))
    assert (seen, findings.number) == (number, 0), findings.faults[:3]


def with_json(path: Path) -> None:
    """The pass over entries that also reads them as canonical JSON."""
    archive, findings = Archive(path), Findings()
    found = manifest.read_manifest(archive)
    tree = entries.read_tree(archive, found, findings)
    entries.read_entries(archive, found, tree, findings)
    assert not findings.number, findings.faults[:3]


def signature_rate(pure: bool) -> tuple[float, float]:
    """Milliseconds for the first signature of a key and signatures a second after it, by CPU."""
    verify = signatures.checker(pure)
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    held = [(b"%d" % n * 400, key.sign(b"%d" % n * 400)) for n in range(STATEMENTS)]
    first, _ = timed(lambda: verify(public, held[0][1], held[0][0]))
    cpu, _ = timed(lambda: [verify(public, signature, text) for text, signature in held])
    return first * 1000, STATEMENTS / cpu


def measure(number: int) -> None:
    with tempfile.TemporaryDirectory(prefix="mnm-bench-") as folder:
        path = Path(folder) / "package.zip"
        write_package(path, number)
        print(f"\n{number:,} entries, package of {path.stat().st_size / 2**20:.0f} MiB\n")
        print("| what | CPU s | wall s | entries per CPU s |\n| --- | --- | --- | --- |")
        for name, act in (
            ("structure: manifest, tiles, root, leaves", lambda: structure(path, number)),
            ("tiles and entries, read as canonical JSON", lambda: with_json(path)),
        ):
            cpu, wall = timed(act)
            print(f"| {name} | {cpu:.2f} | {wall:.2f} | {number / cpu:,.0f} |")
    print("\n| signatures | first of a key, ms | then per CPU s |\n| --- | --- | --- |")
    for name, pure in (("plain Python", True), ("cryptography", False)):
        first, rate = signature_rate(pure)
        print(f"| {name} | {first:.1f} | {rate:,.0f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    measure(parser.parse_args().entries)
