from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, product
from pathlib import Path
from typing import Any

import pytest

from governance.assessment.catalog_files import (
    BASELINES,
    CATALOGS,
    Baseline,
    CatalogFileError,
    Entry,
    load_baseline,
    load_catalog,
    require_cover,
)

JSON = dict[str, Any]

RMF = load_catalog(CATALOGS / "nist_ai_rmf_1_0.yaml")
ACT = load_catalog(CATALOGS / "eu_ai_act_extract.yaml")
HIGH = load_baseline(BASELINES / "high_risk.yaml")
ENTRIES = pytest.mark.parametrize("entry", HIGH.entries, ids=lambda entry: entry.id)

# NIST AI 100-1, tables 1 to 4: subcategories per category.
COUNTS = {
    "GOVERN": (7, 3, 2, 3, 2, 2),
    "MAP": (6, 3, 5, 2, 2),
    "MEASURE": (3, 13, 3, 3),
    "MANAGE": (4, 4, 2, 3),
}
OUTCOMES = [
    f"{function} {category}.{number}"
    for function, counts in COUNTS.items()
    for category, count in enumerate(counts, start=1)
    for number in range(1, count + 1)
]
# The outcome asks for assessed and documented figures, nothing more.
METRIC_SUFFICES = {"MEASURE 2.12"}
# Measurements the first house does not make yet.
NOT_YET_MEASURED = {"security", "explanation", "energy"}


def elements(rule: JSON) -> Iterator[JSON]:
    if "form" in rule:
        yield rule
        return
    yield from chain.from_iterable(elements(one) for one in rule.get("all") or rule["any"])


def ways(rule: JSON) -> list[list[JSON]]:
    """The sets of elements of which each meets the rule."""
    if "form" in rule:
        return [[rule]]
    if "any" in rule:
        return [way for one in rule["any"] for way in ways(one)]
    return [list(chain.from_iterable(one)) for one in product(*map(ways, rule["all"]))]


def needs_people(element: JSON) -> bool:
    return element.get("kind") in ("document", "management")


def within_reach(entry: Entry) -> bool:
    return any(not any(map(needs_people, way)) for way in ways(entry.rule))


def part_of_page(heading: str) -> str:
    page = Path(__file__).parents[2] / "docs" / "reference" / "baseline.md"
    after = page.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2]
    return after.partition("\n## ")[0]


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def changed(tmp_path: Path, source: Path, old: str, new: str) -> Path:
    text = source.read_text(encoding="utf-8")
    assert old in text
    return write(tmp_path / source.name, text.replace(old, new, 1))


# --- NIST AI RMF 1.0


def test_the_framework_has_its_official_ids_in_their_order() -> None:
    assert [node.id for node in RMF.assessable] == OUTCOMES
    assert len(OUTCOMES) == 72


def test_the_framework_has_four_functions_and_nineteen_categories() -> None:
    assert Counter(node.kind for node in RMF.nodes) == {
        "function": 4,
        "category": 19,
        "subcategory": 72,
    }
    counted = Counter(node.id.split()[0] for node in RMF.assessable)
    assert counted == {"GOVERN": 19, "MAP": 18, "MEASURE": 22, "MANAGE": 13}


def test_every_subcategory_stands_under_the_category_of_its_number() -> None:
    for node in RMF.assessable:
        assert node.parent == node.id.rpartition(".")[0]


def test_every_outcome_has_its_own_text_and_what_an_auditor_asks_for() -> None:
    texts = [text for node in RMF.assessable for text in (node.outcome, node.ask)]
    assert len(set(texts)) == 144
    assert all(text.endswith(".") and 40 < len(text) < 330 for text in texts)


def test_titles_name_one_topic_each() -> None:
    titles = [node.title for node in RMF.nodes]
    assert len(set(titles)) == len(titles)
    assert all(len(title) <= 65 for title in titles)


# --- EU AI Act


def test_the_extract_holds_what_the_tier_decision_needs_and_is_in_no_baseline() -> None:
    assert [node.id for node in ACT.nodes] == [
        "Article 6(2)",
        "Article 6(3)",
        "Annex III point 5(a)",
        *(f"Article {number}" for number in (9, 10, 12, 13, 14, 15, 26, 27, 72)),
    ]
    assert ACT.assessable == ()


