"""How wide a text is drawn, so that it can be cut before it leaves its box."""

from __future__ import annotations

import unicodedata

ELLIPSIS = "…"

# Advance widths of Source Sans Pro Regular in thousandths of the font size, rounded up.
_WIDTHS = {
    200: " ",
    260: "\"',.:;ijl|·",
    280: "I",
    300: "!f",
    320: "()-[]{}",
    340: "t",
    360: "/\\r",
    420: "*s",
    440: "?z",
    460: "cx",
    480: "JYvy–",
    500: "#$+0123456789<=>FL^_ek~×−",
    520: "VXag",
    540: "ESTZ",
    560: "A`bdhnopqu",
    580: "CKPR",
    600: "B",
    620: "&DG→",
    660: "HNU",
    680: "OQ",
    720: "w",
    740: "M",
    800: "W—",
    840: "%m",
    860: "@",
    960: ELLIPSIS,
}
_BY_CHARACTER = {character: width for width, text in _WIDTHS.items() for character in text}
_OTHER, _WIDE = 850, 1050

# Where Source Sans is missing a wider font stands in for it.
_MARGIN = 1.15


def text_width(text: str, size: float) -> float:
    """Width in pixels of `text` at `size` pixels, with a margin for a substitute font."""
    return sum(_width(character) for character in text) * size * _MARGIN / 1000


def fitted(text: str, size: float, width: float) -> str:
    """`text`, or its beginning with an ellipsis, no wider than `width` pixels."""
    if text_width(text, size) <= width:
        return text
    room = width - text_width(ELLIPSIS, size)
    for end, character in enumerate(text):
        room -= text_width(character, size)
        if room < 0:
            return text[:end].rstrip(f" {ELLIPSIS}") + ELLIPSIS
    return text


def _width(character: str) -> int:
    known = _BY_CHARACTER.get(character)
    if known is not None:
        return known
    if unicodedata.combining(character):
        return 0
    return _WIDE if unicodedata.east_asian_width(character) in "WF" else _OTHER
