"""A report's PDF: its signed statement, its entry, and the way from there to the log's root."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import canonical, dsse, merkle
from .archive import Archive
from .entries import RECORDED, leaf_of, parsed
from .faults import Changed, Findings, Unfit
from .keys import (
    REGISTERED,
    ROTATED,
    KeyHistory,
    LogKeys,
    StatementKey,
    objection,
    read_registration,
    type_of,
)
from .note import (
    Checkpoint,
    Key,
    Proof,
    check_signatures,
    proof_hashes,
    read_checkpoint,
    read_key,
    read_proof,
)
from .signatures import Check
from .statements import Statement, check_form
from .tables import check_root

SUFFIX = ".tlog-proof"
MOST_BYTES = 4 << 20
MOST_PDF_BYTES = 1 << 30


def check_reports(
    archive: Archive,
    tree: merkle.Tree,
    keys: KeyHistory,
    statements: Sequence[Statement],
    verify: Check,
    findings: Findings,
) -> None:
    """Every PDF of a package against its statement and its proof."""
    made = {one.subjects[0]: one for one in statements if one.type == "report"}
    pdfs = [one for one in archive.names if one.startswith("reports/") and not one.endswith(SUFFIX)]
    begun = findings.number
    for name in pdfs:
        with findings.caught(name):
            statement = made.get(archive.digest(name))
            if statement is None:
                raise Changed("No signed report statement of this package has this file's digest.")
            with findings.caught(name + SUFFIX, statement.index):
                text = archive.read(name + SUFFIX, MOST_BYTES).decode()
                _check_inside(read_proof(text), statement, tree, keys.log.chain[0][1].vkey, verify)
    for name in archive.names:
        if name.endswith(SUFFIX) and name[: -len(SUFFIX)] not in pdfs:
            findings.wrong("The proof stands without its file.", name)
    findings.count(len(pdfs), "reports have their signed statement and their proof", begun)


def _check_inside(
    proof: Proof, statement: Statement, tree: merkle.Tree, vkey: str, verify: Check
) -> None:
    if proof.index != statement.index:
        raise Changed(f"The proof is of entry {proof.index}, the statement's is {statement.index}.")
    try:
        checkpoint, _ = check_proof(proof, vkey, verify)
    except Unfit as refusal:
        # Here the key is the package's own: what does not fit it is the proof.
        raise Changed(refusal.sentence.replace("--key", "the log's first key")) from None
    check_root(tree, checkpoint.size, checkpoint.root)


def check_alone(pdf: Path, proof_path: Path, vkey: str, verify: Check, findings: Findings) -> int:
    """A report by itself: the size of the checkpoint that includes it.

    Raises Unfit for files that cannot be read or another log's proof, Changed for what is wrong.
    """
    proof = read_proof(_read(proof_path, MOST_BYTES).decode("utf-8", "replace"))
    checkpoint, statement = check_proof(proof, vkey, verify)
    findings.count(1, f"checkpoint of size {checkpoint.size:,} is signed by the key you gave")
    findings.count(1, f"entry, index {proof.index:,}, is included under it")
    findings.count(1, "statement is the entry's, signed by a key that the log registered")
    digest = hashlib.sha256(_read(pdf, MOST_PDF_BYTES)).hexdigest()
    if digest != statement["subject"][0]["digest"]["sha256"]:
        raise Changed("The PDF is not the file that the statement is about.", pdf.name, proof.index)
    findings.count(1, "PDF has the digest in the statement")
    predicate = statement["predicate"]
    findings.note(
        f"The report is of the log size {predicate.get('logSize')}, at {predicate.get('effectiveAt')}."
    )
    findings.note(
        "Whether the statement's key was revoked since, and which key signed for it, an audit package says."
    )
    return checkpoint.size


def check_proof(proof: Proof, vkey: str, verify: Check) -> tuple[Checkpoint, Any]:
    """The checkpoint of a report's proof and the report's statement.

    Trust goes from the key that was given to the checkpoint's signature, from its root to the
    report's entry and to the entries that registered the statement's key and rotated the log's.
    """
    if proof.extra is None:
        raise Changed("The proof lacks its `extra` line.")
    entry_text, carried, envelope = _carried(proof.extra)
    checkpoint = read_checkpoint(proof.checkpoint)
    log = LogKeys(_given(vkey, checkpoint.origin), checkpoint.origin)
    keys: dict[str, StatementKey] = {}
    for text, index, hashes in carried:
        entry = parsed(text, index)
        merkle.check_inclusion(leaf_of(text), index, checkpoint.size, hashes, checkpoint.root)
        if entry.action == ROTATED and entry.facts.get("old") == log.newest.vkey:
            log.rotate(entry, verify)
        elif entry.action == REGISTERED:
            registered = read_registration(entry)
            keys.setdefault(registered.keyid, registered)
    _check_signer(log, checkpoint, verify)
    leaf = leaf_of(entry_text)
    merkle.check_inclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return checkpoint, _check_statement(entry_text, proof.index, envelope, keys, verify)


def _check_signer(log: LogKeys, checkpoint: Checkpoint, verify: Check) -> None:
    signed = check_signatures(checkpoint.note, [key for _, key in log.chain], verify)
    if log.key_for(checkpoint.size) not in signed:
        raise Unfit(
            f"The checkpoint of size {checkpoint.size} is not signed by --key, nor by one that it "
            "handed over to: the proof is of another log, or the key is a later or wrong one."
        )


def _check_statement(
    entry_text: str, index: int, envelope: Any, keys: dict[str, StatementKey], verify: Check
) -> Any:
    entry = parsed(entry_text, index)
    public = {key.keyid: key.public for key in keys.values()}
    opened = dsse.open_envelope(canonical.dumps(envelope), public, verify)
    if (
        entry.action != RECORDED
        or entry.facts.get("payload") != hashlib.sha256(opened.payload).hexdigest()
    ):
        raise Changed("The entry does not record this statement.", "", index)
    statement = canonical.loads(opened.payload)
    check_form(statement)
    if type_of(statement) != "report":
        raise Changed("The statement is not about a report.", "", index)
    objections = [objection(keys[one], index, statement) for one in opened.keyids]
    if not objections:
        raise Changed(
            "No key that the proof shows to be registered signed the statement.", "", index
        )
    if all(objections):
        raise Changed(objections[0], "", index)
    return statement


def _carried(extra: bytes) -> tuple[str, list[tuple[str, int, Sequence[bytes]]], Any]:
    """Entry, entries about keys with their proofs, and envelope of an `extra` line."""
    value = canonical.loads(extra)
    try:
        entry, envelope = value["entry"], value["envelope"]
        keys = [(one["entry"], one["index"], proof_hashes(one["hashes"])) for one in value["keys"]]
    except (KeyError, TypeError, AttributeError):
        raise Changed("The proof's `extra` holds no entry, envelope and keys.") from None
    if not isinstance(entry, str) or not isinstance(envelope, dict):
        raise Changed("The proof's `extra` holds no entry, envelope and keys.")
    for text, index, _ in keys:
        if not isinstance(text, str) or not isinstance(index, int) or isinstance(index, bool):
            raise Changed("A key in the proof's `extra` lacks its entry or its index.")
    return entry, sorted(keys, key=_index), envelope


def _index(key: tuple[str, int, Sequence[bytes]]) -> int:
    return key[1]


def _given(vkey: str, origin: str) -> Key:
    try:
        key = read_key(vkey)
    except Changed as fault:
        raise Unfit(f"--key: {fault.sentence}") from None
    if key.name != origin:
        raise Unfit(f"The proof is of the log {origin[:120]}, --key is of {key.name[:120]}.")
    return key


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise Unfit(f"{path} cannot be read: {error.strerror}.") from None
    if len(data) > most:
        raise Unfit(f"{path} is larger than {most} bytes.")
    return data


def proof_of(pdf: Path, proof: Path | None) -> Path:
    """Where the proof of a PDF lies."""
    return proof if proof is not None else pdf.with_name(pdf.name + SUFFIX)
