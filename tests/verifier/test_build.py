"""verify.py as a file: the same bytes each time, readable, old grammar, standard library, all modules."""

from __future__ import annotations

import ast
import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import verifier
from tests.verifier.conftest import Kit
from verifier import build, engine

ROOT = Path(__file__).parents[2]
FILES = sorted(Path(verifier.__file__).parent.glob("*.py"))


def test_the_same_sources_give_the_same_bytes() -> None:
    command = [sys.executable, "-m", "verifier.build"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    assert found == build.single_file()


def test_every_module_and_every_file_of_the_engine_stands_in_it_word_for_word() -> None:
    text = build.single_file().decode()
    carried = [path for path in FILES if path.name not in {"build.py", "__main__.py"}]
    rules = sorted((ROOT / "governance/assessment/rules").glob("*.py"))
    assert len(carried) + len(rules) == text.count("'''\n\n\n####") + 1
    for path in [*carried, *rules]:
        assert path.read_text(encoding="utf-8") in text


def test_a_person_can_read_it() -> None:
    lines = build.single_file().decode().splitlines()
    assert max(map(len, lines)) <= 160
    assert not re.search(r"[A-Za-z0-9+/]{120}", "\n".join(lines))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_modules_are_python_3_9_and_import_the_standard_library_only(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
    plain = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    named = {
        n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and not n.level
    }
    foreign = {name.split(".")[0] for name in plain | named} - set(sys.stdlib_module_names)
    # It runs without, and faster with.
    assert foreign <= ({"cryptography"} if path.name == "signatures.py" else set())


def test_engine_is_the_digest_that_the_document_defines() -> None:
    held = hashlib.sha256()
    for path in sorted(
        (ROOT / "governance/assessment/rules").glob("*.py"), key=lambda path: path.name
    ):
        held.update(path.name.encode() + b"\x00" + path.read_bytes())
    assert build.engine_digest() == engine.digest() == held.hexdigest()


def test_it_fetches_nothing_and_runs_nothing() -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        for word in (
            "socket",
            "urllib",
            "http.client",
            "subprocess",
            "exec(",
            "eval(",
            "extractall",
            "pickle",
        ):
            assert word not in text.replace("ast.literal_eval(", ""), (path.name, word)


def test_it_writes_nothing(kit: Kit, tmp_path: Path, single: Path) -> None:
    copy = tmp_path / "verify.py"
    copy.write_bytes(single.read_bytes())
    subprocess.run(
        [sys.executable, "-I", str(copy), str(kit.zip())],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert [path.name for path in tmp_path.iterdir()] == ["verify.py"]
