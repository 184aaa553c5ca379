"""MANIFEST.json: what a package says of itself, and whether its files are those it names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from . import canonical
from .archive import Archive
from .faults import Changed, Findings, Unfit
from .times import microseconds

FORMAT = "urn:muniment:package:v1"
FORMATS = re.compile(r"urn:muniment:package:v[0-9]{1,6}")
NAME, ENVELOPE = "MANIFEST.json", "MANIFEST.dsse.json"
# What is signed has at most 1 MiB (governance/evidence/dsse.py).
MOST_BYTES = 1 << 20
SCOPES = ("organisation", "unit", "system")
_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Manifest:
    """The parts that checks need; `path` has the ids from the organisation down to the scope."""

    id: str
    made_at: str
    version: str
    scope_type: str
    scope_id: str
    path: tuple[str, ...]
    name: str
    effective_at: str
    origin: str
    vkey: str
    size: int
    root: str
    engine: str
    seed: str
    results: int
    entries: int
    statements: int
    files: tuple[tuple[str, str, int], ...]

    @property
    def unit(self) -> str:
        """The path as entries write it: `/id/id/`."""
        return f"/{'/'.join(self.path)}/"


def read_manifest(archive: Archive) -> Manifest:
    """Raises Unfit for another format or no manifest, Changed for one that cannot be right.

    Before it is read, the zip around it must be one that the platform writes.
    """
    if NAME not in archive:
        raise Unfit(f"The zip has no {NAME}: it is no audit package, or only a part of one.")
    archive.check_layout()
    value = canonical.parse(archive.read(NAME, MOST_BYTES))
    found = value.get("format") if isinstance(value, dict) else None
    if found != FORMAT:
        if isinstance(found, str) and FORMATS.fullmatch(found):
            raise Unfit(
                f"The package has the format {found}; this verifier reads {FORMAT}. "
                f"Use the verify.py of Muniment {str(value.get('version'))[:40]} or later."
            )
        raise Unfit(f"The zip's {NAME} names no format of an audit package.")
    try:
        return _manifest(value)
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise Changed(f"A part of the manifest is missing or wrong: {error}.", NAME) from None


def _manifest(value: Any) -> Manifest:
    scope, log = value["scope"], value["log"]
    made = Manifest(
        id=_text(value["id"]),
        made_at=_time(value["madeAt"]),
        version=_text(value["version"]),
        scope_type=_text(scope["type"]),
        scope_id=_text(scope["id"]),
        path=tuple(_text(one) for one in scope["path"]),
        name=_text(scope["name"]),
        effective_at=_time(value["effectiveAt"]),
        origin=_text(log["origin"]),
        vkey=_text(log["vkey"]),
        size=_count(log["size"]),
        root=_hex(log["root"]),
        engine=_hex(value["engine"]),
        seed=_hex(value["seed"]),
        results=_count(value["results"]),
        entries=_count(value["entries"]),
        statements=_count(value["statements"]),
        files=tuple(
            (_text(f["path"]), _hex(f["sha256"]), _count(f["bytes"])) for f in value["files"]
        ),
    )
    _time(value["period"]["from"])
    _time(value["period"]["to"])
    if made.scope_type not in SCOPES or not made.path or made.path[-1] != made.scope_id:
        raise Changed("The scope is no organisation, unit or system with its path.", NAME)
    if not all(made.path) or any("/" in one for one in made.path):
        raise Changed("The scope's path is not a list of ids.", NAME)
    if made.seed != made.root:
        raise Changed("The seed of the samples is not the log's root.", NAME)
    return made


def check_files(archive: Archive, manifest: Manifest, findings: Findings) -> None:
    """The zip holds exactly what the manifest names, in that order, with these digests."""
    with findings.caught(NAME):
        canonical.loads(archive.read(NAME, MOST_BYTES))
    named = [path for path, _, _ in manifest.files]
    held = [name for name in archive.names if name not in {NAME, ENVELOPE}]
    if len(set(named)) != len(named):
        findings.wrong("The manifest names a file twice.", NAME)
    for name in sorted(set(held) - set(named)):
        findings.wrong("The manifest does not name this file.", name)
    for name in sorted(set(named) - set(held)):
        findings.wrong("The manifest names this file, and the package does not hold it.", name)
    if set(named) == set(held) and named != held:
        findings.wrong("The files stand in another order than the manifest says.", NAME)
    begun = findings.number
    for path, sha256, size in manifest.files:
        if path in archive:
            with findings.caught(path):
                _check_file(archive, path, sha256, size)
    findings.count(len(named), "files have the size and digest that the manifest says", begun)


def _check_file(archive: Archive, path: str, sha256: str, size: int) -> None:
    if archive.bytes_of(path) != size:
        raise Changed(f"The file has {archive.bytes_of(path)} bytes, the manifest says {size}.")
    if archive.digest(path) != sha256:
        raise Changed("The file's digest is not the one in the manifest.")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{ascii(value)[:40]} is no text")
    return value


def _hex(value: object) -> str:
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise TypeError(f"{ascii(value)[:40]} is no digest")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= canonical.LARGEST:
        raise TypeError(f"{ascii(value)[:40]} is no count")
    return value


def _time(value: object) -> str:
    text = _text(value)
    if microseconds(text) is None:
        raise TypeError(f"{ascii(text)[:40]} is no time")
    return text
