"""docs/reference/cli.md, written from the parser itself: `python -m cli.reference > docs/reference/cli.md`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from cli.main import parser

HEAD = """# The `muniment` command

Written from the program itself (`python -m cli.reference`); a test holds it true. The platform's address and the token come from
`MUNIMENT_URL` and `MUNIMENT_TOKEN`, or from `--url` and `--token` before the command. A token is bound to one system, so that
`--system` is needed only where a token sees several.

Exit codes: 0 done, 1 refused or denied, 2 error, 3 only a person's act is missing. `verify` has codes of its own, reads files only
and needs neither address nor token."""


def markdown() -> str:
    """The whole page; each command with its arguments, their choices and what they are for."""
    return "\n".join([HEAD, *commands_of(parser(), "")]) + "\n"


def commands_of(one: argparse.ArgumentParser, said: str) -> Iterator[str]:
    nested = next(
        (held for held in one._actions if isinstance(held, argparse._SubParsersAction)), None
    )
    if nested is None:
        yield from page_of(one, said)
        return
    helps = {held.dest: held.help or "" for held in nested._choices_actions}
    for name, below in nested.choices.items():
        yield from commands_of(below, helps.get(name, ""))


def page_of(one: argparse.ArgumentParser, said: str) -> Iterator[str]:
    yield f"\n## `{one.prog}`\n"
    yield f"{said[:1].upper()}{said[1:]}." if said else ""
    rows = [row_of(held) for held in one._actions if held.dest != "help"]
    if rows:
        yield "\n| argument | needed | meaning |\n| --- | --- | --- |"
        yield from rows


def row_of(held: argparse.Action) -> str:
    name = ", ".join(held.option_strings) or held.dest
    choices = " or ".join(f"`{one}`" for one in held.choices or ())
    meaning = ": ".join(part for part in (held.help or "", choices) if part)
    needed = "yes" if held.required else "no"
    return f"| `{name}` | {needed} | {meaning.replace('|', '/')} |"


if __name__ == "__main__":
    sys.stdout.write(markdown())
