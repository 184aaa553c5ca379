"""docs/security/for-auditors.md: every command of it does what the page says, in a folder of one's own."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.verifier.conftest import Kit

GUIDE = Path(__file__).parents[2] / "docs/security/for-auditors.md"
TEXT = GUIDE.read_text("utf-8")
COMMANDS = re.findall(r"^python3 -I verify\.py .*$", TEXT, re.MULTILINE)
(READING,) = re.findall(r"^```sh\n(python3 -c .*?)```", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(kit: Kit, single: Path, tmp_path: Path) -> Path:
    """The files under the names that the page gives them."""
    names = {
        "verify.py": single,
        "PACKAGE.zip": kit.zip(),
        "kept.checkpoint": kit.kept(0),
        "new.checkpoint": kit.kept(),
        "REPORT.pdf": kit.folder / "report.pdf",
        "REPORT.pdf.tlog-proof": kit.folder / "report.pdf.tlog-proof",
    }
    for name, path in names.items():
        shutil.copy(path, tmp_path / name)
    return tmp_path


def test_the_page_shows_three_commands() -> None:
    assert [command.split()[3] for command in COMMANDS] == [
        "PACKAGE.zip",
        "REPORT.pdf",
        "consistency",
    ]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_ends_well(command: str, kit: Kit, folder: Path) -> None:
    given = command.replace("LOG KEY", kit.key)
    done = run(given, folder)
    assert (done.returncode, done.stdout[:6]) == (0, "HOLDS."), done.stdout + done.stderr


def test_a_line_of_the_evidence_is_read(folder: Path) -> None:
    done = run(READING, folder)
    assert json.loads(done.stdout)["_type"] == "https://in-toto.io/Statement/v1", done.stderr


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=False
    )
