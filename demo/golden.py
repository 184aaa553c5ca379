"""All 72 results after step 5, held against the golden file: every difference in words."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping

from config.start import PROJECT
from demo.story.stage import JSON

GOLDEN = PROJECT / "tests" / "demo" / "golden_after_m1.json"
FIELDS = ("applicability", "determination", "reason")


def read_golden() -> dict[str, JSON]:
    """Expected results by requirement; `because` says in words why."""
    content = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return {one["requirement"]: one for one in content["results"]}


def differences(rows: Mapping[str, JSON]) -> list[str]:
    """A sentence for each requirement whose result is not the expected one."""
    expected = read_golden()
    missing = [f"{name} is not among the results" for name in expected.keys() - rows.keys()]
    unknown = [f"{name} is not in the golden file" for name in rows.keys() - expected.keys()]
    wrong = [
        f"{name} is {said(result_of(rows[name]))}, expected {said(one)} ({one['because']})"
        for name, one in expected.items()
        if name in rows and said(result_of(rows[name])) != said(one)
    ]
    return sorted(missing + unknown + wrong)


def result_of(row: JSON) -> JSON:
    result: JSON = row["result"] or dict.fromkeys(FIELDS)
    return result


def said(result: JSON) -> str:
    applicability, determination, reason = (result[name] for name in FIELDS)
    return f"{applicability}, {determination}{f' ({reason})' if reason else ''}"


def count_words(rows: Mapping[str, JSON]) -> str:
    counts = Counter(row["state"] for row in rows.values())
    return ", ".join(
        f"{number} {state.replace('-', ' ')}" for state, number in counts.most_common()
    )
