"""One story told once, its packages on disk, and the single file as a stranger runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.verifier import making
from verifier import main, package
from verifier.build import single_file

CLOCK = 1_795_773_600_000_000  # 2026-11-27T10:00:00Z


@dataclass
class Kit:
    """A folder with packages of each scope, the log's key and a kept checkpoint."""

    house: making.House
    folder: Path

    @property
    def key(self) -> str:
        return self.house.log_signers[0].vkey

    def zip(self, scope: str = "system") -> Path:
        return self.folder / f"{scope}.zip"

    def kept(self, number: int = -1) -> Path:
        """The checkpoint that somebody kept, by its place among the earlier ones."""
        return self.folder / f"kept-{number}"


@pytest.fixture(scope="session")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    house, folder = making.story(), tmp_path_factory.mktemp("packages")
    for scope in making.SCOPES:
        making.write_zip(folder / f"{scope}.zip", making.package(house, scope).signed())
    for number in range(-len(house.checkpoints), len(house.checkpoints)):
        (folder / f"kept-{number}").write_text(house.checkpoints[number], encoding="utf-8")
    (folder / "report.pdf").write_bytes(making.PDF)
    proof = house.report_proof(house.report)
    (folder / "report.pdf.tlog-proof").write_text(proof, encoding="utf-8")
    return Kit(house, folder)


@pytest.fixture(scope="session")
def made(kit: Kit) -> making.Package:
    """The system's package in parts; tests take a copy."""
    return making.package(kit.house)


@pytest.fixture(scope="session")
def single(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("verifier") / "verify.py"
    path.write_bytes(single_file())
    return path


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(single: Path, tmp_path: Path) -> Run:
    """Runs the single file in an empty folder, isolated and without site-packages."""

    def start(*arguments: object, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
        command = [python, "-I", "-S", str(single), *map(str, arguments)]
        empty = tmp_path / "empty"
        empty.mkdir(exist_ok=True)
        return subprocess.run(command, cwd=empty, capture_output=True, text=True, check=False)

    return start


def check(path: Path, key: str | None = None, *kept: Path, **options: Any) -> main.Verdict:
    """The verdict on a package, in this process."""
    given = package.Options(key, tuple(kept), clock=CLOCK, **options)
    return main.guarded(lambda _findings: main.on_package(path, given))


def as_json(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    return found
