"""What somebody may do to a package, and what the verifier says to it.

Three people: one who only has the file, one who also holds the installation's statement key, and one who holds every key and
rewrites the log. Only a checkpoint kept outside finds the last one.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from governance.audit import canonical, note
from governance.evidence import dsse
from tests.verifier import making
from tests.verifier.conftest import Kit, Run, check
from tests.verifier.making import House, Package
from verifier.absent import note_absent
from verifier.faults import Findings
from verifier.main import Verdict, lines_of
from verifier.statements import Statement

ENTRIES, ENVELOPES, RESULTS = (
    "log/entries.tsv",
    "evidence/envelopes.ndjson",
    "results/results.ndjson",
)
STRANGER = dsse.KeySigner(making.private(77))


def said(verdict: Verdict) -> str:
    return "\n".join(lines_of(verdict))


def rows(package: Package, name: str) -> list[bytes]:
    return package.members[name].splitlines(keepends=True)


def put(package: Package, name: str, lines: list[bytes]) -> None:
    package.members[name] = b"".join(lines)


def drop_entry(package: Package) -> str:
    """A plain entry: neither a statement's, nor one that words belong to."""
    lines = rows(package, ENTRIES)
    del lines[
        next(
            n
            for n, line in enumerate(lines)
            if b'"job.completed"' in line and b'"texts":{}' in line
        )
    ]
    put(package, ENTRIES, lines)
    package.head["entries"] -= 1
    return "closed"


def drop_a_statements_entry(package: Package) -> str:
    lines = rows(package, ENTRIES)
    gone = next(number for number, line in enumerate(lines) if b'"measurement"' in line)
    del lines[gone]
    put(package, ENTRIES, lines)
    package.head["entries"] -= 1
    return "No entry of the log records the statement"


def swap_entries(package: Package) -> str:
    lines = rows(package, ENTRIES)
    lines[10], lines[11] = lines[11], lines[10]
    put(package, ENTRIES, lines)
    return "stands behind a later one"


def swap_bytes_of_entries(package: Package) -> str:
    lines = [line.split(b"\t", 1) for line in rows(package, ENTRIES)]
    lines[10][1], lines[11][1] = lines[11][1], lines[10][1]
    put(package, ENTRIES, [b"\t".join(line) for line in lines])
    return "do not hash to its leaf"


def add_entry(package: Package) -> str:
    lines = rows(package, ENTRIES)
    put(package, ENTRIES, [*lines, b"514\t" + lines[0].partition(b"\t")[2]])
    package.head["entries"] += 1
    return "index 514, log/entries.tsv: The log has 514 entries, and not this one."


def open_anothers_entry(package: Package) -> str:
    lines = {int(line.partition(b"\t")[0]): line for line in rows(package, ENTRIES)}
    lines[5] = b"5\t" + package.house.entries[5] + b"\n"
    put(package, ENTRIES, [lines[index] for index in sorted(lines)])
    package.head["entries"] += 1
    return "index 5, log/entries.tsv: The entry does not belong to the package's scope."


def drop_statement(package: Package) -> str:
    lines = rows(package, ENVELOPES)
    del lines[6]
    put(package, ENVELOPES, lines)
    package.head["statements"] -= 1
    return "The entry records a statement that is not in the package."


def swap_statements(package: Package) -> str:
    lines = rows(package, ENVELOPES)
    lines[3], lines[4] = lines[4], lines[3]
    put(package, ENVELOPES, lines)
    return "do not stand in the order of the log"


def sign_a_statement_anew(package: Package) -> str:
    lines = rows(package, ENVELOPES)
    payload = base64.b64decode(json.loads(lines[3])["payload"])
    lines[3] = dsse.write_envelope(dsse.sign(payload, STRANGER)) + b"\n"
    put(package, ENVELOPES, lines)
    return "No key that the log knows has signed this statement."


def let_a_pipeline_sign_a_record(package: Package) -> str:
    lines = rows(package, ENVELOPES)
    payload = base64.b64decode(json.loads(lines[1])["payload"])
    lines[1] = dsse.write_envelope(dsse.sign(payload, package.house.pipelines[0])) + b"\n"
    put(package, ENVELOPES, lines)
    return "is a pipeline's and may not sign this record"


