from __future__ import annotations

import re

from tests.environment.session import PROJECT

READ = re.compile(r'(?:env_\w+|environ\.get|getenv)\(\s*"([A-Z_]+)"')
LISTED = re.compile(r"`((?:MUNIMENT|DATABASE|REDIS)_[A-Z_]+)`")
# Used by tests and child processes alone, or by the operating system.
NOT_FOR_OPERATORS = {"MUNIMENT_DB_ROLE", "XDG_RUNTIME_DIR", "DATABASE_URL_FILE", "PYTHONPATH"}


def read_by_the_code() -> set[str]:
    sources = [path.read_text() for path in (PROJECT / "config").rglob("*.py")]
    found = {name for source in sources for name in READ.findall(source)}
    assigned = re.findall(r'"(DATABASE_[A-Z_]*URL)"', " ".join(sources))
    return (found | set(assigned)) - NOT_FOR_OPERATORS


def documented() -> set[str]:
    lines = (PROJECT / "deploy" / "README.md").read_text().splitlines()
    rows = [line.split("|")[1] for line in lines if line.startswith("| `")]
    return {name for row in rows for name in LISTED.findall(row)} - NOT_FOR_OPERATORS


def test_every_variable_is_documented_and_every_documented_one_is_read() -> None:
    assert read_by_the_code() == documented()


def test_example_sets_only_documented_variables() -> None:
    text = (PROJECT / "deploy" / "muniment.env.example").read_text()
    assert {line.partition("=")[0] for line in text.splitlines()} <= documented()
