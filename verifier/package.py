"""An audit package from its first byte to what vouches for it from outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from . import dsse, engine
from .absent import note_absent
from .archive import Archive
from .entries import Entries, read_entries, read_tree
from .faults import Changed, Enough, Findings, Unfit
from .keys import INSTALLATION, KeyHistory, read_keys
from .listing import check_listings
from .manifest import ENVELOPE, MOST_BYTES, NAME, Manifest, check_files, read_manifest
from .merkle import Tree
from .outside import Kept, check_kept, check_key, read_kept, vouching
from .reports import check_reports
from .results import check_results
from .signatures import Check, checker
from .statements import Statement, read_statements
from .tables import (
    check_anchors,
    check_checkpoints,
    check_keys,
    check_register,
    check_samples,
    check_words,
)
from .times import now


@dataclass(frozen=True)
class Options:
    """What the reader gives beside a package; `most_age` in hours."""

    key: str | None = None
    checkpoints: tuple[Path, ...] = ()
    most_age: float | None = None
    pure: bool = False
    accepted: tuple[str, ...] = ()
    clock: int | None = None


@dataclass
class Verification:
    """One package under check: each step fills what later steps read."""

    archive: Archive
    manifest: Manifest
    options: Options
    findings: Findings = field(default_factory=Findings)
    kept: list[Kept] = field(default_factory=list)
    tree: Tree | None = None
    entries: Entries | None = None
    keys: KeyHistory | None = None
    statements: list[Statement] | None = None
    has_key: bool = False
    sizes: list[int] = field(default_factory=list)
    later: list[Kept] = field(default_factory=list)

    @property
    def verify(self) -> Check:
        """The function that checks signatures."""
        return checker(self.options.pure)

    def read_log(self) -> None:
        """Files, tiles, entries and keys: what everything else rests on."""
        found, manifest = self.findings, self.manifest
        check_files(self.archive, manifest, found)
        with found.caught("log/tile"):
            self.tree = read_tree(self.archive, manifest, found)
        if self.tree is None:
            return
        sizes = [one.checkpoint.size for one in self.kept]
        self.entries = read_entries(self.archive, manifest, self.tree, found, sizes)
        with found.caught(NAME):
            self.keys = read_keys(
                manifest.vkey,
                manifest.origin,
                self.entries.about_keys,
                self.verify,
                found,
                self.options.accepted,
            )
        log = None if self.keys is None else self.keys.log
        if self.options.key is not None:
            with found.doubted():
                self.has_key = check_key(self.options.key, manifest.vkey, log)
        closed = manifest.size - self.entries.open
        found.note(
            f"{closed:,} of {manifest.size:,} entries are closed: other parts' of the installation."
        )

    def check_signed(self) -> None:
        """Manifest, checkpoints, and what is kept outside."""
        tree, keys, found = self.tree, self.keys, self.findings
        if tree is None or keys is None:
            return
        with found.caught(ENVELOPE):
            self._check_manifest(keys)
        with found.caught("log/checkpoint"):
            note = self.archive.read("log/checkpoint", MOST_BYTES).decode()
            head = keys.log.read(note, self.verify)
            if head.size != self.manifest.size or head.root != tree.root(tree.size):
                raise Changed("The checkpoint is not over the root of the leaf hashes.")
            found.count(1, f"checkpoint over size {head.size:,} is signed by the log's key")

        # Lines that nobody signed make many notes of one signature.
        verify = lru_cache(maxsize=1024)(self.verify)

        def read(text: str) -> tuple[int, bytes]:
            checkpoint = keys.log.read(text, verify)
            return checkpoint.size, checkpoint.root

        with found.caught("log/checkpoints.ndjson"):
            check_checkpoints(self.archive, tree, read, found)
        with found.caught("log/anchors.csv"):
            check_anchors(self.archive, tree, found)
        with found.doubted():
            self.sizes, self.later = check_kept(self.kept, keys.log, tree, self.verify, found)

    def _check_manifest(self, keys: KeyHistory) -> None:
        envelope = self.archive.read(ENVELOPE, 2 * MOST_BYTES)
        opened = dsse.open_envelope(envelope, keys.public, self.verify, dsse.MANIFEST)
        if opened.payload != self.archive.read(NAME, MOST_BYTES):
            raise Changed("What was signed is not this MANIFEST.json.")
        signers = [keys.statements[one] for one in opened.keyids]
        own = [key for key in signers if key.purpose == INSTALLATION]
        if not own:
            raise Changed("No key of the installation, as the log knows it, signed the manifest.")
        if all(key.is_revoked_at(self.manifest.size - 1) for key in own):
            raise Changed("The key that signed the manifest is revoked.")
        self.findings.count(1, "manifest is signed by a key of the installation")

    def check_evidence(self) -> None:
        """Statements, words, results, samples, reports."""
        tree, keys, entries, found = self.tree, self.keys, self.entries, self.findings
        if tree is None or keys is None or entries is None:
            found.note("Statements and results were not checked: the log cannot be read.")
            return
        archive, manifest = self.archive, self.manifest
        with found.caught("log/words.csv"):
            check_words(archive, entries, found)
        held = read_statements(archive, entries.recorded, keys, self.verify, found)
        self.statements = held
        if len(held) != manifest.statements:
            found.wrong(
                f"The manifest counts {manifest.statements} statements; {len(held)} hold.", NAME
            )
        with found.caught("evidence/envelopes.ndjson"):
            note_absent(held, manifest.size - entries.open, found)
        with found.caught("evidence/register.csv"):
            check_register(archive, held, found)
        with found.caught("keys.csv"):
            check_keys(archive, keys, found)
        with found.caught("results/results.ndjson"):
            check_results(archive, manifest, entries.baselines, held, found)
        with found.caught("results/results.csv"):
            check_listings(archive, manifest, found)
        with found.caught("samples"):
            check_samples(archive, manifest, held, found)
        with found.caught("reports"):
            check_reports(archive, tree, keys, held, self.verify, found)

    def wanting(self) -> str:
        """What is missing from outside, for exit 3; empty when enough vouches."""
        clock = now() if self.options.clock is None else self.options.clock
        most = self.options.most_age
        at = self.entries.times.get(max(self.sizes)) if self.entries and self.sizes else None
        if self.sizes and max(self.sizes) < self.manifest.size:
            self.findings.note(
                f"Checkpoints from outside reach up to size {max(self.sizes):,}; for the later "
                "entries the log's key alone vouches."
            )
        return vouching(
            self.sizes,
            self.later,
            self.has_key,
            self.manifest.size,
            None if at is None else clock - at,
            None if most is None else round(most * 3_600_000_000),
        )


def open_package(path: Path, options: Options) -> Verification:
    """A package ready to be checked. Raises Unfit where it cannot be, Changed for a broken manifest."""
    kept = read_kept(options.checkpoints)
    archive = Archive(path)
    manifest = read_manifest(archive)
    if options.key is not None:
        check_key(options.key, manifest.vkey, None)
    own = engine.digest()
    if manifest.engine != own:
        raise Unfit(
            f"The package was judged by the rule engine {manifest.engine[:16]} of Muniment "
            f"{manifest.version[:40]}; this verifier carries {own[:16]}. Use the verify.py of that "
            "version: from its release, or, if you trust it, the one inside the package."
        )
    return Verification(archive, manifest, options, kept=kept)


def check_package(path: Path, options: Options) -> tuple[Verification, str]:
    """Check everything; the second part is what is missing from outside (exit 3), else empty."""
    found = open_package(path, options)
    try:
        found.read_log()
        found.check_signed()
        found.check_evidence()
    except Enough:
        found.findings.note("The check ended here: too much is wrong.")
        return found, ""
    return found, found.wanting()


def check_consistency(old: Path, new: Path, path: Path, options: Options) -> Verification:
    """Two checkpoints against a package's tiles: the newer log extends the older one.

    Raises Unfit where a checkpoint is larger than the package.
    """
    kept = read_kept([old, new])
    if len(kept) != 2:
        raise Unfit("Name two checkpoint files: the older and the newer one.")
    first, second = (one.checkpoint.size for one in kept)
    if first > second:
        raise Unfit(f"{old} is of size {first}, {new} of size {second}: name the older one first.")
    found = open_package(path, options)
    found.kept = kept
    if second > found.manifest.size:
        raise Unfit(f"{new} is of size {second}; the package ends at {found.manifest.size}.")
    found.read_log()
    if found.tree is not None and found.keys is not None:
        found.sizes, found.later = check_kept(
            kept, found.keys.log, found.tree, found.verify, found.findings
        )
    return found