def better_result(package: Package) -> str:
    lines = [json.loads(line) for line in rows(package, RESULTS)]
    held = next(one for one in lines if '"GOVERN 1.6"' in one["result"])
    result = json.loads(held["result"])
    result["determination"] = (
        "not-satisfied" if result["determination"] == "satisfied" else "satisfied"
    )
    held["result"] = canonical.dumps(result).decode()
    put(package, RESULTS, [canonical.dumps(one) + b"\n" for one in lines])
    return "GOVERN 1.6 of system"


def drop_result(package: Package) -> str:
    put(package, RESULTS, rows(package, RESULTS)[1:])
    package.head["results"] -= 1
    return ""


def another_rule(package: Package) -> str:
    baseline = json.loads(package.members["results/baseline.json"])
    baseline["entries"][0]["fresh_days"] = 9999
    package.members["results/baseline.json"] = canonical.dumps(baseline)
    return "It is not the baseline that entry 1 loaded."


def other_instant(package: Package) -> str:
    package.head["effectiveAt"] = "2026-11-26T10:00:00.000000Z"
    return "The result is of another instant than the package."


def words_changed(package: Package) -> str:
    name = "log/words.csv"
    package.members[name] = package.members[name].replace(b"Agreed.", b"Refused")
    return "are not those whose digest stands in the entry"


def tile_changed(package: Package) -> str:
    name = "log/tile/1/000.p/2"
    package.members[name] = bytes(32) + package.members[name][32:]
    return "log/tile/1/000.p/2: The tile does not follow from the leaf hashes below it."


def leaf_tile_missing(package: Package) -> str:
    del package.members["log/tile/0/001"]
    return "log/tile/0/001: The file is missing from the package."


def sample_chosen(package: Package) -> str:
    name = "samples/alerts.csv"
    lines = package.members["populations/alerts.csv"].splitlines(keepends=True)
    package.members[name] = b"".join(lines[:26])
    return "The sample is not the one that the seed draws."


def seed_chosen(package: Package) -> str:
    package.head["seed"] = "0" * 64
    return "The seed of the samples is not the log's root."


def population_padded(package: Package) -> str:
    package.members["populations/alerts.csv"] += making.uuid(1).encode() + b",1\r\n"
    return "and no statement here has this id"


def report_exchanged(package: Package) -> str:
    package.members["reports/report.pdf"] = b"%PDF-1.7\n% better\n"
    return "No signed report statement of this package has this file's digest."


def report_without_proof(package: Package) -> str:
    del package.members["reports/report.pdf.tlog-proof"]
    return "reports/report.pdf.tlog-proof: The file is missing from the package."


def key_hidden(package: Package) -> str:
    name = "keys.csv"
    package.members[name] = b"".join(rows(package, name)[:-1])
    return "keys.csv: Row"


def register_shortened(package: Package) -> str:
    name = "evidence/register.csv"
    package.members[name] = b"".join(rows(package, name)[:-1])
    return "evidence/register.csv: Row 42"


def checkpoint_of_another_key(package: Package) -> str:
    house = package.house
    other = note.Ed25519Signer(house.origin, making.private(88))
    head = note.Checkpoint(house.origin, house.size, house.root(house.size))
    package.members["log/checkpoint"] = note.sign_checkpoint(head, [other]).encode()
    return "log/checkpoint: The log's key for the size 514 has not signed this checkpoint."


def checkpoint_of_the_old_key(package: Package) -> str:
    house = package.house
    head = note.Checkpoint(house.origin, house.size, house.root(house.size))
    package.members["log/checkpoint"] = note.sign_checkpoint(head, house.log_signers[:1]).encode()
    return "The log's key for the size 514 has not signed this checkpoint."


def earlier_checkpoint_of_another_past(package: Package) -> str:
    house = package.house
    head = note.Checkpoint(house.origin, 250, bytes(32))
    texts = [
        *house.checkpoints[:1],
        note.sign_checkpoint(head, house.log_signers[:1]),
        *house.checkpoints[2:],
    ]
    package.members["log/checkpoints.ndjson"] = making.lines(texts)
    return "The past was changed."


