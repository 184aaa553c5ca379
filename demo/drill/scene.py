"""What the drill's acts share."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from config.start import PROJECT
from demo.command_line import CommandLine
from demo.drill.desk import Desk
from demo.drill.owner import Owner, Rows
from demo.people.person import Person
from demo.platform import Platform
from demo.story.stage import Stage, Unexpected, wait_until
from demo.telling import Teller
from demo.workshop import Workshop

PACKAGE_SECONDS = 90.0


@dataclass
class Scene(Stage):
    """A stage on which nobody trains or measures any more, and an auditor's desk beside it."""

    desk: Desk = field(kw_only=True)
    files: dict[str, Path] = field(default_factory=dict, kw_only=True)
    rows: dict[str, Rows] = field(default_factory=dict, kw_only=True)

    @property
    def auditor(self) -> Person:
        return self.person("auditor")

    @property
    def owner(self) -> Owner:
        return Owner(self.home)

    @property
    def anchored(self) -> Path:
        """The newest checkpoint that the platform sent to another place."""
        return self.home / "anchored" / "checkpoint"

    def get(self, path: str) -> httpx.Response:
        return self.auditor.browser.get(path)

    def table(self, name: str) -> list[dict[str, str]]:
        """The rows of a page's table, as its CSV; filters stand behind the name."""
        name, mark, filters = name.partition("?")
        text = self.get(f"/export/{name}.csv{mark}{filters}").text.removeprefix("\ufeff")
        return list(csv.DictReader(text.splitlines()))

    def ask_package(self, about: str) -> str:
        """Ask for a package on the page; the address of its own page."""
        return httpx.URL(self.auditor.fill("/packages/ask", {"unit": about}).url).path

    def download_package(self, page: str) -> Path:
        """Wait for a package and download it. Raises Unexpected where none comes."""

        def ready() -> bool | None:
            shown = self.auditor.open(page)
            return True if any("/download" in href for href, _ in shown.links) else None

        wait_until(ready, "the package", PACKAGE_SECONDS)
        return self.desk.keep_answer(self.get(f"{page}/download"))

    def manage(self, *arguments: str) -> tuple[int, str]:
        """An operator's command at the platform's machine: exit status and what it said."""
        done = subprocess.run(
            [sys.executable, str(PROJECT / "manage.py"), *arguments],
            cwd=PROJECT,
            env={**os.environ, "MUNIMENT_HOME": str(self.home)},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, (done.stdout + done.stderr).strip()


def read_people(home: Path, site: str) -> dict[str, Person]:
    """The demonstration's people with the passwords of their own."""
    path = home / "demo-accounts.tsv"
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    return {
        role: Person(role, f"{role.capitalize()} (demo)", login, word, site)
        for role, login, word in rows
    }


def scene_of(platform: Platform, folder: Path, teller: Teller) -> Scene:
    folder.mkdir(mode=0o700, exist_ok=True)
    return Scene(
        platform.home, platform.site, "", read_people(platform.home, platform.site),
        CommandLine(platform.site), Workshop(platform.home), teller.show,
        desk=Desk(folder, teller.show),
    )  # fmt: skip


def demand(holds: bool, otherwise: str) -> None:
    """Raises Unexpected with a sentence unless something holds."""
    if not holds:
        raise Unexpected(otherwise)
