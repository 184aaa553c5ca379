"""docs/security/ points at tests, pages and variables that are there."""

from __future__ import annotations

import re

import pytest

from config.start import PROJECT

FOLDER = PROJECT / "docs" / "security"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.md"))}
WHOLE = "\n".join(TEXTS.values())
LINKS = sorted(
    {(name, to) for name, text in TEXTS.items() for to in re.findall(r"\]\(([^)]+)\)", text)}
)
SETTINGS = "\n".join(
    path.read_text(encoding="utf-8") for path in (PROJECT / "config").rglob("*.py")
)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`(tests/[^`]+)`", WHOLE))))
def test_a_test_that_shows_a_promise_is_there(path: str) -> None:
    assert (PROJECT / path).is_file()


@pytest.mark.parametrize(("name", "to"), LINKS)
def test_a_link_leads_somewhere(name: str, to: str) -> None:
    path, _, part = to.partition("#")
    target = (FOLDER / (path or name)).resolve()
    assert target.is_file()
    headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
    assert not part or part in {one.lower().replace(" ", "-") for one in headings}


@pytest.mark.parametrize("variable", sorted(set(re.findall(r"MUNIMENT_[A-Z_]+", WHOLE))))
def test_a_variable_is_one_that_is_read(variable: str) -> None:
    assert f'"{variable}"' in SETTINGS


def test_the_drill_has_the_steps_that_promises_name() -> None:
    from demo.drill.__main__ import STEPS

    named = {int(one) for one in re.findall(r"drill, step (\d)", TEXTS["promises.md"])}
    assert named <= {step.number for step in STEPS}
