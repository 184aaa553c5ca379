"""Puts into an SVG the few letters of the font that it uses: a picture in a page can load no font."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

_TEXT = re.compile(r">([^<]+)<")


def lettered(svg: str, fonts: Mapping[int, Path], family: str) -> str:
    """The SVG with one @font-face a weight (400, 600), cut down to the characters in its texts."""
    used = "".join(sorted(set(unescape("".join(_TEXT.findall(svg))))))
    if not used:
        return svg
    faces = "".join(face(weight, path, used, family) for weight, path in sorted(fonts.items()))
    head, _, rest = svg.partition(">")
    return f"{head}><style>{faces}</style>{rest}"


def face(weight: int, path: Path, used: str, family: str) -> str:
    data = base64.b64encode(cut_down(path, used)).decode("ascii")
    return (
        f'@font-face{{font-family:"{family}";font-weight:{weight};'
        f"src:url(data:font/otf;base64,{data})}}"
    )


def cut_down(path: Path, used: str) -> bytes:
    """The font file with the glyphs of these characters only; same input, same bytes."""
    options = subset.Options(
        hinting=False, desubroutinize=True, recalc_timestamp=False, layout_features=["kern", "lnum"]
    )
    font = TTFont(path, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(text=used)
    cutter.subset(font)
    out = io.BytesIO()
    font.save(out, reorderTables=True)
    return out.getvalue()
