"""Why a number is refused."""

from __future__ import annotations

from enum import StrEnum


class MeasureCode(StrEnum):
    """Machine words for every refusal."""

    EMPTY = "empty"
    TOO_FEW_ROWS = "too_few_rows"
    TOO_FEW_GROUPS = "too_few_groups"
    LENGTH_MISMATCH = "length_mismatch"
    MISSING_VALUE = "missing_value"
    MISSING_COLUMN = "missing_column"
    ALL_MISSING = "all_missing"
    NOT_FINITE = "not_finite"
    OUT_OF_RANGE = "out_of_range"
    WRONG_TYPE = "wrong_type"
    UNKNOWN_LABEL = "unknown_label"
    ONE_CLASS = "one_class"
    UNDEFINED = "undefined"
    BAD_PARAMETER = "bad_parameter"
    LAYOUT_MISMATCH = "layout_mismatch"
    BACKEND_FAILED = "backend_failed"


class MeasureError(ValueError):
    """A measure that cannot be given honestly. `code` is for machines, `sentence` for people."""

    def __init__(self, code: MeasureCode, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
