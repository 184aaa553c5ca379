"""A package as its reader has it: complete for its scope, nothing of anybody else, checked by the one file in it."""

from __future__ import annotations

import hashlib
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from governance.audit.models import Leaf
from governance.evidence.models import Evidence
from packages.models import AuditPackage
from packages.parts.registers import state_of
from reports.content.book import Book, Said
from tests.packages.packing import Packed
from tests.reports.story import soon
from verifier.build import single_file


def both(packed: Packed) -> tuple[AuditPackage, AuditPackage]:
    return packed.system, packed.organisation


def copy_with(packed: Packed, changes: dict[str, bytes], name: str) -> Path:
    """The system's package with these members' bytes instead."""
    source, path = packed.members(packed.system), packed.folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as copy:
        for info in source.infolist():
            copy.writestr(info, changes.get(info.filename, source.read(info.filename)))
    return path


def test_inside_everything_fits_and_nothing_outside_vouches_yet(packed: Packed) -> None:
    for package in both(packed):
        said = packed.verify(packed.file(package))
        assert said.returncode == 3, said.stdout + said.stderr


def test_the_key_and_a_checkpoint_that_was_kept_vouch_for_it(packed: Packed) -> None:
    for package in both(packed):
        key, kept = packed.manifest(package)["log"]["vkey"], packed.checkpoint(package)
        said = packed.verify(packed.file(package), "--key", key, "--checkpoint", str(kept))
        assert said.returncode == 0, said.stdout + said.stderr
        assert said.stdout.startswith("HOLDS.")
        results = packed.manifest(package)["results"]
        assert f"{results} results follow from the statements, byte for byte" in said.stdout


def test_a_changed_entry_is_named(packed: Packed) -> None:
    lines = packed.members(packed.system).read("log/entries.tsv").split(b"\n")
    index = lines[5].split(b"\t")[0].decode()
    lines[5] = lines[5].replace(b'"v":1', b'"v":2')
    path = copy_with(packed, {"log/entries.tsv": b"\n".join(lines)}, "changed.zip")
    said = packed.verify(path)
    assert said.returncode == 1
    assert "log/entries.tsv" in said.stdout and f"index {index}" in said.stdout


def test_the_manifest_names_every_member_and_says_what_the_log_held(packed: Packed) -> None:
    for package in both(packed):
        manifest, members = packed.manifest(package), packed.members(package)
        named = [one["path"] for one in manifest["files"]]
        assert [*named, "MANIFEST.json", "MANIFEST.dsse.json"] == members.namelist()
        for one in manifest["files"]:
            data = members.read(one["path"])
            assert (hashlib.sha256(data).hexdigest(), len(data)) == (one["sha256"], one["bytes"])
        assert (manifest["log"]["size"], manifest["log"]["root"]) == (
            package.log_size,
            package.root,
        )


def test_the_log_names_the_package_that_was_made(packed: Packed) -> None:
    packed.cast.sequence()
    for package in both(packed):
        facts = json.loads(bytes(Leaf.objects.get(entry_id=package.made_entry_id).body))["facts"]
        manifest = packed.members(package).read("MANIFEST.json")
        assert facts["manifest"] == hashlib.sha256(manifest).hexdigest()
        assert facts["sha256"] == hashlib.sha256(packed.file(package).read_bytes()).hexdigest()


def test_the_verifier_inside_is_the_one_of_this_version(packed: Packed) -> None:
    assert packed.members(packed.system).read("verify.py") == single_file()


def test_every_statement_of_the_scope_is_in_it_and_nobody_elses(packed: Packed) -> None:
    inside = {one["id"] for one in packed.table(packed.system, "evidence/register.csv")}
    organisation = f"/{packed.cast.organisation.pk}/"
    own = Evidence.objects.in_log_up_to(packed.system.log_size or 0)
    expected = own.filter(unit__path__startswith=organisation)
    assert inside == {str(one.id) for one in expected}


def test_another_organisation_s_entries_stay_closed(packed: Packed) -> None:
    elsewhere = str(packed.cast.accounts["nina"].responsible.unit_id).encode()
    for package in both(packed):
        members = packed.members(package)
        assert all(elsewhere not in members.read(name) for name in members.namelist())
        assert packed.manifest(package)["entries"] < packed.manifest(package)["log"]["size"]


def test_populations_list_records_with_people_by_name(packed: Packed) -> None:
    (release,) = packed.table(packed.system, "populations/releases.csv")
    assert release["number"] == "1" and release["author"].startswith("owen (test) (")
    (finding,) = packed.table(packed.system, "findings.csv")
    assert finding["severity"] and finding["condition"] and finding["due"]
    people = {one["name"] for one in packed.table(packed.system, "people.csv")}
    assert "owen (test)" in people and "nina (test)" not in people


