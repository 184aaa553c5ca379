"""Packages with a whole story in them, and the verifier run on them as a stranger runs it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from governance.identity.models import Unit
from governance.registry import store
from governance.work.runner import run
from packages.actions import request_package
from packages.models import AuditPackage
from tests.cast import Cast, make_cast, register_places
from tests.reports.making import make_report
from tests.reports.story import tell


@dataclass
class Packed:
    cast: Cast
    system: AuditPackage
    organisation: AuditPackage
    folder: Path

    def file(self, package: AuditPackage) -> Path:
        """The package as its reader saved it."""
        path = self.folder / package.filename
        if not path.exists():
            assert package.file is not None
            path.write_bytes(store.path_of(package.file.sha256).read_bytes())
        return path

    def members(self, package: AuditPackage) -> zipfile.ZipFile:
        return zipfile.ZipFile(self.file(package))

    def manifest(self, package: AuditPackage) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.members(package).read("MANIFEST.json"))
        return found

    def table(self, package: AuditPackage, name: str) -> list[dict[str, str]]:
        text = self.members(package).read(name).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    def checkpoint(self, package: AuditPackage) -> Path:
        """A copy of the signed head that was kept outside."""
        path = self.folder / f"{package.pk}.checkpoint"
        path.write_bytes(self.members(package).read("log/checkpoint"))
        return path

    def verify(self, path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """What the one file says, run from the package in a folder with nothing else."""
        empty = self.folder / "empty"
        empty.mkdir(exist_ok=True)
        program = empty / "verify.py"
        program.write_bytes(self.members(self.system).read("verify.py"))
        command = [sys.executable, "-I", str(program), str(path), *arguments]
        return subprocess.run(command, cwd=empty, capture_output=True, text=True)


def pack_story(connect: Callable[[str], psycopg.Connection], keys: Path, folder: Path) -> Packed:
    cast = make_cast(connect, keys)
    cast.system = register_places(cast)
    tell(cast)
    make_report(cast)
    cast.judge()
    system = make_package(cast, cast.system.unit)
    return Packed(cast, system, make_package(cast, cast.organisation), folder)


def make_package(cast: Cast, unit: Unit, by: str = "abel") -> AuditPackage:
    """Ask for a package as the auditor, and let it be made over everything said so far."""
    return finish_package(cast, request_package(unit, None, by=cast.by(by)))


def finish_package(cast: Cast, package: AuditPackage) -> AuditPackage:
    cast.sequence()
    cast.sequencer.sign()
    assert package.job is not None
    assert run(package.job.pk) == "done", AuditPackage.objects.get(pk=package.pk).reason
    return AuditPackage.objects.select_related("file", "unit").get(pk=package.pk)
