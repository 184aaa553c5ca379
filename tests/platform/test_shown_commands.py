from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.main import parser

PROJECT = Path(__file__).parents[2]
ROOMS = (
    "config",
    "governance",
    "inference",
    "lineage",
    "monitoring",
    "packages",
    "reports",
    "risk",
)
TEMPLATES = sorted(path for room in ROOMS for path in (PROJECT / room).rglob("templates/**/*.html"))
DOCUMENTS = sorted(
    path for path in (PROJECT / "README.md", *PROJECT.glob("docs/**/*.md")) if path.name != "cli.md"
)
FENCED = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^ {4}.*$", re.MULTILINE)
INLINE = re.compile(r"`(muniment [^`]* --[^`]*)`")
# A command ends with its line, a tag or another template tag; a backslash carries it on.
COMMAND = re.compile(r"\bmuniment ((?:\\\n|[^\n<{`\\]|\{\{[^}]*\}\})+)")


def in_template(text: str) -> Iterator[str]:
    yield from COMMAND.findall(text)


def in_document(text: str) -> Iterator[str]:
    blocks = [*FENCED.findall(text), *INDENTED.findall(text), *INLINE.findall(text)]
    for block in blocks:
        yield from COMMAND.findall(block)


def shown() -> list[tuple[str, str]]:
    """Every command somebody may copy, with the page it stands on."""
    found = [(path, in_template) for path in TEMPLATES] + [
        (path, in_document) for path in DOCUMENTS
    ]
    return [
        (str(path.relative_to(PROJECT)), command)
        for path, read in found
        for command in read(path.read_text(encoding="utf-8"))
    ]


def words(command: str) -> list[str]:
    plain = re.sub(r"\{\{[^}]*\}\}", "ID", command).replace("\\\n", " ").replace("&quot;", '"')
    return shlex.split(plain)


def test_the_commands_of_pages_and_documents_are_found() -> None:
    pages = {page for page, _ in shown()}
    assert "docs/how-to/gate-in-ci.md" in pages
    assert "docs/tutorial/first-hour.md" in pages
    assert any(page.endswith("tab_releases.html") for page in pages)
    assert any(page.endswith("heat.html") for page in pages)


@pytest.mark.parametrize(("page", "command"), shown())
def test_a_command_that_is_shown_can_be_given(page: str, command: str) -> None:
    try:
        parser().parse_args(words(command))
    except SystemExit:
        pytest.fail(f"{page} shows 'muniment {command}', which the program refuses.")