def test_an_exception_has_the_state_that_its_register_shows(packed: Packed) -> None:
    (exception,) = packed.table(packed.system, "exceptions.csv")
    assert exception["state"] == f"in force until {soon(60)}"


@pytest.mark.parametrize(
    ("outcome", "expires", "state"),
    [
        ("", "2031-01-01T00:00:00Z", "requested"),
        ("approved-with-conditions", "2031-01-01T00:00:00Z", "in force until 2030-12-31"),
        ("approved", "2030-06-01T00:00:00Z", "expired"),
        ("rejected", "2031-01-01T00:00:00Z", "refused"),
        ("revoked", "2031-01-01T00:00:00Z", "ended"),
    ],
)
def test_the_newest_decision_says_the_state_of_an_exception(
    outcome: str, expires: str, state: str
) -> None:
    record = {"id": "r", "revision": 1, "state": "requested"}
    fields = {"expires": expires}
    asked = Said(
        0, "a", "record", {"kind": "exception", "record": record, "fields": fields}, ("d",)
    )
    decided = Said(1, "b", "approval", {"outcome": outcome}, ("d",))
    book = Book([])
    book.all = [asked, decided] if outcome else [asked]
    at = datetime(2030, 6, 1, tzinfo=UTC)
    assert state_of(asked, book, at) == state


def test_nobody_answers_for_the_installation_s_key(packed: Packed) -> None:
    (own,) = packed.table(packed.system, "keys.csv")
    assert (own["purpose"], own["answers"]) == ("installation", "")


def test_access_names_who_held_which_role(packed: Packed) -> None:
    rows = packed.table(packed.system, "access-end.csv")
    held = {(one["who"].split(" (")[0], one["may"]) for one in rows}
    assert {("dana", "Compliance officer"), ("owen", "Owner"), ("abel", "Auditor")} <= held
    assert packed.table(packed.system, "access-start.csv") == []


def test_changes_are_those_of_the_period_in_order(packed: Packed) -> None:
    rows = packed.table(packed.system, "changes.csv")
    indices = [int(one["index"]) for one in rows]
    assert indices == sorted(indices) and len(indices) > 50
    until = packed.manifest(packed.system)["effectiveAt"]
    assert all(one["at"][:19] <= until[:19] for one in rows)
    assert {"evidence.recorded", "reports.report_asked"} <= {one["action"] for one in rows}


def test_results_are_listed_for_people_too(packed: Packed) -> None:
    rows = packed.table(packed.system, "results/results.csv")
    assert len(rows) == packed.manifest(packed.system)["results"]
    failing = [one for one in rows if one["determination"] == "not-satisfied"]
    assert failing and all(one["sentence"] and one["evidence"] for one in failing)
    inherited = packed.table(packed.system, "results/inherited.csv")
    assert {one["target"] for one in inherited} == {"organisation"}
    assert packed.table(packed.organisation, "results/inherited.csv") == []


def test_the_report_and_its_proof_can_be_checked_by_themselves(packed: Packed) -> None:
    members = packed.members(packed.system)
    (name,) = [one for one in members.namelist() if one.endswith(".pdf")]
    pdf = packed.folder / Path(name).name
    pdf.write_bytes(members.read(name))
    Path(f"{pdf}.tlog-proof").write_bytes(members.read(f"{name}.tlog-proof"))
    key = packed.manifest(packed.system)["log"]["vkey"]
    said = packed.verify(pdf, "--key", key)
    assert said.returncode == 0, said.stdout
    pdf.write_bytes(members.read(name)[:-1] + b"x")
    assert packed.verify(pdf, "--key", key).returncode == 1


def test_no_cell_is_run_by_a_spreadsheet(packed: Packed) -> None:
    members = packed.members(packed.organisation)
    for name in members.namelist():
        if name.endswith(".csv"):
            for row in packed.table(packed.organisation, name):
                assert not any(
                    (cell or "").startswith(("=", "+", "-", "@")) for cell in row.values()
                )


@pytest.mark.parametrize("name", ["README.txt"])
def test_the_readme_says_how_to_check_and_what_it_does_not_show(packed: Packed, name: str) -> None:
    text = packed.members(packed.system).read(name).decode()
    assert f"python3 -I verify.py {packed.system.filename}" in text
    assert packed.manifest(packed.system)["log"]["vkey"] in text
    assert "no assurance opinion" in text
