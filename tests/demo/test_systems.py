from __future__ import annotations

import csv
from pathlib import Path

import pytest

from demo.data import columns

DATA = Path(columns.__file__).parent
ROLES = {"provider", "deployer", "both"}
TIERS = {"prohibited", "high", "limited", "minimal"}


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(newline="") as file:
        return list(csv.DictReader(file))


def test_twenty_labelled_systems_with_nothing_left_empty() -> None:
    found = rows("systems.csv")

    assert len({row["name"] for row in found}) == 20
    assert all(row["name"].endswith("(demo)") for row in found)
    assert all(value for row in found for value in row.values())


def test_roles_and_tiers_are_the_registry_s_words() -> None:
    found = rows("systems.csv")

    assert {row["role"] for row in found} <= ROLES
    assert {row["tier"] for row in found} <= TIERS


@pytest.mark.parametrize(
    ("line", "column"), [(1, "name"), (2, "role"), (3, "tier"), (4, "owner_email"), (5, "unit")]
)
def test_the_bad_file_has_one_fault_a_row(line: int, column: str) -> None:
    row = rows("systems_bad.csv")[line]
    good = {
        "name": bool(row["name"]),
        "role": row["role"] in ROLES,
        "tier": row["tier"] in TIERS,
        "owner_email": "@" in row["owner_email"],
        "unit": row["unit"] in {known["unit"] for known in rows("systems.csv")},
    }

    assert [name for name, is_good in good.items() if not is_good] == [column]


def test_the_bad_file_repeats_a_name() -> None:
    found = rows("systems_bad.csv")

    assert found[0]["name"] == found[-1]["name"]
