"""The two child programs: what they refuse, and that they can be ended."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.conf import settings

from inference.engine.limits import MIB, ProcessLimits
from reports.chart_specs import FAMILY, posture_bars
from reports.engine.running import EngineFailed, draw, typeset

PAGE = '<!doctype html><html lang="en"><head><title>A page</title></head><body>{}</body></html>'
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
REACHING = (
    '<img src="file:///etc/passwd" alt="x">',
    '<img src="http://127.0.0.1:9/x.png" alt="x">',
    '<img src="https://example.org/x.png" alt="x">',
    '<img src="data:image/svg+xml,&lt;svg/&gt;" alt="x">',
    '<img src="asset:unknown" alt="x">',
    '<link rel="stylesheet" href="file:///etc/hostname">',
    "<style>@import url(file:///etc/hostname)</style>",
    "<style>body { background: url(http://127.0.0.1:9/x) }</style>",
    "<style>@font-face { font-family: x; src: url(file:///etc/hostname) } p { font-family: x }</style><p>x</p>",
)


def fonts() -> dict[int, Path]:
    folder = settings.FONT_FOLDERS["source-sans"]
    return {400: folder / "SourceSansPro-Regular.otf"}


@pytest.mark.parametrize("body", REACHING)
def test_a_document_that_reaches_outside_is_not_made(body: str) -> None:
    with pytest.raises(EngineFailed, match="The document asked for"):
        typeset(PAGE.format(body), {}, {})


def test_a_picture_that_reaches_outside_is_not_made() -> None:
    image = b'<image href="file:///etc/passwd" width="9" height="9"/></svg>'
    with pytest.raises(EngineFailed, match="etc/passwd"):
        typeset(
            PAGE.format('<img src="asset:p" alt="x">'), {}, {"p": SVG.replace(b"</svg>", image)}
        )


def test_what_was_given_is_shown() -> None:
    made = typeset(PAGE.format('<p>Hello</p><img src="asset:p" alt="A square">'), {}, {"p": SVG})
    assert made.pdf.startswith(b"%PDF-1.7")
    assert made.pages == 1
    assert made.seconds > 0 and made.peak_memory_bytes > 10 * MIB


def test_the_same_document_gives_the_same_bytes() -> None:
    digests = {
        hashlib.sha256(typeset(PAGE.format("<p>Hello</p>"), {}, {}).pdf).hexdigest()
        for _ in range(2)
    }
    assert len(digests) == 1


def test_a_document_that_takes_too_long_is_ended() -> None:
    endless = "<table>" + "<tr><td>row</td></tr>" * 200_000 + "</table>"
    limits = ProcessLimits(wall_seconds=3.0, cpu_seconds=60)
    with pytest.raises(EngineFailed, match="took longer"):
        typeset(PAGE.format(endless), {}, {}, limits=limits)


def test_a_document_that_needs_too_much_memory_is_ended() -> None:
    large = "<table>" + "<tr><td>row</td></tr>" * 60_000 + "</table>"
    limits = ProcessLimits(wall_seconds=60.0, memory_bytes=220 * MIB)
    with pytest.raises(EngineFailed, match="memory|broke"):
        typeset(PAGE.format(large), {}, {}, limits=limits)


def test_a_chart_brings_its_letters_and_no_address() -> None:
    spec = posture_bars({"GOVERN": {"satisfied": 3, "not determined": 16}})
    svg = draw([spec], fonts(), FAMILY)[0].decode()
    assert svg.startswith("<svg")
    assert "@font-face" in svg and "url(data:font/otf;base64," in svg
    assert "GOVERN" in svg and "satisfied" in svg
    assert "<script" not in svg and "http" not in svg.replace("http://www.w3.org/", "")


def test_the_same_spec_gives_the_same_picture() -> None:
    spec = posture_bars({"MAP": {"satisfied": 1}})
    assert draw([spec], fonts(), FAMILY) == draw([spec], fonts(), FAMILY)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://127.0.0.1:9/data.json"])
def test_a_chart_reads_no_data_from_elsewhere(url: str) -> None:
    spec = {"data": {"url": url}, "mark": "bar", "encoding": {"x": {"field": "a"}}}
    try:
        svg = draw([spec], fonts(), FAMILY)[0].decode()
    except EngineFailed:
        return
    assert "root:" not in svg


def test_a_spec_that_is_none_says_so() -> None:
    with pytest.raises(EngineFailed, match="broke"):
        draw([{"mark": "no such mark"}], fonts(), FAMILY)
