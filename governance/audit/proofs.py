"""That an entry stands in the log: its inclusion under a signed checkpoint, worked out anew from tiles."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from governance.audit import canonical, merkle, note
from governance.audit.logkey import SignerHome
from governance.audit.logkeys import ROTATED, Reign, key_for, reigns
from governance.audit.models import Checkpoint, EntryText, Leaf
from governance.audit.queries import read_tile


@dataclass(frozen=True)
class LogKey:
    """Who signs the log: its origin, and its public keys in the form people publish (vkeys), oldest first."""

    origin: str
    reigns: tuple[Reign, ...]

    @property
    def first(self) -> str:
        """The key an auditor was given: the others follow from it by the log's entries."""
        return self.reigns[0].vkey

    @property
    def vkey(self) -> str:
        """The key that signs now."""
        return self.reigns[-1].vkey

    @property
    def verifier(self) -> note.VerifierKey:
        return self.reigns[-1].verifier

    def verifier_for(self, size: int) -> note.VerifierKey:
        """The key that signs checkpoints of this size."""
        return key_for(self.reigns, size).verifier


@dataclass(frozen=True)
class Check:
    """One thing that was checked just now: whether it holds, and a sentence."""

    holds: bool
    words: str
    detail: str = ""


@dataclass(frozen=True)
class Text:
    """A person's words kept beside an entry; `holds` None means that they were erased."""

    field: str
    digest: str
    value: str
    holds: bool | None


def log_key(folder: Path) -> LogKey | None:
    """The log's public keys; None while no sequencer has made one."""
    path = SignerHome(folder).public_path
    if not path.exists():
        return None
    vkey = path.read_text(encoding="ascii").strip()
    origin = note.decode_vkey(vkey).name
    rows = Leaf.objects.filter(action=ROTATED).values_list("index", "body").order_by("index")
    entries = ((index, canonical.loads(bytes(body))) for index, body in rows)
    return LogKey(origin, tuple(reigns(origin, vkey, entries)))


def newest_checkpoint() -> Checkpoint | None:
    return Checkpoint.objects.order_by("-id").first()


def proof_of(leaf: Leaf, checkpoint: Checkpoint) -> note.TlogProof | None:
    """The entry's inclusion under this checkpoint (C2SP tlog-proof); None while it is not covered.

    Raises merkle.ProofError for tiles too narrow, Tile.DoesNotExist for a missing one.
    """
    if leaf.index >= checkpoint.size:
        return None
    hashes = merkle.inclusion_proof(read_tile, leaf.index, checkpoint.size)
    return note.TlogProof(leaf.index, tuple(hashes), checkpoint.note)


def check_entry(leaf: Leaf) -> Check:
    """Whether the stored bytes are canonical and hash to the leaf."""
    body = bytes(leaf.body)
    try:
        canonical.loads(body, require_canonical=True)
    except canonical.CanonicalError as error:
        return Check(False, "The entry is not canonical JSON.", error.sentence)
    if merkle.leaf_hash(body) != bytes(leaf.leaf_hash):
        return Check(False, "The entry's bytes do not hash to its leaf.")
    return Check(True, "The entry's bytes hash to its leaf.", bytes(leaf.leaf_hash).hex())


def check_checkpoint(checkpoint: Checkpoint, key: LogKey) -> Check:
    """Whether the log's key signed the checkpoint, and says the size and root of its row."""
    try:
        signed = note.verify_checkpoint(
            checkpoint.note, [key.verifier_for(checkpoint.size)], key.origin
        )
    except note.NoteError as error:
        return Check(False, "The checkpoint's signature does not hold.", error.sentence)
    if (signed.size, signed.root) != (checkpoint.size, bytes(checkpoint.root)):
        return Check(False, "The checkpoint's row differs from what was signed.")
    words = f"The log's key signed the checkpoint of size {checkpoint.size:,}."
    return Check(True, words, key_for(key.reigns, checkpoint.size).vkey)


def check_inclusion(leaf: Leaf, checkpoint: Checkpoint, key: LogKey) -> Check:
    """Whether the entry is included under the signed checkpoint, all worked out anew."""
    try:
        proof = proof_of(leaf, checkpoint)
        if proof is None:
            return Check(
                False, "No signed checkpoint covers this entry yet.", "Look again in 10 s."
            )
        computed = merkle.leaf_hash(bytes(leaf.body))
        note.verify_tlog_proof(
            proof.text, computed, [key.verifier_for(checkpoint.size)], key.origin
        )
    except (note.NoteError, merkle.ProofError) as error:
        return Check(False, "The entry is not included under the checkpoint.", error.sentence)
    words = f"The entry is included in the log of size {checkpoint.size:,}."
    return Check(True, words, f"{len(proof.hashes)} hashes lead from its leaf to the root.")


def texts_of(leaf: Leaf) -> list[Text]:
    """The words kept beside the entry, each held against its salted digest in the entry."""
    kept = {text.field: text for text in EntryText.objects.filter(entry_id=leaf.entry_id)}
    named: dict[str, str] = canonical.loads(bytes(leaf.body)).get("texts", {})
    found = []
    for field, digest in named.items():
        text = kept.get(field)
        if text is None:
            found.append(Text(field, digest, "", None))
            continue
        fits = canonical.salted_digest(bytes(text.salt), text.value) == digest
        found.append(Text(field, digest, text.value, fits))
    return found
