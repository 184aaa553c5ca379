"""The auditor's desk: a folder of files taken along, and a Python that knows nothing but them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from config.start import PROJECT
from demo.story.stage import Unexpected

HOLDS, CHANGED, UNFIT, ALONE = 0, 1, 2, 3
SECONDS = 120.0
LONGEST = 40
FILENAME = re.compile(r'filename="([^"/\\]+)"')


@dataclass(frozen=True)
class Said:
    """What verify.py printed, and its exit code."""

    code: int
    lines: list[str]

    @property
    def verdict(self) -> str:
        return self.lines[0]

    @property
    def wrong(self) -> list[str]:
        """Its lines about what is wrong."""
        starts = [n for n, line in enumerate(self.lines) if line.startswith("Wrong (")]
        after = self.lines[starts[0] + 1 :] if starts else []
        ends = [n for n, line in enumerate(after) if not line.startswith(" ")]
        return [line.strip() for line in after[: ends[0] if ends else None]]


@dataclass(frozen=True)
class Desk:
    folder: Path
    show: Callable[[str], None]

    def keep(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def keep_answer(self, answer: httpx.Response) -> Path:
        """Save a download under the name that it came with. Raises Unexpected where there was none."""
        found = FILENAME.search(answer.headers.get("content-disposition", ""))
        if not answer.is_success or found is None:
            raise Unexpected(f"{answer.url} answered {answer.status_code} and sent no file.")
        return self.keep(found[1], answer.content)

    @property
    def verifier(self) -> Path:
        return self.folder / "verify.py"

    @property
    def checkpoint(self) -> Path:
        return self.folder / "kept.checkpoint"

    @property
    def key(self) -> str:
        return (self.folder / "log.vkey").read_text(encoding="ascii").strip()

    def fetch_verifier(self) -> Path:
        """verify.py as its supplier gives it, not as the package does."""
        done = subprocess.run(
            [sys.executable, "-m", "verifier.build"], cwd=PROJECT, capture_output=True, check=True
        )
        return self.keep(self.verifier.name, done.stdout)

    def verify(self, *files: Path, code: int, checkpoint: bool = False) -> Said:
        """Run verify.py in an empty folder with an empty environment. Raises Unexpected for another exit code."""
        with tempfile.TemporaryDirectory(prefix="desk-") as folder:
            taken = [*files, self.verifier, *([self.checkpoint] if checkpoint else [])]
            for file in taken:
                shutil.copy(file, folder)
            words = ["verify.py", *(one.name for one in files), "--key", self.key]
            words += ["--checkpoint", self.checkpoint.name] if checkpoint else []
            self.show(f"  $ {shown(words)}")
            said = run(["env", "-i", python(), "-I", *words], Path(folder))
        if said.code != code:
            text = "\n".join(said.lines)
            raise Unexpected(f"verify.py exited with {said.code}, not {code}:\n{text}")
        return said

    def read_out(self, said: Said, *, whole: bool = False) -> None:
        """Print the verifier's own words: the verdict and what is wrong, or all of them."""
        # The verdict quotes the first of them.
        lines = said.lines if whole else [said.verdict, *(f"  {one}" for one in said.wrong[1:4])]
        for line in lines:
            self.show(f"  | {line}")
        self.show(f"  exit {said.code}")


def run(command: list[str], folder: Path) -> Said:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=SECONDS
    )
    lines = (done.stdout + done.stderr).strip().splitlines()
    if not lines:
        raise Unexpected(f"verify.py exited with {done.returncode} and said nothing.")
    return Said(done.returncode, lines)


def python() -> str:
    """Whichever python3 is on the path. Raises Unexpected where there is none."""
    found = shutil.which("python3")
    if found is None:
        raise Unexpected("There is no python3 on the path.")
    return found


def shown(words: list[str]) -> str:
    """The command as one would type it; names and keys are long."""
    short = [one if len(one) <= LONGEST else f"{one[:20]}…{one[-16:]}" for one in words]
    return f"env -i python3 -I {' '.join(short)}"
