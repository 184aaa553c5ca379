"""What stands in the PDF, read back from its bytes."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest

from governance.audit import note
from governance.evidence.models import Evidence
from reports import pages
from reports.content import words
from reports.content.results import FUNCTIONS, STATES
from tests.reports.printing import HOSTILE, Printed
from tests.reports.story import soon

SECTIONS = [title for _, title in pages.CONTENTS]


def all_results(printed: Printed) -> list[dict[str, Any]]:
    return [row for system in printed.content["systems"] for row in system["rows"]]


def test_the_sections_stand_in_the_order_of_an_audit(printed: Printed) -> None:
    wanted = [
        "About this report", "What it is, and what it is not", "Criteria", "Scope and inventory",
        "Results", "Evaluations", "Monitoring", "Validation opinion", "Findings and actions",
        "Exceptions", "Approvals and gate decisions", "Not determined, and why", "Risks",
        "Evidence register", "How to verify this report",
    ]  # fmt: skip
    titles = [str(one.title) for one in flat(printed.reader.outline)]
    places = [titles.index(one) for one in wanted if one in titles]
    assert [titles[place] for place in places] == wanted
    assert places == sorted(places)


def flat(outline: Any) -> list[Any]:
    return [x for one in outline for x in (flat(one) if isinstance(one, list) else [one])]


def test_every_page_says_which_it_is_and_which_log_it_was_read_from(printed: Printed) -> None:
    size, count = printed.report.log_size, len(printed.texts)
    for number, text in enumerate(printed.texts, 1):
        assert f"Page {number} of {count}" in text
        assert f"Log size {size} " in text


def test_the_statement_counts_the_pages_that_are_there(printed: Printed) -> None:
    predicate = printed.payload()["predicate"]
    assert predicate["pages"] == len(printed.reader.pages) == printed.report.pages


def test_the_signed_statement_names_the_digest_of_the_file(printed: Printed) -> None:
    subjects = printed.payload()["subject"]
    assert subjects[0]["digest"]["sha256"] == hashlib.sha256(printed.pdf).hexdigest()
    assert subjects[0]["name"].endswith(".pdf")


def test_the_statement_names_size_and_root_of_the_log(printed: Printed) -> None:
    predicate, log = printed.payload()["predicate"], printed.content["log"]
    assert (predicate["logSize"], predicate["root"]) == (log["size"], log["root"])
    assert log["root"] in printed.text.replace(" ", "")
    assert log["origin"] in printed.text


def test_the_log_s_public_key_is_printed_whole(printed: Printed) -> None:
    log, text = printed.content["log"], printed.text.replace(" ", "")
    assert [note.decode_vkey(key).name for key in log["keys"]] == [log["origin"]]
    assert text.count(log["keys"][0]) == 2


def test_the_totals_of_page_one_are_the_sums_of_the_results(printed: Printed) -> None:
    rows, first = all_results(printed), printed.texts[0]
    for name in FUNCTIONS:
        counts = [sum(r["function"] == name and r["state"] == s for r in rows) for s in STATES]
        assert f"{name} {' '.join(map(str, counts))} {sum(counts)}" in first
    totals = [sum(row["state"] == state for row in rows) for state in STATES]
    assert f"All {' '.join(map(str, totals))} {len(rows)}" in first


def test_the_printed_results_are_as_many_as_page_one_says(printed: Printed) -> None:
    """Counts the words in the table itself, so that a row lost on the way to paper shows."""
    text = " ".join(printed.texts[3:])
    body = text[: text.index("What fails, and why")]
    for state in STATES:
        printed_rows = len(re.findall(rf"(?:✓|■|▲|◆|–) {state}\b", body))
        assert printed_rows == printed.content["summary"]["counts"][state], state


def test_what_is_not_determined_is_listed_one_by_one_with_why(printed: Printed) -> None:
    open_rows = [row for row in all_results(printed) if row["state"] == "not determined"]
    start = next(n for n, t in enumerate(printed.texts) if "Not determined, and why" in t and n > 2)
    section = " ".join(printed.texts[start:])
    assert f"{len(open_rows)} requirements are not determined" in section
    assert all(row["requirement"] in section for row in open_rows)
    assert all(row["why"] for row in open_rows)


def test_measured_figures_stand_with_interval_n_and_threshold(printed: Printed) -> None:
    assert (
        "Selection rate ratio, SEX 0.523 0.502 to 0.544 9,000 ≥ 0.80 ■ does not hold 1"
        in printed.text
    )
    assert "ROC AUC 0.871 0.865 to 0.877 9,000 lower bound ≥ 0.80 ✓ holds 1" in printed.text


def test_a_figure_in_production_is_one_row_of_batches(printed: Printed) -> None:
    assert "ROC AUC by batch" in printed.text
    assert ", batch:" not in printed.text
    figures = printed.content["systems"][0]["monitoring"][0]["figures"]
    assert [(one["label"], len(one["points"])) for one in figures] == [("ROC AUC", 7)]


def test_people_have_their_names_in_the_sentences_of_rules(printed: Printed) -> None:
    assert "dana (test), as officer, stated on" in printed.text
    assert not re.search(r"[Pp]erson [0-9a-f]{8}-", printed.text)


def test_what_does_not_apply_names_who_proposed_and_who_decided(printed: Printed) -> None:
    words = "MANAGE 3.2 approved No pre-trained model is part of it. dana (test) erin (test)"
    assert words in printed.text


def test_groups_left_out_are_named_with_their_rows(printed: Printed) -> None:
    assert "SEX=9 100 100 rows, fewer than 200" in printed.text


def test_a_late_triage_and_an_exception_with_its_age_are_shown(printed: Printed) -> None:
    assert "AGEP drifted in 2017 part 3 of 4" in printed.text
    assert "■ late" in printed.text
    last_day = words.day(soon(60).isoformat())
    assert f"EX-0001 MEASURE 2.11 ▲ in force 0 d {last_day} in 60 days" in printed.text


def test_every_cited_id_stands_in_the_register_with_its_digest(printed: Printed) -> None:
    register = {one["short"]: one for one in printed.content["register"]}
    cited = set(re.findall(r"EV-[0-9a-f]{8}", printed.text))
    assert cited == set(register)
    for one in Evidence.objects.with_index().filter(id__in=[e["id"] for e in register.values()]):
        entry = register[one.short_id]
        assert (entry["sha256"], entry["index"]) == (one.payload_sha256, one.log_index)  # type: ignore[attr-defined]
        assert entry["sha256"] in printed.text.replace(" ", "")


def test_nothing_newer_than_the_log_size_is_cited(printed: Printed) -> None:
    size = printed.content["log"]["size"]
    assert all(one["index"] < size for one in printed.content["register"])


def test_hostile_words_are_printed_and_not_obeyed(printed: Printed) -> None:
    squeezed = printed.text.replace(" ", "")
    assert HOSTILE.replace(" ", "") in squeezed
    assert "root:x:0:0" not in printed.text
    assert len(printed.reader.pages) > 5


def test_it_is_tagged_with_language_title_and_words_for_every_picture(printed: Printed) -> None:
    root: Any = printed.reader.trailer["/Root"]
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"] == True  # noqa: E712
    assert printed.reader.metadata and "control report" in str(printed.reader.metadata.title)
    figures = [one for one in elements(root["/StructTreeRoot"]) if one.get("/S") == "/Figure"]
    assert len(figures) == len(list(pages_pictures(printed)))
    assert all(len(str(one.get("/Alt", ""))) > 20 for one in figures)


def pages_pictures(printed: Printed) -> list[str]:
    return re.findall(r"<img src=\"asset:", pages.document(printed.content))


def elements(node: Any) -> list[Any]:
    """Structure elements below a node of the structure tree."""
    node = node.get_object()
    if isinstance(node, list):
        return [x for one in node if hasattr(one, "get_object") for x in elements(one)]
    if not isinstance(node, dict):
        return []
    below = node.get("/K")
    found = elements(below) if hasattr(below, "get_object") else []
    return [node, *found]


def test_it_says_that_it_is_pdf_ua(printed: Printed) -> None:
    metadata = printed.reader.xmp_metadata
    assert metadata is not None
    assert b"pdfuaid" in printed.reader.trailer["/Root"]["/Metadata"].get_data()  # type: ignore[index]


def test_every_font_is_ours_and_embedded(printed: Printed) -> None:
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in printed.reader.pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    }
    assert fonts
    assert all("Source-Sa" in one or "Source-Se" in one for one in fonts), fonts


def test_it_holds_no_script_and_no_attachment(printed: Printed) -> None:
    root: Any = printed.reader.trailer["/Root"]
    assert "/OpenAction" not in root
    assert "/AA" not in root
    assert "/EmbeddedFiles" not in root.get("/Names", {})
    assert b"/JavaScript" not in printed.pdf


def test_the_same_content_gives_the_same_bytes_in_another_process(printed: Printed) -> None:
    assert hashlib.sha256(printed.again.pdf).hexdigest() == hashlib.sha256(printed.pdf).hexdigest()


def test_setting_the_pages_gave_no_complaint(printed: Printed) -> None:
    assert printed.again.complaints == ()


@pytest.mark.parametrize("digest", ["catalog", "baseline", "engine"])
def test_the_criteria_are_named_by_their_digests(printed: Printed, digest: str) -> None:
    assert printed.content["criteria"][digest]["digest"] in printed.text.replace(" ", "")


def test_a_requirement_that_nobody_was_given_is_owned_by_nobody(printed: Printed) -> None:
    rows = printed.content["systems"][0]["rows"]
    assert {row["owner"] for row in rows} == {""}
    assert "nobody" in printed.text


def test_the_addresses_to_verify_with_are_printed(printed: Printed) -> None:
    text = printed.text.replace(" ", "")
    size = printed.content["log"]["size"]
    for address in ("/api/v1/keys", f"/proof?size={size}", f"/api/v1/log/checkpoint?size={size}"):
        assert address in text
