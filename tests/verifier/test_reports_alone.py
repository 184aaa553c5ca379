"""A report's PDF with its proof: what leads from the key that a reader has to the file."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from governance.audit import canonical, note
from tests.verifier import making
from tests.verifier.conftest import Kit
from verifier import main
from verifier.main import Verdict, lines_of


def check(pdf: Path, key: str) -> Verdict:
    arguments = [str(pdf), "--key", key]
    return main.answer(main.parser().parse_args(arguments))


@pytest.fixture
def pdf(kit: Kit, tmp_path: Path) -> Path:
    for name in ("report.pdf", "report.pdf.tlog-proof"):
        (tmp_path / name).write_bytes((kit.folder / name).read_bytes())
    return tmp_path / "report.pdf"


def proof_of(pdf: Path) -> Path:
    return pdf.with_name("report.pdf.tlog-proof")


def extra_of(pdf: Path) -> dict:
    return canonical.loads(note.TlogProof.parse(proof_of(pdf).read_text()).extra)


def put_extra(pdf: Path, extra: dict) -> None:
    proof = note.TlogProof.parse(proof_of(pdf).read_text())
    made = note.TlogProof(proof.index, proof.hashes, proof.checkpoint, canonical.dumps(extra))
    proof_of(pdf).write_text(made.text)


def test_first_and_newest_key_of_the_log_both_lead_to_it(kit: Kit, pdf: Path) -> None:
    assert [check(pdf, signer.vkey).exit for signer in kit.house.log_signers] == [0, 0]


def test_the_platforms_own_code_reads_the_proof(kit: Kit, pdf: Path) -> None:
    key = note.decode_vkey(kit.house.log_signers[-1].vkey)
    leaf = kit.house.leaves()[kit.house.report]
    index, checkpoint = note.verify_tlog_proof(
        proof_of(pdf).read_text(), leaf, [key], making.ORIGIN
    )
    assert (index, checkpoint.size) == (kit.house.report, kit.house.size)


def test_another_pdf_is_not_the_one(kit: Kit, pdf: Path) -> None:
    pdf.write_bytes(making.PDF + b"x")
    verdict = check(pdf, kit.key)
    assert (verdict.exit, "The PDF is not the file" in verdict.sentence) == (1, True)


def test_another_installations_key_is_not_the_one(kit: Kit, pdf: Path) -> None:
    other = note.Ed25519Signer(making.ORIGIN, making.private(70))
    named = note.Ed25519Signer("muniment.test/other", making.private(70))
    assert "is not signed by --key" in check(pdf, other.vkey).sentence
    assert "--key is of muniment.test/other" in check(pdf, named.vkey).sentence
    assert {check(pdf, one.vkey).exit for one in (other, named)} == {2}


def test_without_the_rotation_the_first_key_leads_nowhere(kit: Kit, pdf: Path) -> None:
    extra = extra_of(pdf)
    extra["keys"] = extra["keys"][:1]
    put_extra(pdf, extra)
    assert check(pdf, kit.key).exit == 2
    assert check(pdf, kit.house.log_signers[1].vkey).exit == 0


def test_without_a_registered_key_the_statement_is_nobodys(kit: Kit, pdf: Path) -> None:
    extra = extra_of(pdf)
    extra["keys"] = extra["keys"][1:]
    put_extra(pdf, extra)
    verdict = check(pdf, kit.key)
    assert (verdict.exit, "No key that the proof shows" in verdict.sentence) == (1, True)


def test_a_registration_that_is_not_in_the_log_counts_for_nothing(kit: Kit, pdf: Path) -> None:
    extra = extra_of(pdf)
    extra["keys"][0]["entry"] = extra["keys"][0]["entry"].replace('"person":null', '"person":"x"')
    put_extra(pdf, extra)
    verdict = check(pdf, kit.key)
    assert (verdict.exit, "does not lead from entry 0" in verdict.sentence) == (1, True)


def test_another_statement_of_the_log_is_no_report(kit: Kit, pdf: Path) -> None:
    index = next(index for index in kit.house.payloads if index > 250)
    proof_of(pdf).write_text(kit.house.report_proof(index))
    verdict = check(pdf, kit.key)
    assert (verdict.exit, "The statement is not about a report." in verdict.sentence) == (1, True)


def test_an_older_checkpoint_will_do_as_well(kit: Kit, pdf: Path) -> None:
    proof_of(pdf).write_text(kit.house.report_proof(kit.house.report, 509))
    assert check(pdf, kit.key).exit == 0


@pytest.mark.parametrize(
    "text", ["", "x", "c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v1\nindex 1\n\nx"]
)
def test_nonsense_for_a_proof_gets_a_sentence(kit: Kit, pdf: Path, text: str) -> None:
    proof_of(pdf).write_text(text)
    verdict = check(pdf, kit.key)
    assert verdict.exit in {1, 2}
    assert verdict.sentence.endswith(".")


def test_a_missing_proof_is_named(kit: Kit, pdf: Path) -> None:
    proof_of(pdf).unlink()
    verdict = check(pdf, kit.key)
    assert (verdict.exit, "report.pdf.tlog-proof cannot be read" in verdict.sentence) == (2, True)


def test_flips_in_the_proof_are_found(kit: Kit, pdf: Path) -> None:
    chance, data = random.Random(2), proof_of(pdf).read_bytes()
    for _ in range(150):
        place, byte = chance.randrange(len(data)), chance.randrange(256)
        if data[place] != byte:
            proof_of(pdf).write_bytes(data[:place] + bytes([byte]) + data[place + 1 :])
            assert check(pdf, kit.key).exit in {1, 2}, (place, byte)


def test_a_reader_is_told_what_the_proof_does_not_show(kit: Kit, pdf: Path) -> None:
    told = (
        "  Whether the statement's key was revoked since, and which key signed for it, an audit "
        "package says."
    )
    assert told in lines_of(check(pdf, kit.key))