def test_cross_references_lead_to_outcomes_of_the_framework() -> None:
    named = {id for node in ACT.nodes for id in node.related}
    assert named <= set(OUTCOMES)
    assert all(node.related for node in ACT.nodes)


def test_chapter_three_follows_the_amended_date_and_keeps_the_one_before() -> None:
    deferred = [one for one in ACT.content["nodes"] if "Chapter IX" not in one["note"]]
    assert {one["effective_from"] for one in deferred} == {"2027-12-02"}
    assert {one["effective_before_amendment"] for one in deferred} == {"2026-08-02"}
    assert ACT.nodes[-1].effective_from == "2026-08-02"


# --- the baseline


def test_the_baseline_answers_for_every_outcome_once_and_in_order() -> None:
    require_cover(HIGH, RMF, "high_risk.yaml")
    assert [entry.id for entry in HIGH.entries] == OUTCOMES


@ENTRIES
def test_no_outcome_is_met_by_a_metric_alone(entry: Entry) -> None:
    by_metric = [way for way in ways(entry.rule) if {one["form"] for one in way} == {"metric"}]
    assert not by_metric or entry.id in METRIC_SUFFICES


@ENTRIES
def test_no_outcome_is_met_by_a_statement_alone(entry: Entry) -> None:
    for way in ways(entry.rule):
        assert {one["form"] for one in way} != {"statement"}


@ENTRIES
def test_documents_count_only_in_force_and_approved(entry: Entry) -> None:
    for element in elements(entry.rule):
        if element.get("kind") == "document":
            assert element["states"] == ["in-force"]
            assert element["approved"] is True


@ENTRIES
def test_what_fills_an_entry_names_each_document_and_each_speaker(entry: Entry) -> None:
    spoken = {"officer": "compliance officer", "validator": "validator", "executive": "executive"}
    for element in elements(entry.rule):
        if element.get("kind") == "document" and element["where"]["topic"] != "risk-tolerance":
            assert f"topic {element['where']['topic']}" in entry.fills
        if element["form"] == "statement":
            assert spoken[element["role"]] in entry.fills


@ENTRIES
def test_records_of_the_system_are_looked_up_at_the_system(entry: Entry) -> None:
    for element in elements(entry.rule):
        if entry.scope != "system" and element.get("kind") in ("system", "risk", "action"):
            assert element["at"] == "system"


@ENTRIES
def test_every_risk_must_conform_and_one_must_exist(entry: Entry) -> None:
    for element in elements(entry.rule):
        if element.get("kind") == "risk":
            assert element["each"] is True and element["min"] == 1


@ENTRIES
def test_organisation_outcomes_are_due_at_design_and_field_outcomes_after_deployment(
    entry: Entry,
) -> None:
    if entry.scope == "organisation":
        assert entry.due == "design"
    if any(element["form"] == "monitor" for element in elements(entry.rule)):
        assert isinstance(entry.due, dict) and entry.scope == "deployment"


@ENTRIES
def test_scope_elements_and_freshness_are_explained(entry: Entry) -> None:
    assert 80 < len(entry.rationale) < 400
    assert 50 < len(entry.fills) < 300


def test_decisions_on_a_release_need_the_accountable_executive() -> None:
    decisions = [
        element
        for entry in HIGH.entries
        for element in elements(entry.rule)
        if element.get("kind") == "release" and element.get("approved")
    ]
    assert len(decisions) == 2
    assert all(one["approver"] == "executive" for one in decisions)


def test_the_baseline_holds_no_fairness_or_performance_threshold() -> None:
    own = {
        element["check"]
        for entry in HIGH.entries
        for element in elements(entry.rule)
        if "check" in element
    }
    assert own == {"lineage.completeness"}


def test_at_least_twelve_outcomes_are_within_reach_of_measurements_and_records() -> None:
    reached = [entry for entry in HIGH.entries if within_reach(entry)]
    themes = [{one.get("theme") for one in elements(entry.rule)} for entry in reached]
    assert sum(not found & NOT_YET_MEASURED for found in themes) == 21


def test_the_reference_page_lists_exactly_the_outcomes_within_reach() -> None:
    listed = re.findall(r"^\| ([A-Z]+ \d\.\d+) \|", part_of_page("Within reach"), re.MULTILINE)
    assert listed == [entry.id for entry in HIGH.entries if within_reach(entry)]


