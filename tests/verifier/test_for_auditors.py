"""docs/security/for-auditors.md: every command of it does what the page says, in a folder of one's own."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.verifier.conftest import Kit

GUIDE = Path(__file__).parents[2] / "docs/security/for-auditors.md"
COMMANDS = re.findall(r"^python3 -I verify\.py .*$", GUIDE.read_text("utf-8"), re.MULTILINE)


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
    done = subprocess.run(
        ["bash", "-c", given], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout[:6]) == (0, "HOLDS."), done.stdout + done.stderr
