"""An auditor's verifier carries this package: old grammar, standard library, nothing from outside it."""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path

import pytest

import governance.assessment.rules as rules
from governance.assessment.rules.canonical import dumps
from governance.audit import canonical as audit_canonical
from tests.assessment.rules_story import FAIRNESS, planned

FILES = sorted(Path(rules.__file__).parent.glob("*.py"))


def imported(tree: ast.AST) -> set[str]:
    plain = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    named = {
        n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and not n.level
    }
    return {name.split(".")[0] for name in plain | named}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_file_is_python_3_9_and_imports_the_standard_library_only(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
    assert imported(tree) <= set(sys.stdlib_module_names)
    levels = [n.level for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    assert max(levels, default=0) <= 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_reads_the_clock_the_disk_or_chance(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for word in (".now(", ".today(", "utcnow", "open(", "environ", "random", "localcontext"):
        assert word not in text


def test_result_has_the_same_canonical_bytes_as_the_audit_log_would_give() -> None:
    story, plan = planned()
    story.measure("0.52", plan)
    result = story.judge(FAIRNESS)
    assert dumps(result) == audit_canonical.dumps(result)
    assert json.loads(dumps(result)) == result


@pytest.mark.parametrize(
    "value", [{"b": 1, "a": [None, True, "é\n\u2028"]}, {"\U0001f600": 1, "\ufb33": 2}]
)
def test_canonical_bytes_agree_with_the_audit_room(value: object) -> None:
    assert dumps(value) == audit_canonical.dumps(value)


@pytest.mark.parametrize("value", [0.5, {1: "a"}, {"a": object()}])
def test_canonical_refuses_what_signed_records_may_not_hold(value: object) -> None:
    with pytest.raises(TypeError):
        dumps(value)
