"""The survey's columns, in the order the models take them, and what their codes mean.

Source: US Census Bureau, ACS Public Use Microdata Sample, data dictionary 2015.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LABEL = "employed"
KEY = "id"
LEFT_OUT = ("id", "year", "prediction", "predicted_probability")
YOUNGEST, OLDEST = 16, 64
AGE_BANDS = ((16, 24), (25, 34), (35, 44), (45, 54), (55, 64))


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `kind` says how drift and encoding treat it; `dtype` is the signature's word."""

    name: str
    kind: Literal["numeric", "categorical"]
    meaning: str

    @property
    def dtype(self) -> Literal["float", "int"]:
        return "float" if self.kind == "numeric" else "int"


COLUMNS = (
    Column("AGEP", "numeric", "age in years"),
    Column("SCHL", "categorical", "educational attainment"),
    Column("MAR", "categorical", "marital status"),
    Column("RELP", "categorical", "relationship to the reference person"),
    Column("DIS", "categorical", "disability: 1 with, 2 without"),
    Column("ESP", "categorical", "employment status of parents"),
    Column("CIT", "categorical", "citizenship status"),
    Column("MIG", "categorical", "where the person lived one year ago"),
    Column("MIL", "categorical", "military service"),
    Column("ANC", "categorical", "how ancestry was reported"),
    Column("NATIVITY", "categorical", "1 native, 2 foreign born"),
    Column("DEAR", "categorical", "hearing difficulty: 1 yes, 2 no"),
    Column("DEYE", "categorical", "vision difficulty: 1 yes, 2 no"),
    Column("DREM", "categorical", "cognitive difficulty: 1 yes, 2 no"),
    Column("SEX", "categorical", "1 male, 2 female"),
    Column("RAC1P", "categorical", "race as recorded, nine codes"),
)
FEATURES = tuple(column.name for column in COLUMNS)
PROTECTED = ("SEX", "RAC1P", "DIS", "AGEP")