def test_the_reference_page_gives_every_other_outcome_one_reason_why_it_needs_people() -> None:
    rows = [
        line.split(" | ")[1] for line in part_of_page("Needs people").splitlines() if "|" in line
    ]
    listed: list[str] = []
    for function, numbers in re.findall(r"([A-Z]{3,}) ((?:\d\.\d+(?:, )?)+)", "; ".join(rows)):
        listed += [f"{function} {number}" for number in re.findall(r"\d\.\d+", numbers)]
    wanted = [entry.id for entry in HIGH.entries if not within_reach(entry)]
    assert len(wanted) == 48
    assert sorted(listed) == sorted(wanted)


# --- bad files

RISK = BASELINES / "high_risk.yaml"
FRAMEWORK = CATALOGS / "nist_ai_rmf_1_0.yaml"


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("fresh_days: 180", "fresh_days: soon", ("GOVERN 1.1", "fresh_days", "soon")),
        ("due: design", "due: later", ("GOVERN 1.1", "due", "later")),
        ("kind: inventory,", "kind: stock,", ("GOVERN 1.6", "rule.all[0].kind", "stock")),
        ("theme: robustness", "theme: beauty", ("MEASURE 2.6", "theme", "beauty")),
        ('threshold: "1"', "threshold: 1", ("MAP 4.1", "rule.all[0].threshold")),
        ("each: true, ", "every: true, ", ("GOVERN 4.2", "rule.all[1]", "every")),
        (
            "id: officer-statement,",
            "id: legal-register,",
            ("GOVERN 1.1", "rule.all.1.id", "unique"),
        ),
        ("id: GOVERN 1.2", "id: GOVERN 1.1", ("GOVERN 1.1", "twice")),
        ("approved_by: null", "approved_by: me", ("approved_by",)),
        ('effective_from: "2026-01-01"', 'effective_from: "2026-02-30"', ("effective_from",)),
    ],
)
def test_a_wrong_baseline_is_refused_by_file_id_and_field(
    tmp_path: Path, old: str, new: str, parts: tuple[str, ...]
) -> None:
    with pytest.raises(CatalogFileError) as refused:
        load_baseline(changed(tmp_path, RISK, old, new))
    assert all(part in str(refused.value) for part in ("high_risk.yaml", *parts))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("version:", "id: second\nversion:", "'id' stands twice"),
        ("title: NIST", "title: &name NIST", "anchor"),
        ("effective_to: null", "effective_to: *name", "alias"),
        ("effective_to: null", "no: null", "key is no text"),
        ("effective_to: null", "<<: {effective_to: null}", "merge key"),
        ("title: NIST", "title: !!str NIST", "tag"),
        ("effective_to: null", "effective_to: [", "line"),
        ("parent: GOVERN 1\n", "parent: MAP 1\n", "GOVERN 1.1: parent: MAP 1 does not stand"),
        ("effective_to: null", 'effective_to: "2020-01-01"', "later than effective_from"),
    ],
)
def test_a_wrong_catalog_is_refused_with_its_reason(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    with pytest.raises(CatalogFileError, match=re.escape(problem)):
        load_catalog(changed(tmp_path, FRAMEWORK, old, new))


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogFileError, match=r"gone\.yaml: Cannot be read"):
        load_catalog(tmp_path / "gone.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"id: \xff")
    with pytest.raises(CatalogFileError, match="not UTF-8"):
        load_catalog(tmp_path / "bytes.yaml")


def test_an_endlessly_nested_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogFileError, match="too deeply"):
        load_catalog(write(tmp_path / "deep.yaml", "[" * 5_000))


def test_a_baseline_with_a_gap_or_an_invented_outcome_is_refused(tmp_path: Path) -> None:
    invented = load_baseline(changed(tmp_path, RISK, "id: MANAGE 3.2", "id: MANAGE 3.3"))
    with pytest.raises(CatalogFileError, match=r"MANAGE 3\.3: id: .*no such outcome"):
        require_cover(invented, RMF, "b.yaml")
    gap = Baseline(**{**vars(HIGH), "entries": HIGH.entries[1:]})
    with pytest.raises(CatalogFileError, match=r"b\.yaml: GOVERN 1\.1: .*no entry"):
        require_cover(gap, RMF, "b.yaml")
