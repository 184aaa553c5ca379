"""Profiles as JSON: decimals as strings, counts as integers."""

from __future__ import annotations

from typing import Any

from monitoring.statistics.decimals import decimal_string, optional_decimal
from monitoring.statistics.errors import MeasureCode, MeasureError
from monitoring.statistics.layout import CategoricalLayout, NumericLayout
from monitoring.statistics.profile import (
    CategoricalProfile,
    ColumnProfile,
    Fault,
    NumericProfile,
    Profile,
)

VERSION = 1


def profile_to_json(profile: Profile) -> dict[str, Any]:
    """Only strings, integers, lists and null: fit for canonical JSON. Reads back equal."""
    return {
        "version": VERSION,
        "rows": profile.rows,
        "columns": {name: _column_to_json(column) for name, column in profile.columns.items()},
    }


def profile_from_json(data: Any) -> Profile:
    """Raises MeasureError(wrong_type) for anything `profile_to_json` does not write."""
    if not isinstance(data, dict) or data.get("version") != VERSION:
        raise MeasureError(
            MeasureCode.WRONG_TYPE, f"This is not a drift profile of version {VERSION}."
        )
    try:
        columns = {name: _column_from_json(column) for name, column in data["columns"].items()}
        return Profile(int(data["rows"]), columns)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MeasureError(
            MeasureCode.WRONG_TYPE, f"The drift profile is damaged: {error}."
        ) from None


def _column_to_json(column: ColumnProfile) -> dict[str, Any]:
    if isinstance(column, Fault):
        return {"kind": "fault", "code": str(column.code), "sentence": column.sentence}
    if isinstance(column, CategoricalProfile):
        return {
            "kind": "categorical",
            "categories": list(column.layout.categories),
            "counts": list(column.counts),
            "other": column.other,
            "unseen": list(column.unseen),
            "nulls": column.nulls,
        }
    return {
        "kind": "numeric",
        "low": decimal_string(column.layout.low),
        "uppers": [decimal_string(upper) for upper in column.layout.uppers],
        "psiEnds": list(column.layout.psi_ends),
        "counts": list(column.counts),
        "nulls": column.nulls,
        "minimum": optional_decimal(column.minimum),
        "maximum": optional_decimal(column.maximum),
        "mean": decimal_string(column.mean),
        "m2": decimal_string(column.m2),
    }


def _column_from_json(data: dict[str, Any]) -> ColumnProfile:
    if data["kind"] == "fault":
        return Fault(MeasureCode(data["code"]), data["sentence"])
    if data["kind"] == "categorical":
        return CategoricalProfile(
            layout=CategoricalLayout(tuple(map(str, data["categories"]))),
            counts=_counts(data["counts"], len(data["categories"])),
            other=int(data["other"]),
            unseen=tuple(map(str, data["unseen"])),
            nulls=int(data["nulls"]),
        )
    if data["kind"] != "numeric":
        raise ValueError(f"unknown kind {data['kind']!r}")
    return _numeric_from_json(data)


def _numeric_from_json(data: dict[str, Any]) -> NumericProfile:
    uppers = tuple(map(float, data["uppers"]))
    ends = tuple(map(int, data["psiEnds"]))
    if not ends or ends[-1] != len(uppers) - 1 or list(uppers) != sorted(set(uppers)):
        raise ValueError("its bins do not fit together")
    return NumericProfile(
        layout=NumericLayout(float(data["low"]), uppers, ends),
        counts=_counts(data["counts"], len(uppers) + 2),
        nulls=int(data["nulls"]),
        minimum=_optional_float(data["minimum"]),
        maximum=_optional_float(data["maximum"]),
        mean=float(data["mean"]),
        m2=float(data["m2"]),
    )


def _counts(values: list[Any], length: int) -> tuple[int, ...]:
    counts = tuple(map(int, values))
    if len(counts) != length or min(counts, default=0) < 0:
        raise ValueError("its counts do not fit its bins")
    return counts


def _optional_float(text: str | None) -> float | None:
    return None if text is None else float(text)
