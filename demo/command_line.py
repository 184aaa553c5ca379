"""The pipeline: the `muniment` command as a process, with a token that a person answers for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from config.start import PROJECT

SECONDS = 600.0


class CommandFailed(Exception):
    """Another exit code than the story needs."""


@dataclass(frozen=True)
class Ran:
    code: int
    output: str
    errors: str

    def json(self) -> Any:
        return json.loads(self.output)


@dataclass
class CommandLine:
    site: str
    token: str = ""
    show: Callable[[str], None] = field(default=lambda line: None)

    def __call__(self, *arguments: str, code: int = 0) -> Ran:
        """Run `muniment` with these arguments. Raises CommandFailed unless it exits with `code`."""
        self.show(as_shown(arguments))
        environment = {**os.environ, "MUNIMENT_URL": self.site, "MUNIMENT_TOKEN": self.token}
        # A file takes any amount while the progress on the other stream is read.
        with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "cli.main", *arguments],
                cwd=PROJECT,
                env=environment,
                stdout=output,
                stderr=subprocess.PIPE,
                text=True,
            )
            errors = self.progress(process)
            output.seek(0)
            ran = Ran(process.wait(SECONDS), output.read(), errors)
        if ran.code != code:
            said = (ran.errors or ran.output).strip()
            raise CommandFailed(f"muniment exited with {ran.code}, not {code}: {said}")
        return ran

    def progress(self, process: subprocess.Popen[str]) -> str:
        """Its lines as they come; what it said when it has ended."""
        assert process.stderr is not None
        lines = []
        for line in process.stderr:
            lines.append(line)
            self.show(f"  {line.rstrip()}")
        process.wait(SECONDS)
        return "".join(lines)


def as_shown(arguments: Sequence[str], limit: int = 150) -> str:
    """The command as a line of the story; what is long ends in an ellipsis."""
    line = f"$ muniment {' '.join(shortened(one) for one in arguments)}"
    return line if len(line) <= limit else f"{line[:limit]} …"


def shortened(argument: str, limit: int = 40) -> str:
    """An argument as it is shown: no folder of this machine, no long text."""
    argument = argument.rpartition("/")[2] if argument.startswith("/") else argument
    shown = argument if len(argument) <= limit else f"{argument[:limit]}…"
    return f"'{shown}'" if " " in shown else shown
