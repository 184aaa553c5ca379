"""`python -m verifier.build > verify.py`: the verifier and the rule engine as one file.

Every module stands in it as plain text, in reading order, and is imported from there. The same
sources give the same bytes.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from . import engine

HERE = Path(__file__).resolve().parent
ORDER = (
    *("__init__", "main", "package", "faults", "archive", "layout", "manifest", "entries"),
    *("merkle", "note", "keys", "dsse", "statements", "results", "engine", "tables", "listing"),
    *("rows", "reports", "absent", "outside", "canonical", "signatures", "ed25519", "times"),
)
HEAD = '''#!/usr/bin/env python3
"""Checks a Muniment audit package or report, offline: python3 -I verify.py PACKAGE.zip

One file, Python 3.9 or later, standard library only. `python3 -I verify.py --help` says the rest,
docs/reference/audit-package.md what is checked.

How to read this file: each module of the verifier stands below as text, in the order in which one
would read it (MODULES), then the rule engine (RULES), word for word as the platform runs it; its
digest is the `engine` of a package. At the end a small importer loads them. Nothing is fetched, and
nothing that a package holds is executed.
"""

import sys

if sys.version_info < (3, 9):
    sys.exit("verify.py needs Python 3.9 or later; this is %d.%d." % sys.version_info[:2])

MODULES, RULES = {}, {}
'''
TAIL = '''
import importlib.abc
import importlib.util


class Carried(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports the package `verifier` from MODULES."""

    rules = RULES

    def find_spec(self, fullname, path=None, target=None):
        if self._name(fullname) in MODULES:
            return importlib.util.spec_from_loader(fullname, self, is_package=fullname == "verifier")
        return None

    def get_source(self, fullname):
        return MODULES[self._name(fullname)]

    def is_package(self, fullname):
        return fullname == "verifier"

    def _name(self, fullname):
        if fullname == "verifier":
            return "__init__.py"
        parent, _, name = fullname.rpartition(".")
        return name + ".py" if parent == "verifier" else ""


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.meta_path.insert(0, Carried())
    from verifier.main import main

    sys.exit(main())
'''


def single_file() -> bytes:
    """The text of verify.py, UTF-8. Raises ValueError for a module that cannot stand in it."""
    modules = {f"{name}.py": (HERE / f"{name}.py").read_text("utf-8") for name in ORDER}
    rules = {name: data.decode() for name, data in sorted(engine.texts().items())}
    parts = [_section("MODULES", *one) for one in modules.items()]
    parts += [_section("RULES", *one) for one in rules.items()]
    return "".join([HEAD, *parts, TAIL]).encode()


def engine_digest() -> str:
    """`engine` of a package's manifest: 64 hex digits."""
    return engine.digest()


def _section(where: str, name: str, text: str) -> str:
    """One module as a raw string that reads back as the same text."""
    quoted = f"r'''{text}'''"
    if ast.literal_eval(quoted) != text:
        raise ValueError(f"{name} cannot stand in a raw string; leave ''' out of it.")
    line = "#" * 100
    return f'\n\n{line}\n# {where}: {name}\n{line}\n\n{where}["{name}"] = {quoted}\n'


if __name__ == "__main__":
    sys.stdout.buffer.write(single_file())
