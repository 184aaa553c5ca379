"""docs/reference/rules.md says what the engine does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from governance.assessment.rules import parse_entry, parse_rule
from governance.assessment.rules.decimals import COMPARATORS
from governance.assessment.rules.grammar import _FORMS, _METRIC_OF_BASELINE, MAX_DEPTH
from tests.assessment.rules_story import FAIRNESS, planned

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "rules.md").read_text(encoding="utf-8")
EXAMPLES = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one["id"])
def test_example_is_a_valid_rule(example: dict) -> None:
    if "rule" in example:
        parse_entry(example)
        return
    parse_rule(example)


def test_page_shows_every_form_and_names_every_key() -> None:
    assert {one["form"] for one in EXAMPLES if "form" in one} == set(_FORMS)
    shapes = [*_FORMS.values(), _METRIC_OF_BASELINE]
    for key in {key for shape in shapes for key in shape.checks}:
        assert re.search(rf'["`| ]{key}\b', PAGE), key


def test_page_lists_exactly_the_keys_of_a_result() -> None:
    table = PAGE.partition("## The result")[2].partition("\n`act`")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| ")][2:]
    listed = {name.strip() for row in rows for name in row.split(",")}
    story, plan = planned()
    story.measure("0.52", plan)
    assert listed == set(story.judge(FAIRNESS))


def test_page_names_every_comparator_and_the_depth_limit() -> None:
    assert all(f"`{one}`" in PAGE for one in COMPARATORS)
    assert f"at most {MAX_DEPTH} deep" in PAGE
