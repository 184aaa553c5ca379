"""Likelihood, impact and the level they give. Ordinal words: nothing here is multiplied or added.

The table is a consequence and likelihood matrix as IEC 31010 describes it; what stands in it is a choice
of this platform, and a severe impact is never low.
"""

from __future__ import annotations

LIKELIHOODS = {1: "rare", 2: "unlikely", 3: "possible", 4: "likely", 5: "almost certain"}
IMPACTS = {1: "negligible", 2: "minor", 3: "moderate", 4: "major", 5: "severe"}
LEVELS = ("low", "medium", "high", "very high")
TONES = {"low": "none", "medium": "warn", "high": "bad", "very high": "bad"}

# One row a likelihood from 1 to 5, one digit an impact from 1 to 5: places in LEVELS.
_TABLE = ("00011", "00112", "01122", "01223", "11233")


def rank(likelihood: int, impact: int) -> int:
    """0 (low) to 3 (very high). Raises ValueError outside 1 to 5."""
    if likelihood not in LIKELIHOODS or impact not in IMPACTS:
        raise ValueError("Likelihood and impact are whole numbers from 1 to 5.")
    return int(_TABLE[likelihood - 1][impact - 1])


def level(likelihood: int | None, impact: int | None) -> str | None:
    """The level's word; None where one of the two is not rated yet."""
    if likelihood is None or impact is None:
        return None
    return LEVELS[rank(likelihood, impact)]


def numbered(words: dict[int, str]) -> list[tuple[int, str]]:
    """Choices of a form: (4, "4 likely")."""
    return [(number, f"{number} {word}") for number, word in words.items()]
