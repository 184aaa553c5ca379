from __future__ import annotations

import os
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage import layers
from lineage.graph import Edge, Node
from lineage.layout import LABEL_SIZE, PADDING, place
from lineage.svg import render
from lineage.text_width import fitted, text_width
from tests.lineage.drawings import LONG, demonstration, edge, graphs

FIXTURES = Path(__file__).parent / "fixtures"
SVG = "{http://www.w3.org/2000/svg}"
TITLE, DESC = "What made it", "From the survey to production: 9 things."
LIVE = ("survey", "prepare", "train", "training", "model", "release", "live")


def drawn(nodes: list[Node], edges: list[Edge], **options: object) -> ET.Element:
    text = render(place(nodes, edges), TITLE, DESC, **options)  # type: ignore[arg-type]
    return ET.fromstring(text)


def classes(svg: ET.Element, tag: str, css_class: str) -> list[ET.Element]:
    return [e for e in svg.iter(SVG + tag) if css_class in e.get("class", "").split()]


@pytest.mark.parametrize("engine", ["fast_sugiyama", "barycentre"])
def test_the_demonstration_is_drawn_the_same_each_time(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine == "fast_sugiyama":
        pytest.importorskip(engine)
    monkeypatch.setattr(layers, "HAS_FAST_SUGIYAMA", engine == "fast_sugiyama")
    golden = FIXTURES / f"demonstration.{engine}.svg"

    found = render(place(*demonstration()), TITLE, DESC, focus="release", live=LIVE)

    if os.environ.get("MUNIMENT_WRITE_GOLDEN"):
        golden.write_text(found)
    assert found == golden.read_text()


def test_title_and_description_name_the_drawing() -> None:
    svg = drawn(*demonstration())
    by_id = {e.get("id"): e.text for e in svg.iter() if e.get("id")}

    names = [by_id[name] for name in svg.get("aria-labelledby", "").split()]

    assert names == [TITLE, DESC]


def test_a_drawing_with_links_is_a_group_and_without_an_image() -> None:
    assert drawn(*demonstration()).get("role") == "group"
    assert drawn(*demonstration(url="")).get("role") == "img"


def test_every_node_is_a_link_with_its_whole_name() -> None:
    links = {a.get("href"): a for a in drawn(*demonstration()).iter(f"{SVG}a")}

    assert len(links) == 9
    name = links["/lineage/approval/"].find(f"{SVG}title")
    assert name is not None and name.text == f"approval: {LONG}, 2 Nov 2026"


def test_links_come_in_reading_order() -> None:
    lefts = [float(box.get("x", "")) for box in drawn(*demonstration()).iter(f"{SVG}rect")]

    assert lefts == sorted(lefts)


def test_the_focus_and_the_live_way_have_their_classes() -> None:
    svg = drawn(*demonstration(), focus="release", live=LIVE)

    assert len(classes(svg, "rect", "focus")) == 1
    assert len(classes(svg, "path", "live")) == 2 * 6
    assert len(classes(svg, "path", "edge")) == 2 * 9


def test_how_an_edge_is_known_is_drawn_and_said() -> None:
    svg = drawn(*demonstration())
    lines = [path for path in svg.iter(f"{SVG}path") if path.find(f"{SVG}title") is not None]

    words = {path.findtext(f"{SVG}title"): path.get("stroke-dasharray") for path in lines}

    assert words["release 1 to production, asserted"] == "7 4"
    assert words["job-support-places 1 to release 1, derived"] == "2 3"
    assert words["train-v1 to job-support-places 1, observed"] is None


def test_nothing_is_styled_inline() -> None:
    text = render(place(*demonstration()), TITLE, DESC)

    assert not re.search(r"\bstyle=|<style|<script|\bon\w+=", text)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_no_text_breaks_out_of_the_drawing(label: str, sublabel: str, title: str) -> None:
    node = Node("n", "dataset", label, sublabel, "/n/?a=1&b=\"'<")

    svg = ET.fromstring(render(place([node], []), f"T{title}", label))

    assert {e.tag.removeprefix(SVG) for e in svg.iter()} <= {
        "svg", "title", "desc", "g", "a", "rect", "text",
    }  # fmt: skip
    assert [a.get("href") for a in svg.iter(f"{SVG}a")] == [node.url]


@settings(max_examples=60, deadline=None)
@given(graphs)
def test_no_text_is_wider_than_its_box(drawing: tuple[list[Node], list[Edge]]) -> None:
    svg = drawn(*drawing)

    for group in svg.iter(f"{SVG}g"):
        box, text = group.find(f"{SVG}rect"), group.find(f"{SVG}text")
        if box is not None and text is not None:
            room = float(box.get("width", "")) - 2 * PADDING
            assert text_width(text.text or "", LABEL_SIZE) <= room


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    texts = [text.text or "" for text in drawn(*demonstration()).iter(f"{SVG}text")]

    assert any(text.startswith("Approved with") and text.endswith("…") for text in texts)


@given(st.text(max_size=50), st.floats(20, 300))
def test_fitted_text_is_the_beginning_and_fits(text: str, width: float) -> None:
    found = fitted(text, 14, width)

    assert text_width(found, 14) <= width
    assert found == text or text.startswith(found.removesuffix("…"))


def test_a_text_that_made_its_column_wide_is_not_cut() -> None:
    texts = [text.text for text in drawn(*demonstration()).iter(f"{SVG}text")]

    assert texts.count("run 1 · COMPLETE") == 2


def test_a_digest_that_is_cut_has_one_ellipsis() -> None:
    width = text_width("cut-off 0.50 · 07be……", 13)

    assert fitted("cut-off 0.50 · 07be…19 and more", 13, width) == "cut-off 0.50 · 07be…"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "ftp://example.org/"])
def test_links_lead_nowhere_but_here_and_to_the_web(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        render(place([Node("n", "dataset", "n", url=url)], []), TITLE, DESC)


def test_a_drawing_without_title_is_refused() -> None:
    with pytest.raises(ValueError, match="title"):
        render(place([], []), " ", DESC)


def test_two_drawings_on_one_page_have_their_own_ids() -> None:
    one = drawn([Node("a", "dataset", "a")], [])
    two = drawn([Node("a", "dataset", "a"), Node("b", "dataset", "b")], [edge("a", "b")])

    assert one.get("aria-labelledby") != two.get("aria-labelledby")