ATTACKS: list[Callable[[Package], str]] = [
    *(
        drop_a_statements_entry,
        swap_entries,
        swap_bytes_of_entries,
        add_entry,
        open_anothers_entry,
    ),
    *(
        drop_statement,
        swap_statements,
        sign_a_statement_anew,
        let_a_pipeline_sign_a_record,
        better_result,
    ),
    *(
        another_rule,
        other_instant,
        words_changed,
        tile_changed,
        leaf_tile_missing,
        sample_chosen,
        seed_chosen,
    ),
    *(population_padded, report_exchanged, report_without_proof, key_hidden, register_shortened),
    *(checkpoint_of_another_key, checkpoint_of_the_old_key, earlier_checkpoint_of_another_past),
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_whoever_holds_the_statement_key_is_found_all_the_same(
    made: Package, kit: Kit, tmp_path: Path, attack: Callable[[Package], str]
) -> None:
    package = made.copy()
    sentence = attack(package)
    verdict = check(package.write(tmp_path / "p.zip"), kit.key, kit.kept())
    assert verdict.exit == 1
    assert sentence in said(verdict)


SOME = [
    drop_entry,
    drop_result,
    swap_entries,
    drop_statement,
    better_result,
    words_changed,
    report_exchanged,
]


@pytest.mark.parametrize("attack", SOME, ids=lambda attack: attack.__name__)
def test_whoever_only_has_the_file_is_found_by_the_manifest(
    made: Package, kit: Kit, tmp_path: Path, attack: Callable[[Package], str]
) -> None:
    package = made.copy()
    attack(package)
    resigned = check(package.write(tmp_path / "p.zip", STRANGER), kit.key, kit.kept())
    assert resigned.exit == 1
    assert "No key of the installation, as the log knows it, signed the manifest." in said(resigned)
    signed = made.signed()
    old = {name: signed[name] for name in ("MANIFEST.json", "MANIFEST.dsse.json")}
    kept = check(
        making.write_zip(tmp_path / "q.zip", {**old, **package.members}), kit.key, kit.kept()
    )
    assert kept.exit == 1
    assert "The file" in said(kept)


def test_an_entry_that_nothing_rests_on_can_be_withheld_and_is_counted(
    made: Package, kit: Kit, tmp_path: Path
) -> None:
    """The limit that docs/reference/audit-package.md names: who signs manifests decides what is open."""
    package = made.copy()
    drop_entry(package)
    verdict = check(package.write(tmp_path / "p.zip"), kit.key, kit.kept())
    assert (verdict.exit, "260 of 514 entries are closed" in said(verdict)) == (0, True)


def test_members_changed_under_an_old_manifest_are_named(
    made: Package, kit: Kit, tmp_path: Path
) -> None:
    members = made.signed()
    members["documents.csv"] += b"x\r\n"
    members["results/extra.csv"] = b""
    del members["changes.csv"]
    text = said(check(making.write_zip(tmp_path / "p.zip", members), kit.key, kit.kept()))
    assert "documents.csv: The file has" in text
    assert "results/extra.csv: The manifest does not name this file." in text
    assert "changes.csv: The manifest names this file, and the package does not hold it." in text


def test_one_requirement_left_out_is_missed(kit: Kit, tmp_path: Path) -> None:
    package = making.package(kit.house, "organisation")
    lines = rows(package, RESULTS)
    kept = [one for one in lines if b"GOVERN 1.6" not in one]
    put(package, RESULTS, kept)
    package.head["results"] = len(kept)
    verdict = check(package.write(tmp_path / "p.zip"), kit.key, kit.kept())
    assert (verdict.exit, "has no result for GOVERN 1.6" in said(verdict)) == (1, True)


@pytest.mark.parametrize("scope", making.SCOPES)
def test_a_package_without_results_is_missing_those_of_its_systems_and_itself(
    kit: Kit, tmp_path: Path, scope: str
) -> None:
    package = making.package(kit.house, scope)
    put(package, RESULTS, [])
    package.head["results"] = 0
    verdict = check(package.write(tmp_path / "p.zip"), kit.key, kit.kept())
    text = said(verdict)
    assert verdict.exit == 1 and f"The system {making.FIRST} has no result for GOVERN 1.6" in text
    assert (f"The {scope} " in text) is (scope != "unit")


def test_rules_that_no_entry_of_the_log_names_judge_nothing(kit: Kit, tmp_path: Path) -> None:
    """Whoever owns the database and asks for a package cannot have it judged by rules of their own."""
    package = making.package(kit.house, "organisation")
    weak = {**making.BASELINE, "entries": [{**one, "rule": {"all": []}} for one in making.ENTRIES]}
    package.members["results/baseline.json"] = canonical.dumps(weak)
    verdict = check(package.write(tmp_path / "p.zip"), kit.key, kit.kept())
    assert (verdict.exit, "not the baseline that entry 1 loaded" in said(verdict)) == (1, True)


def test_a_manifest_signed_by_a_pipeline_is_not_the_installations(
    made: Package, kit: Kit, tmp_path: Path
) -> None:
    verdict = check(made.write(tmp_path / "p.zip", kit.house.pipelines[0]), kit.key, kit.kept())
    assert (verdict.exit, "No key of the installation" in said(verdict)) == (1, True)


def rewritten(monkeypatch: pytest.MonkeyPatch) -> House:
    """The same installation by whoever holds every key, with one measurement made better."""
    original = making.measure

    def better(house, where, subjects, plan, value, pipeline) -> None:
        original(house, where, subjects, plan, "0.99" if value == "0.91" else value, pipeline)

    monkeypatch.setattr(making, "measure", better)
    return making.story.__wrapped__()


def test_only_an_outside_checkpoint_finds_who_holds_every_key(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    false = rewritten(monkeypatch)
    assert false.size == kit.house.size
    path = making.package(false).write(tmp_path / "p.zip")
    inside = check(path, kit.key)
    assert (inside.exit, inside.findings.number) == (3, 0)
    own = tmp_path / "own"
    own.write_text(false.checkpoints[-1], encoding="utf-8")
    assert check(path, kit.key, own).exit == 0
    # The first kept checkpoint lies before the change and cannot see it.
    assert check(path, kit.key, kit.kept(0)).exit == 0
    verdict = check(path, kit.key, kit.kept())
    assert verdict.exit == 1
    assert "At size 509 the log had the root" in verdict.sentence
    assert "The past was changed." in verdict.sentence


def cut_off() -> House:
    """The log as it stood at 508 entries, with the head that was signed then."""
    house = making.story.__wrapped__()
    del house.entries[508:]
    house.checkpoints.pop()
    return house


def test_a_log_cut_off_at_an_older_head_is_not_vouched_for(kit: Kit, tmp_path: Path) -> None:
    path = making.package(cut_off()).write(tmp_path / "p.zip")
    assert check(path, kit.key, kit.kept(0)).exit == 0
    for kept in ([kit.kept()], [kit.kept(0), kit.kept()]):
        verdict = check(path, kit.key, *kept)
        assert verdict.exit == 3
        assert "The package ends at size 508" in verdict.sentence
        assert "its log was cut off" in verdict.sentence


def another_installation() -> House:
    return making.story(9, "muniment.test/other")


def test_another_installations_package_is_not_the_one_of_the_key(kit: Kit, tmp_path: Path) -> None:
    path = making.package(another_installation()).write(tmp_path / "p.zip")
    assert check(path).exit == 3
    verdict = check(path, kit.key)
    assert (verdict.exit, "of another installation than --key" in verdict.sentence) == (2, True)
    verdict = check(path, None, kit.kept())
    assert (verdict.exit, "is a checkpoint of muniment.test/7d1c0b52" in verdict.sentence) == (
        2,
        True,
    )


@pytest.mark.parametrize("text", ["", "nonsense", "a+b+c"])
def test_a_key_that_is_none_is_refused(kit: Kit, text: str) -> None:
    assert check(kit.zip(), text).exit == 2


def test_a_checkpoint_file_that_is_none_is_refused(kit: Kit, tmp_path: Path) -> None:
    for number, data in enumerate([b"", b"\xff\xfe", b"x\n1\nAA==\n\n\xe2\x80\x94 x AAAAAAAA\n"]):
        path = tmp_path / str(number)
        path.write_bytes(data)
        assert check(kit.zip(), kit.key, path).exit == 2
    assert check(kit.zip(), kit.key, tmp_path / "missing").exit == 2
    (tmp_path / "empty").mkdir()
    assert check(kit.zip(), kit.key, tmp_path / "empty").exit == 2


def test_a_kept_checkpoint_with_a_broken_signature_is_refused(kit: Kit, tmp_path: Path) -> None:
    path = tmp_path / "c"
    path.write_text(kit.kept().read_text().replace("\n509\n", "\n508\n"))
    verdict = check(kit.zip(), kit.key, path)
    assert (verdict.exit, "is no checkpoint of this log" in verdict.sentence) == (2, True)


def test_a_newer_format_names_the_version_to_use(made: Package, tmp_path: Path) -> None:
    package = made.copy()
    package.head |= {"format": "urn:muniment:package:v2", "version": "3.0.0"}
    verdict = check(package.write(tmp_path / "p.zip"))
    assert verdict.exit == 2
    assert "Use the verify.py of Muniment 3.0.0 or later." in verdict.sentence


def test_another_rule_engine_names_the_version_to_use(made: Package, tmp_path: Path) -> None:
    package = made.copy()
    package.head |= {"engine": "0" * 64, "version": "0.0.9"}
    verdict = check(package.write(tmp_path / "p.zip"))
    assert verdict.exit == 2
    assert "rule engine 0000000000000000 of Muniment 0.0.9" in verdict.sentence
    assert "Use the verify.py of that version" in verdict.sentence


def test_code_inside_a_package_is_never_run(
    made: Package, kit: Kit, tmp_path: Path, run: Run
) -> None:
    package = made.copy()
    trap = b"open(%r, 'w').close()\n" % str(tmp_path / "ran").encode().decode()
    package.members["verify.py"] = trap
    done = run(package.write(tmp_path / "p.zip"), "--key", kit.key, "--checkpoint", kit.kept())
    assert done.returncode == 0
    assert not (tmp_path / "ran").exists()


def test_a_zip_cut_off_anywhere_is_no_package(kit: Kit, tmp_path: Path) -> None:
    data = kit.zip().read_bytes()
    for part in (0, 1, 100, len(data) // 2, len(data) - 1000, len(data) - 1):
        path = tmp_path / "p.zip"
        path.write_bytes(data[:part])
        verdict = check(path, kit.key, kit.kept())
        assert (verdict.exit, "it is cut off" in verdict.sentence) == (2, True), part


def hostile(path: Path, name: str, data: bytes = b"", **parts: int) -> Path:
    """A zip with one more member of this name and these central-directory fields."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo("placeholder")
        info.compress_type = zipfile.ZIP_DEFLATED
        info.filename = name
        for part, value in parts.items():
            setattr(info, part, value)
        archive.writestr(info, data)
    return path


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/cron.d/x",
        "/etc/passwd",
        "a/../b",
        "a\\b",
        "C:x",
        "a//b",
        "./a",
        "a/",
        "a\nb",
        "x" * 600,
    ],
)
def test_names_that_lead_out_of_a_folder_are_refused(tmp_path: Path, name: str) -> None:
    verdict = check(hostile(tmp_path / "p.zip", name))
    assert (verdict.exit, "The zip names a file" in verdict.sentence) == (2, True)


def test_links_and_bombs_are_refused(tmp_path: Path) -> None:
    link = check(hostile(tmp_path / "p.zip", "a", b"/etc/passwd", external_attr=0o120777 << 16))
    assert (link.exit, "is a link" in link.sentence) == (2, True)
    bomb = check(hostile(tmp_path / "q.zip", "a", bytes(64 << 20)))
    assert (bomb.exit, "this is a zip bomb" in bomb.sentence) == (2, True)


def test_too_many_members_and_too_many_bytes_are_refused(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verifier.layout.MOST_MEMBERS", 10)
    assert "has at most 10" in check(kit.zip()).sentence
    monkeypatch.setattr("verifier.layout.MOST_MEMBERS", 1000)
    monkeypatch.setattr("verifier.archive.MOST_BYTES", 1000)
    assert "it is not read" in check(kit.zip()).sentence


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_stands_twice_is_refused(made: Package, tmp_path: Path) -> None:
    path = made.write(tmp_path / "p.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zipfile.ZipInfo("README.txt"), b"another text")
    verdict = check(path)
    assert (verdict.exit, "holds 'README.txt' twice" in verdict.sentence) == (2, True)


@pytest.mark.parametrize(
    "manifest",
    [
        *(b"", b"{", b"[]", b"null", b"\xff", b'{"format":1}', b'{"format":"x"}', b"[" * 100_000),
        *(
            b'{"format":"urn:muniment:package:v1"}',
            b'{"format":"urn:muniment:package:v1","scope":[]}',
        ),
    ],
)
def test_nonsense_in_the_manifest_gets_a_sentence(
    tmp_path: Path, manifest: bytes, run: Run
) -> None:
    path = making.write_zip(tmp_path / "p.zip", {"MANIFEST.json": manifest})
    done = run(path)
    assert done.returncode in {1, 2}
    assert done.stderr == ""
    assert len(done.stdout.splitlines()[0]) > 20


def test_a_zip_without_a_manifest_is_no_package(tmp_path: Path) -> None:
    verdict = check(making.write_zip(tmp_path / "p.zip", {"a.txt": b""}))
    assert (verdict.exit, "it is no audit package" in verdict.sentence) == (2, True)


def test_a_text_from_a_package_cannot_steer_the_terminal(made: Package, tmp_path: Path) -> None:
    package = made.copy()
    package.head["scope"]["name"] = "\x1b[2J\x1b[HHOLDS. Everything\r\nHOLDS."
    text = said(check(package.write(tmp_path / "p.zip")))
    assert "\x1b" not in text
    assert sum(line.startswith("HOLDS") for line in text.splitlines()) == 0


def test_a_statement_whose_key_had_expired_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = making.House.register_key

    def short(self, signer, purpose, expires=None) -> None:
        original(self, signer, purpose, "2026-11-01T04:00:00Z" if expires else None)

    monkeypatch.setattr(making.House, "register_key", short)
    house = making.story.__wrapped__()
    text = said(check(making.package(house).write(tmp_path / "p.zip")))
    assert "had expired on 2026-11-01T04:00:00Z" in text


def withhold(package: Package, number: int) -> None:
    """Keep a statement back together with its entry; the manifest counts what is left."""
    envelopes = rows(package, ENVELOPES)
    sha256 = hashlib.sha256(
        base64.b64decode(json.loads(envelopes.pop(number))["payload"])
    ).hexdigest()
    put(package, ENVELOPES, envelopes)
    for name in (ENTRIES, "evidence/register.csv"):
        put(package, name, [line for line in rows(package, name) if sha256.encode() not in line])
    package.head["entries"] -= 1
    package.head["statements"] -= 1


def test_a_statement_withheld_with_its_entry_shows_where_results_rest_on_it(
    made: Package, kit: Kit, tmp_path: Path
) -> None:
    package = made.copy()
    withhold(package, 5)
    text = said(check(package.write(tmp_path / "p.zip"), kit.key, kit.kept()))
    assert "MEASURE 2.11 of release" in text


def test_citations_and_revisions_that_are_missing_are_named() -> None:
    house = making.story()
    values = [
        (index, made)
        for index, made in house.payloads.items()
        if made["predicate"].get("kind") == "alert"
    ]
    index, made = copy.deepcopy(values[0])
    made["predicate"]["record"]["revision"] = 3
    made["predicate"]["supersedes"] = {"id": making.uuid(5), "reasonDigest": "0" * 64}
    one = Statement(index, made, "", "/", "record", "", is_revoked=False)
    findings = Findings()
    note_absent([one], 0, findings)
    text = " ".join(findings.notes)
    assert "nothing of the log was withheld" in text
    assert f"cited by others and not here: 1, the first by the one at index {index}." in text
    assert f"revisions missing: 1, the first alert {made['predicate']['record']['id']}" in text


def test_a_damaged_rotation_is_the_packages_fault_and_not_the_keys(
    made: Package, kit: Kit, tmp_path: Path
) -> None:
    package, index = made.copy(), kit.house.rotated[0]
    lines = rows(package, ENTRIES)
    place = next(n for n, line in enumerate(lines) if line.startswith(b"%d\t" % index))
    lines[place] = lines[place].replace(b'"v":1', b'"v":2')
    put(package, ENTRIES, lines)
    path = package.write(tmp_path / "p.zip")
    for key in kit.house.log_signers:
        verdict = check(path, key.vkey, kit.kept())
        assert verdict.exit == 1
        assert f"index {index}, log/entries.tsv: The entry's bytes do not hash" in verdict.sentence


def test_a_reports_proof_by_an_unknown_name_is_the_packages_fault(
    made: Package, kit: Kit, tmp_path: Path
) -> None:
    package, name = made.copy(), "reports/report.pdf.tlog-proof"
    head, dash, line = package.members[name].decode().rpartition("\u2014 muniment")
    package.members[name] = f"{head}{dash.replace('muniment', 'monument')}{line}".encode()
    verdict = check(package.write(tmp_path / "p.zip"), kit.key, kit.kept())
    assert verdict.exit == 1
    assert name in verdict.sentence
    assert "is not signed by the log's first key" in verdict.sentence
