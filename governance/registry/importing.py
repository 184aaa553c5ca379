"""Systems from a CSV file: preview with errors by row; all rows or none."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from governance.identity.choices import UnitKind
from governance.identity.errors import DomainError, InvalidInput
from governance.identity.models import Person, Unit
from governance.identity.principal import Principal
from governance.registry.actions.systems import register_system
from governance.registry.choices import ActRole, Tier
from governance.registry.models import AISystem

COLUMNS = (
    "name",
    "purpose",
    "role",
    "tier",
    "owner_email",
    "unit",
    "intended_use",
    "affected_people",
)
OPTIONAL = ("tier_reason",)
MAX_ROWS = 1000
SURPLUS = "surplus cells"
MAX_BYTES = 2**20


@dataclass
class ImportRow:
    number: int
    values: dict[str, str]
    problems: list[str] = field(default_factory=list)


def read_rows(data: bytes) -> list[ImportRow]:
    """Rows of a UTF-8 CSV file with a header; raises InvalidInput for a file that is not one."""
    if len(data) > MAX_BYTES:
        raise InvalidInput("csv_size", "The file is larger than 1 MiB. Split it.", "/file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput("csv_encoding", "Save the file as UTF-8.", "/file") from error
    if "\0" in text:
        raise InvalidInput("csv_nul", "The file holds NUL characters; it is no CSV text.", "/file")
    try:
        reader = csv.DictReader(io.StringIO(text), restkey=SURPLUS, strict=True)
        rows = list(reader)
    except csv.Error as error:
        raise InvalidInput(
            "csv_unreadable", f"The CSV cannot be read: {error}.", "/file"
        ) from error
    check_header(list(reader.fieldnames or ()), rows)
    return [ImportRow(n, clean(row), surplus(row)) for n, row in enumerate(rows, 2)]


def check_header(found: list[str], rows: list[dict[str, Any]]) -> None:
    if not rows:
        raise InvalidInput("csv_empty", "The file has no rows below its header.", "/file")
    if len(rows) > MAX_ROWS:
        raise InvalidInput("csv_rows", f"At most {MAX_ROWS} rows at once.", "/file")
    if twice := sorted({name for name in found if found.count(name) > 1}):
        raise InvalidInput(
            "csv_columns", f"The header names {twice} twice. Keep each column once.", "/file"
        )
    missing = [name for name in COLUMNS if name not in found]
    unknown = [name for name in found if name not in {*COLUMNS, *OPTIONAL}]
    if missing or unknown:
        raise InvalidInput(
            "csv_columns",
            f"The header must be: {', '.join(COLUMNS)}. Missing: {missing}. Unknown: {unknown}.",
            "/file",
        )


def surplus(row: dict[str, Any]) -> list[str]:
    """The problem of a row with more cells than the header, such as one with a comma unquoted."""
    extra = row.get(SURPLUS) or []
    said = f"{len(extra)} cells more than the header. Put a text with a comma in quotation marks."
    return [said] if extra else []


def clean(row: dict[str, Any]) -> dict[str, str]:
    return {name: (row.get(name) or "").strip() for name in (*COLUMNS, *OPTIONAL)}


def preview(data: bytes, unit: Unit, *, by: Principal) -> list[ImportRow]:
    """Every row with its problems; nothing is written."""
    by.require("system.import", unit.path)
    rows = read_rows(data)
    owners, units = owners_of(unit), units_of(unit)
    taken = set(AISystem.objects.below(unit.path).values_list("unit__name", flat=True))
    for row in rows:
        row.problems += problems_of(row, owners, units, taken)
        taken.add(row.values["name"])
    return rows


def units_of(unit: Unit) -> dict[str, Unit]:
    """The unit itself (named or left empty) and the units below it, by name."""
    below = Unit.objects.below(unit.path).exclude(kind=UnitKind.SYSTEM)
    return {**{one.name: one for one in below}, "": unit}


def owners_of(unit: Unit) -> dict[str, Person]:
    people = Person.objects.filter(unit__path__startswith=f"/{unit.path_ids[0]}/", is_active=True)
    return {person.email.lower(): person for person in people}


def problems_of(
    row: ImportRow, owners: dict[str, Person], units: dict[str, Unit], taken: set[str]
) -> list[str]:
    values = row.values
    mandatory = ("name", "purpose", "intended_use", "affected_people")
    problems = [f"{name} is empty." for name in mandatory if not values[name]]
    if values["name"] in taken:
        problems.append(f"A system '{values['name']}' exists already here or above in the file.")
    if values["role"] not in ActRole.values:
        problems.append(f"role '{values['role']}' is not one of {', '.join(ActRole.values)}.")
    if values["tier"] not in Tier.values:
        problems.append(f"tier '{values['tier']}' is not one of {', '.join(Tier.values)}.")
    if values["unit"] not in units:
        problems.append(f"There is no unit '{values['unit']}' here. Create it first.")
    if values["owner_email"].lower() not in owners:
        problems.append(f"Nobody here has the e-mail '{values['owner_email']}'.")
    return problems


def import_systems(data: bytes, unit: Unit, *, by: Principal) -> list[AISystem]:
    """Register every row, or none; raises InvalidInput listing each row's problems."""
    rows = preview(data, unit, by=by)
    listed = [
        {"pointer": f"/rows/{row.number}", "detail": problem}
        for row in rows
        for problem in row.problems
    ]
    if listed:
        raise InvalidInput(
            "csv_rows_refused",
            f"{len(listed)} problems in the file; nothing was imported.",
            "/file",
            listed,
        )
    owners, units = owners_of(unit), units_of(unit)
    with transaction.atomic():
        return [import_row(row, owners, units, by) for row in rows]


def import_row(
    row: ImportRow, owners: dict[str, Person], units: dict[str, Unit], by: Principal
) -> AISystem:
    values = row.values
    try:
        return register_system(
            units[values["unit"]],
            values["name"],
            role=values["role"],
            tier=values["tier"],
            tier_reason=values["tier_reason"] or "Proposed at import; reasons to follow.",
            profile={
                "purpose": values["purpose"],
                "intendedUse": values["intended_use"],
                "affectedPeople": values["affected_people"],
            },
            owner=owners[values["owner_email"].lower()],
            by=by,
        )
    except DomainError as error:
        raise InvalidInput(
            "csv_row", f"Row {row.number}: {error.sentence} Nothing was imported.", "/file"
        ) from error
