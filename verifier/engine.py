"""The rule engine that this verifier carries: its texts, their digest, and the engine at work.

The engine is governance/assessment/rules, word for word. Nothing of a package is ever executed.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.abc
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

PACKAGE = "muniment_rules"
FOLDER = Path("governance/assessment/rules")


def texts() -> Mapping[str, bytes]:
    """The engine's files by name: from the one file, or from the tree this module stands in.

    Raises OSError where they are missing.
    """
    carried = getattr(globals().get("__loader__"), "rules", None)
    if carried is not None:
        return {name: text.encode() for name, text in carried.items()}
    folder = Path(__file__).resolve().parents[1] / FOLDER
    found = {path.name: path.read_bytes() for path in sorted(folder.glob("*.py"))}
    if "__init__.py" not in found:
        raise FileNotFoundError(f"The rule engine is missing: {folder}.")
    return found


def digest(files: Mapping[str, bytes] | None = None) -> str:
    """`engine` of a manifest: SHA-256 over name, zero byte and bytes of each file, by name."""
    found = hashlib.sha256()
    for name, data in sorted((texts() if files is None else files).items()):
        found.update(name.encode() + b"\x00" + data)
    return found.hexdigest()


class Loader(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports the engine from its texts under a name of its own."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: Any = None
    ) -> ModuleSpec | None:
        """The spec of a module of the engine, None for any other."""
        if self._file(fullname) not in self.files:
            return None
        return importlib.util.spec_from_loader(fullname, self, is_package=fullname == PACKAGE)

    def get_source(self, fullname: str) -> str:
        """The module's text."""
        return self.files[self._file(fullname)].decode()

    def is_package(self, fullname: str) -> bool:
        """Whether this is the engine itself and not one of its modules."""
        return fullname == PACKAGE

    def _file(self, fullname: str) -> str:
        if fullname == PACKAGE:
            return "__init__.py"
        parent, _, name = fullname.rpartition(".")
        return f"{name}.py" if parent == PACKAGE else ""


@lru_cache(maxsize=1)
def rules() -> ModuleType:
    """The engine, loaded once."""
    sys.meta_path.insert(0, Loader(texts()))
    return importlib.import_module(PACKAGE)
